"""The JSON of events and answers."""

import decimal
import json
import os
import re

from .errors import Fault


class Answer:
    """Encodes what a handler returns, as simplejson does it: named tuples are objects, decimals keep their digits."""

    def __init__(self):
        # Until Python 3.11 the answer is ASCII.
        version = os.environ.get("AWS_EXECUTION_ENV", "").rpartition("python3.")[2]
        ascii_only = not version.isdigit() or int(version) < 12
        self._encoder = json.JSONEncoder(ensure_ascii=ascii_only)
        # The standard library has no place for the digits of a decimal: they are put in for a text that no handler has.
        self._mark = os.urandom(16).hex()
        self._marked = re.compile('"%s-(\\d+)"' % self._mark)

    def encode(self, value):
        self._decimals = []
        text = self._encoder.encode(self._plain(value, set()))
        return self._marked.sub(lambda found: self._decimals[int(found[1])], text) if self._decimals else text

    def _plain(self, value, parents):
        if value is None or isinstance(value, (str, int, float)):
            return value
        if isinstance(value, decimal.Decimal):
            if value.is_nan():
                return float("nan")
            self._decimals.append(str(value))
            return "%s-%d" % (self._mark, len(self._decimals) - 1)
        if isinstance(value, bytes):
            return value.decode("utf-8")
        if callable(getattr(value, "_asdict", None)) and not isinstance(value, (dict, list)):
            value = value._asdict()
        if not isinstance(value, (dict, list, tuple)):
            return value
        if id(value) in parents:
            raise ValueError("Circular reference detected")
        parents.add(id(value))
        try:
            if isinstance(value, dict):
                return {
                    key.decode("utf-8") if isinstance(key, bytes) else key: self._plain(each, parents)
                    for key, each in value.items()
                }
            return [self._plain(each, parents) for each in value]
        finally:
            parents.discard(id(value))


def encode_answer(answer, value):
    if isinstance(value, bytes):
        return value, "application/unknown"
    try:
        return answer.encode(value).encode("utf-8"), "application/json"
    except Exception as error:
        raise Fault("Runtime.MarshalError", "Unable to marshal response: %s" % error) from error


def decode_event(body):
    try:
        return json.loads(body)
    except Exception as error:
        raise Fault("Runtime.UnmarshalError", "Unable to unmarshal input: %s" % error) from error

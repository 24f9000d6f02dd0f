"""Lambda's log: records on a descriptor, the module `logging`, errors."""

import json
import logging
import os
import sys
import time
import traceback

# Before the lines of a stack trace, or CloudWatch would trim them.
NO_BREAK_SPACE = "\u00a0"
LOG_IS_JSON = (os.environ.get("AWS_LAMBDA_LOG_FORMAT") or "").upper() == "JSON"
LOG_LEVEL = os.environ.get("AWS_LAMBDA_LOG_LEVEL", "").upper().replace("TRACE", "DEBUG")
TEXT_RECORD = 0xA55A0003
JSON_RECORD = 0xA55A0002


def record_type(kind, level):
    """Bits 2 to 4 say the level: 1 is TRACE, 2 DEBUG, 3 INFO and so on."""
    step = min(50, max(0, level)) // 10
    return kind | ((step + 1) << 2 if step > 0 else 0)


class Descriptor:
    """The descriptor of Lambda's log, on which each record is one, however many lines it has."""

    end_of_line = "\n"
    end = ""

    def __init__(self, descriptor):
        # Not for the processes that a handler starts.
        os.set_inheritable(descriptor, False)
        self._file = os.fdopen(descriptor, "wb", 0)

    def write(self, text, type_=TEXT_RECORD):
        body = text.encode("utf-8", "backslashreplace")
        head = type_.to_bytes(4, "big") + len(body).to_bytes(4, "big") + (time.time_ns() // 1000).to_bytes(8, "big")
        rest = memoryview(head + body)
        while rest:
            rest = rest[self._file.write(rest) :]


class Stdout:
    """The log of a process that was given no descriptor for it."""

    end_of_line = "\r"
    end = "\n"

    def write(self, text, type_=None):
        sys.stdout.write(text)


def open_log():
    descriptor = os.environ.pop("_LAMBDA_TELEMETRY_LOG_FD", None)
    return Stdout() if descriptor is None else Descriptor(int(descriptor))


class Unbuffered:
    """A handler's last words may come right before its process is killed."""

    def __init__(self, stream):
        self._stream = stream

    def __getattr__(self, name):
        return getattr(self._stream, name)

    def write(self, text):
        written = self._stream.write(text)
        self._stream.flush()
        return written

    def writelines(self, lines):
        self._stream.writelines(lines)
        self._stream.flush()


class Logging(logging.Handler):
    """What a handler says by the module `logging`. `log_sink` is what context.log looks for."""

    request_id = ""

    def __init__(self, log_sink):
        super().__init__()
        self.log_sink = log_sink
        logging.Formatter.converter = time.gmtime
        text = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n"
        self.setFormatter(JsonFormatter() if LOG_IS_JSON else logging.Formatter(text, "%Y-%m-%dT%H:%M:%S"))

    def emit(self, record):
        record.aws_request_id = self.request_id
        text = self.format(record)
        if LOG_IS_JSON or LOG_LEVEL:
            self.log_sink.write(text, record_type(JSON_RECORD if LOG_IS_JSON else TEXT_RECORD, record.levelno))
        else:
            self.log_sink.write(text)


class JsonFormatter(logging.Formatter):
    known = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "aws_request_id"}

    def format(self, record):
        error = record.exc_info or (None, None, None)
        level = min(50, max(0, record.levelno)) // 10 * 10
        is_object = isinstance(record.msg, dict) and not record.args
        fields = {
            "timestamp": self.formatTime(record, "%Y-%m-%dT%H:%M:%SZ"),
            "level": logging.getLevelName(level),
            "message": record.msg if is_object else record.getMessage(),
            "logger": record.name,
            "stackTrace": traceback.format_tb(error[2]) if error[0] else None,
            "errorType": error[0].__name__ if error[0] else None,
            "errorMessage": str(error[1]) if error[0] else None,
            "requestId": record.aws_request_id,
            "location": "%s:%s:%s" % (record.pathname, record.funcName, record.lineno) if error[0] else None,
        }
        for name, value in vars(record).items():
            if name not in self.known:
                fields.setdefault(name, value)
        present = {name: value for name, value in fields.items() if value is not None}
        return json.dumps(present, ensure_ascii=False, default=str) + "\n"


def log_error(log, error):
    if LOG_IS_JSON:
        stamp = {"timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "level": "ERROR"}
        log.write(json.dumps({**stamp, **error}) + log.end, record_type(JSON_RECORD, logging.ERROR))
        return
    head = ": ".join(part for part in (error["errorType"], error["errorMessage"]) if part)
    lines = ["[ERROR] " + head if head else "[ERROR]", "Traceback (most recent call last):"]
    for entry in error["stackTrace"]:
        for line in entry.splitlines() or [""]:
            bare = line.lstrip(" ")
            lines.append(NO_BREAK_SPACE * (len(line) - len(bare)) + bare)
    log.write(log.end_of_line.join(lines) + log.end, record_type(TEXT_RECORD, logging.ERROR))

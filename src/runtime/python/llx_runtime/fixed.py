"""What a handler finds in the place of the time and of chance, where an invocation fixes them.

Loaded before the handler's module, and only where it is asked for. Clocks of other libraries' native code, and what
they draw, are their own.
"""

import datetime
import hashlib
import json
import os
import random
import time


class FixedValues:
    """While nothing is fixed, Python's own is behind it."""

    def __init__(self):
        self._now = None
        self._seed = None
        self._drawn = 0
        self._install_clock()
        self._install_chance()

    def set(self, header):
        """`{"epochMs": 0, "seed": 7}`, or None: at the begin of each invocation, whatever ran before."""
        values = json.loads(header) if header else {}
        epoch_ms = values.get("epochMs")
        self._now = None if epoch_ms is None else epoch_ms / 1000
        had_seed = self._seed is not None
        self._seed = values.get("seed")
        self._drawn = 0
        if self._seed is not None or had_seed:
            random.seed(self._seed)

    def _install_clock(self):
        own = {name: getattr(time, name) for name in ("time", "time_ns", "gmtime", "localtime")}

        def now():
            return own["time"]() if self._now is None else self._now

        def now_ns():
            return own["time_ns"]() if self._now is None else round(self._now * 1000) * 1_000_000

        time.time = now
        time.time_ns = now_ns
        time.gmtime = lambda seconds=None: own["gmtime"](now() if seconds is None else seconds)
        time.localtime = lambda seconds=None: own["localtime"](now() if seconds is None else seconds)
        own_strftime = time.strftime
        time.strftime = lambda form, *parts: own_strftime(form, *(parts or (time.localtime(),)))
        datetime.date = stand_in(datetime.date, {"today": lambda cls: cls.fromtimestamp(now())})
        datetime.datetime = stand_in(
            datetime.datetime,
            {
                "now": lambda cls, tz=None: cls.fromtimestamp(now(), tz),
                "today": lambda cls: cls.fromtimestamp(now()),
                "utcnow": lambda cls: cls.fromtimestamp(now(), datetime.timezone.utc).replace(tzinfo=None),
            },
        )

    def _install_chance(self):
        own_urandom = os.urandom

        def urandom(size):
            drawn = own_urandom(size)
            if self._seed is None:
                return drawn
            self._drawn += 1
            return hashlib.shake_256(b"llx seed %d %d" % (self._seed, self._drawn)).digest(size)

        os.urandom = urandom
        # What `random.SystemRandom`, and so `secrets`, has of it.
        random._urandom = urandom


class StandIn(type):
    """Of which the instances of `stands_for` are instances, too. One for all of them: a class may have several as bases."""

    def __instancecheck__(cls, instance):
        # A class that is derived from it has its own instances only.
        return isinstance(instance, vars(cls).get("stands_for", ())) or super().__instancecheck__(instance)

    def __subclasscheck__(cls, subclass):
        return issubclass(subclass, vars(cls).get("stands_for", ())) or super().__subclasscheck__(subclass)


def stand_in(real, methods):
    """A class in the place of another."""
    members = {name: classmethod(method) for name, method in methods.items()}
    return StandIn(real.__name__, (real,), {"__module__": real.__module__, "stands_for": real, **members})

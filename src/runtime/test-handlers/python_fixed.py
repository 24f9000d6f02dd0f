import datetime
import random
import secrets
import time
import uuid
from datetime import date
from datetime import datetime as imported


class Day(date):
    """As libraries of dates derive them."""


class Moment(imported, Day):
    pass


def draw(event, context):
    return {
        "random": [random.random(), random.randint(0, 1000000)],
        "uuid": str(uuid.uuid4()),
        "secrets": secrets.token_hex(8),
    }


def order(event, context):
    return list({f"key-{number}" for number in range(50)})


def tell(event, context):
    now = imported.now(datetime.timezone.utc)
    return {
        "times": [
            now.isoformat(),
            datetime.datetime.utcnow().isoformat(),
            date.today().isoformat(),
            time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        ],
        "seconds": [time.time(), time.time_ns()],
        "classes": [isinstance(now, datetime.datetime), isinstance(now, date), isinstance(imported(2001, 2, 3), imported)],
        "derived": [Moment.now().year, isinstance(Moment.now(), imported), isinstance(now, Moment), issubclass(imported, Moment)],
        "difference": (now - imported(2020, 2, 3, tzinfo=datetime.timezone.utc)).total_seconds(),
        "has_time": 0 < context.get_remaining_time_in_millis() <= 15000,
    }

import datetime
import random
import secrets
import time
import uuid
from datetime import date
from datetime import datetime as imported


def draw(event, context):
    return {
        "random": [random.random(), random.randint(0, 1000000)],
        "uuid": str(uuid.uuid4()),
        "secrets": secrets.token_hex(8),
    }


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
        "difference": (now - imported(2020, 2, 3, tzinfo=datetime.timezone.utc)).total_seconds(),
        "has_time": 0 < context.get_remaining_time_in_millis() <= 15000,
    }

import collections
import datetime
import decimal
import json
import logging
import os
import subprocess
import sys
import time

Point = collections.namedtuple("Point", "x y")


def identity(event, context):
    return event


def raises(event, context):
    raise Exception("Failed: " + event["error_msg"])


def nested(event, context):
    def inner():
        return json.loads("{")

    return inner()


def answers(event, context):
    circle = []
    circle.append(circle)
    return {
        "decimals": [decimal.Decimal("1.10"), decimal.Decimal("12345678901234567890.123456789")],
        "named": {"point": Point(1, [Point(2, "ü")])},
        "plain": [None, True, 1, 1.5, "ü\u2028👋", (1, 2), {1: "one", None: "none"}, b"bytes"],
        "nothing": None,
        "bytes": b'{"raw": true}',
        "datetime": {"at": datetime.datetime(2026, 1, 2)},
        "set": {1},
        "key": {(1, 2): 3},
        "circle": circle,
    }[event["answer"]]


def logs(event, context):
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    logging.debug("not shown")
    logging.info("two\nlines")
    logging.getLogger("other").warning("%s of %s", 1, 2)
    context.log("by the context\n")
    print("printed")


def logs_error(event, context):
    try:
        raise KeyError("lost")
    except KeyError:
        logging.exception("caught")
    logging.getLogger("named").error("extra", extra={"order": 7})


def context(event, context):
    client = context.client_context
    return {
        "attributes": {
            name: getattr(context, name)
            for name in (
                "aws_request_id function_name function_version invoked_function_arn log_group_name memory_limit_in_mb"
            ).split()
        },
        "remaining": isinstance(context.get_remaining_time_in_millis(), int),
        "client": client and [client.custom, client.env, client.client and client.client.app_title],
        "identity": [context.identity.cognito_identity_id, context.identity.cognito_identity_pool_id],
        "trace": os.environ.get("_X_AMZN_TRACE_ID"),
        "shown": repr(context).startswith("LambdaContext([aws_request_id="),
    }


def exits(event, context):
    sys.stdout.write("no line end")
    sys.exit(event["code"])


def forks(event, context):
    """What it leaves behind holds every descriptor."""
    pid = os.fork()
    if pid == 0:
        time.sleep(60)
        os._exit(0)
    return pid


def spawns(event, context):
    return subprocess.run(["sh", "-c", "echo from a child; echo bad >&2"]).returncode


def prints_much(event, context):
    for number in range(event["lines"]):
        print(str(number).rjust(100, "."))


def path(event, context):
    return {"first": sys.path[0], "task_root": os.environ["LAMBDA_TASK_ROOT"], "cwd": os.getcwd()}


def imports(event, context):
    import of_a_layer

    return of_a_layer.NAME

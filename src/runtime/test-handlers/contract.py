import os
import signal
import subprocess
import sys
import time

print("loading")
count = 0
kept = []


def echo(event, context):
    return event


def counts(event, context):
    global count
    count += 1
    return count


def context(event, context):
    return {
        "requestId": context.aws_request_id,
        "arn": context.invoked_function_arn,
        "version": context.function_version,
        "isInTime": context.get_remaining_time_in_millis() > 0,
    }


def variables(event, context):
    return {name: os.environ.get(name) for name in event}


class RangeError(Exception):
    pass


def fails(event, context):
    raise RangeError(event["message"])


def prints(event, context):
    print(event["text"] + ": one")
    print(event["text"] + ": two", file=sys.stderr)
    sys.stdout.write(event["text"] + ": ü, no line end")


def exits(event, context):
    sys.stdout.write("last words")
    os._exit(event["code"])


def kills(event, context):
    os.kill(os.getpid(), getattr(signal, event["signal"]))
    time.sleep(60)


def sleeps(event, context):
    print(subprocess.Popen(["sleep", "60"]).pid)
    time.sleep(60)


def letters(event, context):
    return "a" * event["bytes"]


def grows(event, context):
    while True:
        kept.append(b"1" * (16 * 1024 * 1024))
        time.sleep(0.005)


def stdin(event, context):
    sys.stdin.read()
    return "end"

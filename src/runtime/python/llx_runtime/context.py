"""What a handler gets beside its event."""

import json
import os

# Deadlines go on where a handler's clock stands still (fixed.py).
from time import time

from .errors import Fault


class CognitoIdentity:
    __slots__ = ("cognito_identity_id", "cognito_identity_pool_id")

    def __init__(self, given):
        self.cognito_identity_id = given.get("cognitoIdentityId")
        self.cognito_identity_pool_id = given.get("cognitoIdentityPoolId")

    def __repr__(self):
        return shown(self)


class Client:
    __slots__ = ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name")

    def __init__(self, given):
        for name in self.__slots__:
            setattr(self, name, given.get(name))

    def __repr__(self):
        return shown(self)


class ClientContext:
    __slots__ = ("custom", "env", "client")

    def __init__(self, given):
        self.custom = given.get("custom")
        self.env = given.get("env")
        client = given.get("client")
        self.client = None if client is None else Client(client)

    def __repr__(self):
        return shown(self)


class LambdaContext:
    """https://docs.aws.amazon.com/lambda/latest/dg/python-context.html"""

    def __init__(self, headers, log):
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.log_group_name = os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME")
        self.function_name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME")
        self.memory_limit_in_mb = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.function_version = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.invoked_function_arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        self.tenant_id = headers.get("Lambda-Runtime-Aws-Tenant-Id")
        client = from_header(headers, "Lambda-Runtime-Client-Context", "Client Context")
        trace = client.pop("w3c", None) if isinstance(client, dict) else None
        names = ("traceparent", "tracestate", "baggage") if isinstance(trace, dict) else ()
        self._w3c = {name: trace[name] for name in names if isinstance(trace.get(name), str)}
        self.client_context = None if client is None else ClientContext(client)
        self.identity = CognitoIdentity(from_header(headers, "Lambda-Runtime-Cognito-Identity", "Cognito Identity") or {})
        self._deadline_ms = int(headers["Lambda-Runtime-Deadline-Ms"])
        self._log = log

    def get_remaining_time_in_millis(self):
        return max(0, self._deadline_ms - int(time() * 1000))

    def w3c(self):
        return dict(self._w3c)

    def log(self, message):
        self._log.write(str(message))

    def __repr__(self):
        names = (
            "aws_request_id log_group_name log_stream_name function_name memory_limit_in_mb function_version "
            "invoked_function_arn client_context identity tenant_id"
        )
        return shown(self, names.split())


def shown(value, names=None):
    fields = ("%s=%s" % (name, getattr(value, name)) for name in names or value.__slots__)
    return "%s([%s])" % (type(value).__name__, ",".join(fields))


def from_header(headers, name, title):
    text = headers.get(name)
    if not text:
        return None
    try:
        return json.loads(text)
    except Exception as error:
        raise Fault("Runtime.LambdaContextUnmarshalError", "Unable to parse %s JSON: %s" % (title, error)) from error

"""Lambda's Runtime API."""

import http.client
import json
import os

API = "/2018-06-01/runtime"


class RuntimeApi:
    """https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html"""

    def __init__(self, address):
        self._address = address
        self._process = os.getpid()
        self._connection = http.client.HTTPConnection(address)

    def next(self):
        response, body = self._call("GET", "/invocation/next")
        if response.status != 200:
            raise RuntimeError("the Runtime API answered %d: %r" % (response.status, body))
        return response.headers, body

    def answer(self, headers, body, content_type):
        self._post(headers, "response", body, {"Content-Type": content_type})

    def fail(self, headers, error):
        self._post(headers, "error", json.dumps(error).encode(), {"Lambda-Runtime-Function-Error-Type": "Unhandled"})

    def fail_init(self, error):
        more = {"Lambda-Runtime-Function-Error-Type": error["errorType"]}
        self._call("POST", "/init/error", json.dumps(error).encode(), more)

    def _post(self, invocation, kind, body, headers):
        attempt = invocation.get("Lambda-Runtime-Invocation-Id")
        if attempt:
            headers["Lambda-Runtime-Invocation-Id"] = attempt
        path = "/invocation/%s/%s" % (invocation["Lambda-Runtime-Aws-Request-Id"], kind)
        response, _ = self._call("POST", path, body, headers)
        # 413: the caller has been told that the answer is too large.
        if response.status not in (202, 413):
            raise RuntimeError("the Runtime API answered %d to an answer" % response.status)

    def _call(self, method, path, body=None, headers=None):
        if os.getpid() != self._process:
            # A fork that returned into this loop must not speak on the connection of its parent.
            os._exit(0)
        self._connection.request(method, API + path, body, headers or {})
        response = self._connection.getresponse()
        return response, response.read()

"""Runs Python handlers by Lambda's Runtime API where AWS's own client, awslambdaric, is not installed.

Behaves as that one does: https://github.com/aws/aws-lambda-python-runtime-interface-client
One suite of tests runs both. Usage: python3 bootstrap.py module.handler
"""

import importlib
import logging
import os
import sys

from llx_runtime.answer import Answer, decode_event, encode_answer
from llx_runtime.api import RuntimeApi
from llx_runtime.context import LambdaContext
from llx_runtime.errors import Fault, error_of
from llx_runtime.log import LOG_LEVEL, Logging, Unbuffered, log_error, open_log

UNHANDLED = (
    "LAMBDA_WARNING: Unhandled exception. The most likely cause is an issue in the function code. However, in rare "
    "cases, a Lambda runtime update can cause unexpected function behavior. For functions using managed runtimes, "
    "runtime updates can be triggered by a function change, or can be applied automatically. To determine if the "
    "runtime has been updated, check the runtime version in the INIT_START log entry. If this error correlates with a "
    "change in the runtime version, you may be able to mitigate this error by temporarily rolling back to the previous "
    "runtime version. For more information, see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-update.html\r"
)


def load_handler(setting):
    """`a/b.handler` is `handler` in the module a.b."""
    module_name, dot, name = setting.rpartition(".")
    if not dot:
        reason = "not enough values to unpack (expected 2, got 1)"
        raise Fault("Runtime.MalformedHandlerName", "Bad handler '%s': %s" % (setting, reason))
    if module_name.split(".")[0] in sys.builtin_module_names:
        reason = "Cannot use built-in module %s as a handler module" % module_name
        raise Fault("Runtime.BuiltInModuleConflict", reason)
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        reason = "Unable to import module '%s': %s" % (module_name, error)
        raise Fault("Runtime.ImportModuleError", reason) from error
    except SyntaxError as error:
        reason = "Syntax error in module '%s': %s" % (module_name, error)
        trace = ['  File "%s" Line %s\n    %s' % (error.filename, error.lineno, error.text)]
        raise Fault("Runtime.UserCodeSyntaxError", reason, trace) from error
    if not hasattr(module, name):
        raise Fault("Runtime.HandlerNotFound", "Handler '%s' missing on module '%s'" % (name, module_name))
    return getattr(module, name)


def main(setting):
    sys.path[0] = os.environ.get("LAMBDA_TASK_ROOT", os.getcwd())
    sys.stdout = Unbuffered(sys.stdout)
    sys.stderr = Unbuffered(sys.stderr)
    api = RuntimeApi(os.environ["AWS_LAMBDA_RUNTIME_API"])
    log = open_log()
    logger = Logging(log)
    logging.getLogger().addHandler(logger)
    if isinstance(logging.getLevelName(LOG_LEVEL), int):
        logging.getLogger().setLevel(LOG_LEVEL)
    fixed = open_fixed()
    try:
        handler = load_handler(setting)
    except Exception as error:
        told = error_of(error)
        logging.warning(UNHANDLED)
        log_error(log, told)
        api.fail_init(told)
        sys.exit(1)
    answer = Answer()
    while True:
        headers, body = api.next()
        logger.request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        set_trace_id(headers.get("Lambda-Runtime-Trace-Id"))
        if fixed is not None:
            fixed.set(headers.get("Llx-Fixed"))
        try:
            context = LambdaContext(headers, log)
            result = encode_answer(answer, handler(decode_event(body), context))
        except Exception as error:
            told = error_of(error, logger.request_id)
            log_error(log, told)
            api.fail(headers, told)
        else:
            api.answer(headers, *result)


def open_fixed():
    """What stands in the place of the time and of chance, where llx asks for it."""
    if os.environ.pop("LLX_FIXABLE", None) is None:
        return None
    from llx_runtime.fixed import FixedValues

    return FixedValues()


def set_trace_id(trace_id):
    if trace_id is None:
        os.environ.pop("_X_AMZN_TRACE_ID", None)
    else:
        os.environ["_X_AMZN_TRACE_ID"] = trace_id


if __name__ == "__main__":
    main(sys.argv[1])

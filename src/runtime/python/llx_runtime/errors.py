"""Errors as Lambda's caller sees them."""

import os
import traceback

OWN_FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Fault(Exception):
    """What is wrong is said by this runtime, and not by the handler."""

    def __init__(self, error_type, message, trace=None):
        super().__init__(message)
        self.error = {"errorMessage": message, "errorType": error_type, "stackTrace": trace or []}


def error_of(error, request_id=""):
    """The error as its caller sees it. The frames of this program are nobody's business."""
    if isinstance(error, Fault):
        told = error.error
    else:
        frames = traceback.extract_tb(error.__traceback__)
        while frames and frames[0].filename.startswith(OWN_FOLDER + os.sep):
            del frames[0]
        # Without the columns of newer versions, which format_list would underline.
        plain = [(frame.filename, frame.lineno, frame.name, frame.line) for frame in frames]
        told = {
            "errorMessage": str(error),
            "errorType": type(error).__name__,
            "stackTrace": traceback.format_list(plain),
        }
    message, error_type, trace = told["errorMessage"], told["errorType"], told["stackTrace"]
    return {"errorMessage": message, "errorType": error_type, "requestId": request_id, "stackTrace": trace}

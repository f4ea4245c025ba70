"""The refusals that belong to no rule of the game, and the titles of their pages."""

from .rules import RuleBroken

TITLES = {
    400: "That did not work",
    403: "Not allowed",
    404: "Not found",
    405: "That did not work",
    409: "Not now",
    413: "Too much at once",
    422: "Please check what you sent",
    500: "Something went wrong here",
    503: "Not just now",
}


class BadRequest(RuleBroken):
    status = 400
    code = "bad-request"
    message = "The server could not understand this request."


class Forbidden(RuleBroken):
    status = 403
    code = "forbidden"
    message = "You may not do this."


class CsrfFailed(RuleBroken):
    status = 403
    code = "csrf"
    message = (
        "This page is too old, or was opened without cookies. Reload it and try again."
    )


class OutOfDate(RuleBroken):
    """A page of before an update asks in the words of then."""

    status = 403
    code = "out-of-date"
    message = "This page is out of date. Reload it."


class NotFound(RuleBroken):
    status = 404
    code = "not-found"
    message = "There is nothing here. Is the link complete?"


class WrongMethod(RuleBroken):
    status = 405
    code = "wrong-method"
    message = "This address cannot be used in this way."


class TooLarge(RuleBroken):
    status = 413
    code = "too-large"
    message = "At most {limit} bytes can be sent at once."


class NotAForm(RuleBroken):
    status = 422
    code = "not-a-form"
    message = "What was sent is not a form that can be read."


class ServerFailed(RuleBroken):
    status = 500
    code = "server-error"
    message = "Something went wrong on our side. Nothing was changed; please try again."


class DatabaseBusy(RuleBroken):
    status = 503
    code = "database-busy"
    message = "The server is very busy. Nothing was changed; please try again."


class DiskFull(RuleBroken):
    status = 503
    code = "disk-full"
    message = "The server cannot save: its disk is full. Nothing was changed."

"""Attio's errors (docs/attio-api.md 10)."""
import email.utils
import math
import time

from stage.service import Refusal


class ApiError(Refusal):
    """An answer with an error status, in Attio's form."""

    def __init__(self, status, kind, code, message, **extra):
        super().__init__(status, dict({"status_code": status, "type": kind, "code": code, "message": message}, **extra))


def invalid(code, message, **extra):
    return ApiError(400, "invalid_request_error", code, message, **extra)


def bad_query(path, message):
    return invalid("validation_type", "Query params validation error.",
                   validation_errors=[{"code": "invalid_type", "path": path, "message": message}])


def bad_body(path, message):
    return invalid("validation_type", "Body payload validation error.",
                   validation_errors=[{"code": "invalid_type", "path": path, "message": message}])


def invalid_value(attribute, *reasons):
    """What was written is not a value: the message names only the attribute, the reasons stand beside it (recorded)."""
    place = ["data", attribute.target.member, attribute.slug]
    return invalid("validation_type", f'An invalid value was passed to attribute with slug "{attribute.slug}".',
                   validation_errors=[{"code": "invalid_type", "path": [*place, *path], "message": message, **extra}
                                      for path, message, extra in reasons])


def not_found(message):
    return ApiError(404, "invalid_request_error", "not_found", message)


def no_endpoint(method, path):
    # recorded wording
    return not_found(f'Could not find endpoint "{method} {path}".')


def unauthorized():
    return ApiError(401, "auth_error", "unauthorized", "The provided API key is invalid.")


def missing_scope(scopes):
    return ApiError(403, "auth_error", "unauthorized",
                    "Missing scope(s): " + ", ".join(scopes) + ". Update the scopes of the token to continue.")


def rate_limited():
    """The date of the next second, as Attio sends it (docs)."""
    error = ApiError(429, "rate_limit_error", "rate_limit_exceeded", "Rate limit exceeded, please try again later")
    error.headers["Retry-After"] = email.utils.formatdate(math.floor(time.time()) + 1, usegmt=True)
    return error


def disabled(slug):
    # recorded wording
    return invalid("standard_object_disabled", f'The Standard object with slug/ID "{slug}" must be enabled by a '
                                               "Workspace admin before it can be used.")

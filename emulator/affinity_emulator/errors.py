"""Refusals, and the shapes that their bodies may have."""
import json

from stage.service import Refusal


def refusal(status, message, param=None, headers=None):
    """A refusal in a neutral form, which shape() makes what the switch says."""
    return Refusal(status, {"message": message, "param": param}, headers)


def invalid(message, param=None):
    return refusal(422, message, param)


def missing(what, ident):
    return refusal(404, f"{what} {ident} was not found.")


SHAPES = {
    "message": lambda text, param: {"message": text},
    "errors": lambda text, param: {"errors": [{"message": text, "param": param}]},
    "texts": lambda text, param: {"errors": [text]},
    "list": lambda text, param: [text],
    "detail": lambda text, param: {"detail": text},
    "error": lambda text, param: {"error": {"message": text}},
    "error_text": lambda text, param: {"error": text},
}


def shape(how, neutral):
    """The bytes of an error answer."""
    if how == "empty":
        return b""
    if how == "html":
        return b"<html><body><h1>Sorry</h1><p>Something went wrong.</p></body></html>"
    return json.dumps(SHAPES[how](neutral["message"], neutral["param"]), ensure_ascii=False).encode()

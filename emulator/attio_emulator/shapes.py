"""Rows that are none of Attio's: the last row of an answer, changed as the switch `row_shape` says.

A front, a proxy or a new version of the API could send them; nobody has seen one.
"""
import json


def as_text(value):
    """A value's own text where its object belongs."""
    return next((v for v in value.values() if isinstance(v, str)), "")


def changed_values(values, change):
    return {slug: [change(v) for v in each] if isinstance(each, list) else each for slug, each in values.items()}


def with_choice(choice):
    """A select or status value with this in the place of its option."""
    return lambda value: {k: choice if k in ("option", "status") else v for k, v in value.items()}


# switch's value: what becomes of the member `values`; None takes it out
SHAPES = {
    "no_values": None,
    "null_values": lambda values: None,
    "list_values": lambda values: [],
    "text_values": lambda values: "values",
    "texts_for_values": lambda values: changed_values(values, as_text),
    "bare_options": lambda values: changed_values(values, with_choice({"is_archived": False})),
    "texts_for_options": lambda values: changed_values(values, with_choice("One")),
    "null_options": lambda values: changed_values(values, with_choice(None)),
}


def reshape(request, body):
    """The answer's bytes, its last row changed."""
    shape = request.switches["row_shape"]
    if shape == "whole" or b'"data"' not in body:
        return body
    answer = json.loads(body)
    row = answer["data"][-1] if isinstance(answer["data"], list) and answer["data"] else answer["data"]
    member = next((m for m in ("values", "entry_values") if isinstance(row, dict) and m in row), None)
    if member is None:
        return body
    values = row.pop(member)
    if SHAPES[shape] is not None:
        row[member] = SHAPES[shape](values)
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()

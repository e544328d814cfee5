"""The filter grammar of docs/attio-api.md 7.2 and 8, evaluated on rows.

`compile_filter` turns filter JSON into a function of a row, or raises Attio's error with the path of
the offending part.
"""
import datetime
import decimal
import re

from . import errors

TEXT = ("$eq", "$contains", "$starts_with", "$ends_with")
TEXT_IN = TEXT + ("$in",)
TEXT_FULL = TEXT + ("$not_empty",)
ORDER = ("$eq", "$gt", "$gte", "$lt", "$lte")
RANGE = ("$gt", "$gte", "$lt", "$lte")


def member(name):
    return lambda value: value.get(name)


def choice(kind):
    """Options and statuses compare by title or id."""
    return lambda value: (value[kind]["title"], value[kind]["id"][kind + "_id"])


def owner_member(value):
    return value["owner_actor"]["id"] if value["owner_actor"]["type"] == "workspace-member" else None


def owner_of_any_kind(value):
    return value["owner_actor"]["id"]


# type -> field -> (kind, operators, how it is read); the first field is the implicit one, unless the type is
# in NO_IMPLICIT.
FIELDS = {
    "text": {"value": ("text", TEXT_IN, member("value"))},
    "number": {"value": ("number", ORDER, member("value"))},
    "rating": {"value": ("number", ORDER, member("value"))},
    "currency": {"currency_value": ("money", ORDER, member("currency_value"))},
    "date": {"value": ("date", ORDER, member("value"))},
    "timestamp": {"value": ("time", ORDER, member("value"))},
    "checkbox": {"value": ("bool", ("$eq",), member("value"))},
    "select": {"option": ("option", ("$eq",), choice("option")),
               "active_from": ("loose_time", RANGE, member("active_from"))},
    "status": {"status": ("status", ("$eq",), choice("status")),
               "active_from": ("loose_time", RANGE, member("active_from"))},
    "record-reference": {
        "target_object": ("word", ("$eq",), member("target_object")),
        "target_record_id": ("word", ("$eq", "$in"), member("target_record_id")),
    },
    "actor-reference": {
        "referenced_actor_type": ("actor_type", ("$eq",), member("referenced_actor_type")),
        "referenced_actor_id": ("word", ("$eq",), member("referenced_actor_id")),
    },
    "email-address": {
        "email_address": ("text", TEXT, member("email_address")),
        "email_domain": ("text", TEXT, member("email_domain")),
        "email_root_domain": ("text", TEXT, member("email_root_domain")),
        "email_local_specifier": ("text", TEXT, member("email_local_specifier")),
    },
    "domain": {"domain": ("text", TEXT_FULL, member("domain")),
               "root_domain": ("text", TEXT_FULL, member("root_domain"))},
    "phone-number": {
        "phone_number": ("phone", TEXT, member("phone_number")),
        "country_code": ("text", ("$eq", "$not_empty"), member("country_code")),
    },
    "location": {
        **{name: ("text", TEXT, member(name)) for name in
           ("line_1", "line_2", "line_3", "line_4", "locality", "region", "postcode")},
        "country_code": ("text", ("$eq", "$starts_with"), member("country_code")),
    },
    "personal-name": {
        "full_name": ("text", TEXT_FULL, member("full_name")),
        "first_name": ("text", TEXT_FULL, member("first_name")),
        "last_name": ("text", TEXT_FULL, member("last_name")),
    },
    "interaction": {
        "interacted_at": ("loose_time", ORDER, member("interacted_at")),
        "owner_member_id": ("word", ("$eq", "$not_empty"), owner_member),
        "interaction_type": ("word", ("$eq", "$not_empty"), member("interaction_type")),
    },
}
NO_IMPLICIT = ("record-reference", "actor-reference", "location", "interaction")
OPERATORS = ("$eq", "$in", "$contains", "$starts_with", "$ends_with", "$gt", "$gte", "$lt", "$lte", "$not_empty")
MAX_PATH = 5


def bad_value(path, message):
    return errors.invalid("validation_type", message, path=path)


# ----- values -----

def fold(text, switches):
    if switches["folding"] == "unicode":
        return text.casefold()
    return "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in text)


def trimmed(text, switches):
    return text.strip() if switches["trimming"] == "both" else text


def nanoseconds(text):
    """A time in nanoseconds; dates alone are midnight.  ValueError for anything else."""
    found = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?Z)?", text)
    if not found:
        raise ValueError(text)
    year, month, day, hour, minute, second, fraction = found.groups()
    moment = datetime.datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0),
                               tzinfo=datetime.timezone.utc)
    whole = int((moment - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)).total_seconds())
    return whole * 10**9 + int((fraction or "0").ljust(9, "0"))


def literal_time(value, loose, switches, path):
    # docs: both date and time, and "...Z"; examples of active_from and interacted_at have bare dates
    if not isinstance(value, str) or (not loose and "T" not in value):
        raise bad_value(path, "Invalid timestamp value.")
    try:
        exact = nanoseconds(value)
    except ValueError:
        raise bad_value(path, "Invalid timestamp value.") from None
    unit = {"ns": 1, "us": 10**3, "ms": 10**6}[switches["time_precision"]]
    return exact // unit * unit


def literal(kind, value, switches, path):
    """A literal of the filter, checked and as it compares."""
    if kind in ("time", "loose_time"):
        return literal_time(value, kind == "loose_time", switches, path)
    if kind == "bool":
        if not isinstance(value, bool):
            raise bad_value(path, "Expected boolean.")
        return value
    if kind in ("number", "money"):
        if kind == "money" and isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?", value):
            return decimal.Decimal(value)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise bad_value(path, "Expected number.")
        return decimal.Decimal(str(value))
    if not isinstance(value, str):
        raise bad_value(path, "Expected string.")
    if kind == "date":
        try:
            datetime.date.fromisoformat(value)
        except ValueError:
            raise bad_value(path, "Invalid date value.") from None
    if kind == "actor_type":
        known = ["workspace-member", "api-token", "system"] + (["app"] if switches["app_actor_in_filter"] else [])
        if value not in known:
            raise bad_value(path, "Invalid actor type.")
    if kind == "phone":
        return value.lstrip("+")    # measured: found with and without the leading plus
    return value


def stored(kind, value):
    """A stored value as it compares."""
    if kind in ("time", "loose_time"):
        return nanoseconds(value)
    if kind in ("number", "money"):
        return decimal.Decimal(str(value))
    if kind == "phone":
        return value.lstrip("+")
    return value


# ----- operators -----

def pattern(value, switches):
    """A pattern operator's value as a regular expression, wildcards or not."""
    if switches["wildcards"] == "like":
        return "".join(".*" if c == "%" else "." if c == "_" else re.escape(c) for c in value)
    return re.escape(value)


def compare_text(op, have, want, switches):
    have, want = trimmed(have, switches), trimmed(want, switches)
    if op in ("$eq", "$in"):
        if switches["text_equality"] == "ignore_case":
            have, want = fold(have, switches), fold(want, switches)
        return have == want
    ignore = op == "$contains" or switches[op[1:] + "_case"] == "ignore"
    if ignore:
        have, want = fold(have, switches), fold(want, switches)
    expression = pattern(want, switches)
    expression = {"$contains": f".*{expression}.*", "$starts_with": f"{expression}.*",
                  "$ends_with": f".*{expression}"}[op]
    return re.fullmatch(expression, have, re.S) is not None


COMPARE = {
    "$eq": lambda a, b: a == b, "$gt": lambda a, b: a > b, "$gte": lambda a, b: a >= b,
    "$lt": lambda a, b: a < b, "$lte": lambda a, b: a <= b,
}


def one_test(op, kind, want, switches):
    """A function of one stored value (not None) that says whether it meets the condition."""
    if op == "$not_empty":
        return lambda have: have != "" if switches["empty_string_is_empty"] else True
    if op == "$in":
        tests = [one_test("$eq", kind, each, switches) for each in want]
        return lambda have: any(test(have) for test in tests)
    if kind in ("option", "status"):
        return lambda have: have[1] == want or compare_text("$eq", have[0], want, switches)
    if kind in ("text", "phone"):
        return lambda have: compare_text(op, stored(kind, have), want, switches)
    return lambda have: COMPARE[op](stored(kind, have), want)


def comparison(condition, path):
    """A condition, or the value that it stands for.  An array is not a value (measured)."""
    if isinstance(condition, list):
        raise errors.invalid("filter_error", "Error in filter.", path=path)
    return condition if isinstance(condition, dict) else {"$eq": condition}


def is_path(steps):
    """Pairs of an object or list and an attribute, not too many."""
    return isinstance(steps, list) and 1 <= len(steps) <= MAX_PATH and \
        all(isinstance(s, list) and len(s) == 2 for s in steps)


class Compiler:
    """Compiles one filter of one object or list."""

    def __init__(self, workspace, target, switches):
        self.workspace = workspace
        self.target = target
        self.switches = switches

    def filter(self, tree, path, only_attributes=False):
        if not isinstance(tree, dict):
            raise errors.invalid("filter_error", "Error in filter.", path=path)
        if "path" in tree and "constraints" in tree and not only_attributes:
            return self.path_filter(tree, path)
        tests = []
        for key, value in tree.items():
            here = path + [key]
            if key in ("$and", "$or") and not only_attributes:
                tests.append(self.group(key, value, here))
            elif key == "$not" and not only_attributes:
                tests.append(self.negation(value, here))
            else:
                tests.append(self.attribute(key, value, here))
        return lambda row: all(test(row) for test in tests)

    def group(self, key, value, path):
        if not isinstance(value, list):
            raise errors.invalid("filter_error", "Error in filter.", path=path)
        limit = self.switches["max_or"]
        if key == "$or" and limit and len(value) > limit:
            raise errors.invalid("filter_error", "Too many conditions.", path=path)
        tests = [self.filter(each, path + [str(i)]) for i, each in enumerate(value)]
        combine = all if key == "$and" else any
        return lambda row: combine(test(row) for test in tests)

    def negation(self, value, path):
        """One attribute condition only: $and, $or and path are taken for slugs (measured)."""
        if not isinstance(value, dict) or len(value) != 1:
            raise errors.invalid("filter_error", "Error in filter.", path=path)
        inner = self.filter(value, path, only_attributes=True)
        attribute = self.target.attribute(next(iter(value)))

        def test(row):
            if not attribute.values_of(row):
                return self.switches["not_matches_empty"]
            return not inner(row)
        return test

    def attribute(self, slug, condition, path):
        attribute = self.target.attribute(slug)
        if attribute is None or attribute.archived:
            raise errors.invalid("unknown_filter_attribute_slug", f"Unknown attribute slug: {slug}.", path=path)
        test = self.condition(attribute, condition, path)
        return lambda row: test(attribute.values_of(row))

    def condition(self, attribute, condition, path):
        """A function of an attribute's list of values."""
        tests = self.field_tests(attribute, condition, path)
        if self.switches["several_conditions"] == "same_value":
            return lambda values: any(all(test(value) for test in tests) for value in values)
        return lambda values: bool(values) and all(any(test(value) for value in values) for test in tests)

    def field_tests(self, attribute, condition, path):
        fields = FIELDS[attribute.kind]
        implicit = None if attribute.kind in NO_IMPLICIT else next(iter(fields))
        condition = comparison(condition, path)
        tests = []
        for key, value in condition.items():
            here = path + [key]
            if key.startswith("$"):
                if implicit is None:
                    raise errors.invalid("invalid_filter_field", f"Attribute of type '{attribute.kind}' needs a field.",
                                         path=path)
                tests += self.operators(attribute, implicit, {key: value}, here[:-1])
            else:
                tests += self.operators(attribute, key, value, here)
        self.check_actor(attribute, condition, path)
        return tests

    @staticmethod
    def check_actor(attribute, condition, path):
        if attribute.kind == "actor-reference" and "referenced_actor_id" in condition and \
                "referenced_actor_type" not in condition:
            raise errors.invalid("filter_error", "referenced_actor_id needs referenced_actor_type.", path=path)

    def operators(self, attribute, field, condition, path):
        fields = FIELDS[attribute.kind]
        if field not in fields:
            raise errors.invalid("invalid_filter_field",
                                 f"Invalid field '{field}' for attribute of type '{attribute.kind}'.", path=path)
        kind, operators, read = fields[field]
        condition = comparison(condition, path)
        if not condition:
            raise errors.invalid("filter_error", "Error in filter.", path=path)
        tests = []
        for op, value in condition.items():
            here = path + [op]
            if op not in operators:
                raise errors.invalid("invalid_filter_operator",
                                     f"Invalid operator '{op}' for field '{field}' of type '{attribute.kind}'.",
                                     path=here)
            tests.append(self.value_test(attribute, op, kind, self.literal(attribute, op, kind, value, here), read))
        return tests

    def literal(self, attribute, op, kind, value, path):
        if op == "$not_empty":
            if value is not True:
                raise bad_value(path, "$not_empty takes true.")
            return True
        if op == "$in":
            limit = self.switches["max_in"]
            if not isinstance(value, list) or (limit and len(value) > limit):
                raise bad_value(path, "Expected an array of values, not too many.")
            return [literal(kind, each, self.switches, path) for each in value]
        value = literal(kind, value, self.switches, path)
        if kind in ("option", "status") and self.switches["unknown_title"] == "error":
            if not any(value == c.id or compare_text("$eq", c.title, value, self.switches) for c in attribute.choices):
                what = "Status" if kind == "status" else "select option"
                # recorded wording
                raise errors.invalid("value_not_found", f'Cannot find {what} with title "{value}"', path=path)
        return value

    def value_test(self, attribute, op, kind, want, read):
        test = one_test(op, kind, want, self.switches)
        if read is owner_member and self.switches["owner_member_id"] == "any_actor":
            read = owner_of_any_kind

        def meets(value):
            have = read(value)
            return have is not None and test(have)
        return meets

    # ----- paths -----

    def path_filter(self, tree, path):
        steps = tree["path"]
        if set(tree) != {"path", "constraints"} or not is_path(steps):
            raise errors.invalid("filter_error", f"A path has 1 to {MAX_PATH} pairs.", path=path + ["path"])
        if steps[0][0] not in (self.target.slug, self.target.id):
            raise errors.invalid("filter_error", "A path begins at what is queried.", path=path + ["path", "0"])
        return self.follow(self.target, steps, tree["constraints"], path + ["path"], 0)

    def follow(self, target, steps, constraints, path, depth):
        """A function of a row of `target`: does a way along the steps meet the constraints?"""
        slug = steps[0][1]
        here = path + [str(depth)]
        if slug == "parent_record" and target.kind == "lists":
            if len(steps) == 1:
                return self.parent_test(constraints, path[:-1] + ["constraints"])
            reached = self.reach(steps[1][0], here)
            inner = self.follow(reached, steps[1:], constraints, path, depth + 1)
            return lambda row: row.parent_object == reached.slug and row.parent_record_id in reached.rows and \
                inner(reached.row(row.parent_record_id))
        attribute = target.attribute(slug)
        if attribute is None:
            raise errors.invalid("unknown_filter_attribute_slug", f"Unknown attribute slug: {slug}.", path=here)
        if len(steps) == 1:
            if not isinstance(constraints, dict):
                raise errors.invalid("filter_error", "Error in filter.", path=path[:-1] + ["constraints"])
            test = self.condition(attribute, constraints, path[:-1] + ["constraints"])
            return lambda row: test(attribute.values_of(row))
        if attribute.kind != "record-reference":
            raise errors.invalid("filter_error", f"{slug} is not a reference.", path=here)
        reached = self.reach(steps[1][0], here)
        inner = self.follow(reached, steps[1:], constraints, path, depth + 1)
        return lambda row: any(
            v["target_object"] == reached.slug and v["target_record_id"] in reached.rows and
            inner(reached.row(v["target_record_id"])) for v in row.values.get(attribute.slug) or [])

    def parent_test(self, constraints, path):
        """Constraints on the parent itself, as on a reference."""
        class Parent:
            kind = "record-reference"
            choices = ()
        test = self.condition(Parent, constraints, path)
        return lambda row: test([{"target_object": row.parent_object, "target_record_id": row.parent_record_id}])

    def reach(self, slug, path):
        target = self.workspace.target("objects", slug)
        if target is None:
            raise errors.invalid("filter_error", f"Unknown object {slug}.", path=path)
        return target


def compile_filter(workspace, target, tree, switches):
    """A function of a row.  Raises ApiError."""
    return Compiler(workspace, target, switches).filter(tree, [])

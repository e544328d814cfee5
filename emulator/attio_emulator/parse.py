"""Values as they are written, parsed to the members that are stored (docs/attio-api.md 7.1 and 9)."""
import calendar
import datetime
import decimal
import math
import re

from . import errors, values
from .values import LOCATION_KEYS

# Country, calling code, and the prefix that a national number drops.
COUNTRIES = {"GB": ("44", "0"), "US": ("1", ""), "DE": ("49", "0"), "FR": ("33", "0"), "VN": ("84", "0"),
             "CH": ("41", "0")}
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def refuse(attribute, why="Invalid value."):
    return errors.invalid_value(attribute, ([], why, {}))


def unknown(attribute, what):
    return errors.invalid("value_not_found", f'Could not find {what} for attribute with slug "{attribute.slug}".')


def unwrap(raw, member, attribute):
    """The bare value, or the one in its object form."""
    if isinstance(raw, dict):
        if set(raw) != {member}:
            raise refuse(attribute, f"Expected {member}.")
        return raw[member]
    return raw


def parse_text(attribute, raw, _):
    raw = unwrap(raw, "value", attribute)
    if not isinstance(raw, str):
        raise refuse(attribute, "Expected string.")
    return values.plain(raw)


def four_decimals(attribute, number, switches):
    # numbers are doubles, of which those beyond 2^53 are whole
    try:
        number = float(number)
    except OverflowError:
        raise refuse(attribute, "Expected a finite number.") from None
    if abs(number) >= 2**53:
        if math.isinf(number):
            raise refuse(attribute, "Expected a finite number.")
        return int(number) if abs(number) < 1e21 else number
    exact = decimal.Decimal(repr(number))
    if exact != exact.quantize(decimal.Decimal("0.0001"), decimal.ROUND_HALF_UP):
        if switches["fifth_decimal"] == "error":
            raise refuse(attribute, "At most four decimals.")
        exact = exact.quantize(decimal.Decimal("0.0001"), decimal.ROUND_HALF_UP)
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def parse_number(attribute, raw, context):
    raw = unwrap(raw, "value", attribute)
    if isinstance(raw, bool) or not isinstance(raw, (int, float)):
        raise refuse(attribute, "Expected number.")
    return values.plain(four_decimals(attribute, raw, context.switches))


def parse_currency(attribute, raw, context):
    raw = unwrap(raw, "currency_value", attribute)
    if isinstance(raw, str) and re.fullmatch(r"-?\d+(\.\d{1,4})?", raw):
        raw = decimal.Decimal(raw)
    elif isinstance(raw, bool) or not isinstance(raw, (int, float)):
        raise refuse(attribute, "Expected number.")
    return values.currency(four_decimals(attribute, raw, context.switches), attribute.currency)


def parse_rating(attribute, raw, _):
    raw = unwrap(raw, "value", attribute)
    if isinstance(raw, bool) or not isinstance(raw, int) or not 0 <= raw <= 5:
        raise refuse(attribute, "Expected 0 to 5.")
    return values.plain(raw)


def parse_checkbox(attribute, raw, _):
    raw = unwrap(raw, "value", attribute)
    raw = {"true": True, "false": False}.get(raw, raw) if isinstance(raw, str) else raw
    if not isinstance(raw, bool):
        raise refuse(attribute, "Expected boolean.")
    return values.plain(raw)


PARTIAL = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?"
                     r"(?:T(\d\d)(?::(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?(Z|[+-]\d\d:?\d\d)?)?")


def parse_moment(attribute, raw):
    """ISO, partial or whole, converted to UTC; missing parts filled.  (datetime, nanoseconds)"""
    found = PARTIAL.fullmatch(raw) if isinstance(raw, str) else None
    if not found:
        raise refuse(attribute, "Expected ISO 8601.")
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    try:
        moment = datetime.datetime(int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0),
                                   int(second or 0))
    except ValueError:
        raise refuse(attribute, "No such date.") from None
    if zone and zone != "Z":
        offset = int(zone[1:3]) * 60 + int(zone[-2:])
        try:
            moment -= datetime.timedelta(minutes=offset if zone[0] == "+" else -offset)
        except OverflowError:
            raise refuse(attribute, "No such date.") from None
    return moment, (fraction or "").ljust(9, "0")


def parse_date(attribute, raw, _):
    moment, _ = parse_moment(attribute, unwrap(raw, "value", attribute))
    return values.plain(moment.date().isoformat())


def parse_timestamp(attribute, raw, _):
    moment, fraction = parse_moment(attribute, unwrap(raw, "value", attribute))
    # kept to the millisecond (claim, and every recording)
    return values.plain(moment.isoformat(timespec="seconds") + "." + fraction[:3] + "000000Z")


def find_choice(attribute, wanted):
    for choice in attribute.choices:
        if wanted in (choice.title, choice.id):
            return choice
    return None


def parse_select(attribute, raw, _):
    if isinstance(raw, str) and UUID.fullmatch(raw):
        return None         # measured: 200, and nothing stored
    wanted = unwrap(raw, "option", attribute)
    choice = find_choice(attribute, wanted) if isinstance(wanted, str) else None
    if choice is None:
        # recorded wording
        raise errors.invalid("value_not_found", f'Cannot find select option with title "{wanted}"')
    return values.option(attribute, choice)


def parse_status(attribute, raw, _):
    wanted = unwrap(raw, "status", attribute)
    choice = find_choice(attribute, wanted) if isinstance(wanted, str) else None
    if choice is None:
        raise errors.invalid("value_not_found", f'Cannot find Status with title "{wanted}"')     # recorded wording
    return values.status(attribute, choice)


# Objects that a bare string can name, and by which attribute (docs).
SHORTHAND = {"companies": "domains", "people": "email_addresses", "users": "user_id", "workspaces": "workspace_id"}


def match_unique(target, slug, needle):
    attribute = target.attribute(slug)
    for ident in target.rows:
        for value in target.row(ident).values.get(attribute.slug) or []:
            if unique_key(attribute, value) == needle:
                return ident
    return None


def unique_key(attribute, value):
    """What two unique values are compared by: e-mail and domain whatever their case, text exactly (measured)."""
    for member in ("email_address", "domain", "phone_number", "value"):
        if member in value:
            return value[member].lower() if member in ("email_address", "domain") and isinstance(value[member], str) \
                else value[member]
    return None


def allowed_objects(attribute, workspace):
    return [o for o in workspace.objects if attribute.allowed is None or o.id in attribute.allowed]


def parse_reference(attribute, raw, context):
    workspace = context.workspace
    allowed = allowed_objects(attribute, workspace)
    if isinstance(raw, str):
        if len(allowed) != 1 or allowed[0].slug not in SHORTHAND:
            raise refuse(attribute, "Expected an object with target_object.")
        slug = SHORTHAND[allowed[0].slug]
        ident = match_unique(allowed[0], slug, raw.lower() if slug in ("domains", "email_addresses") else raw)
        if ident is None:
            raise unknown(attribute, f'record "{raw}"')
        return values.reference(allowed[0].slug, ident)
    if not isinstance(raw, dict) or not isinstance(raw.get("target_object"), str) or len(raw) != 2:
        raise refuse(attribute, "Expected target_object and target_record_id.")
    target = workspace.target("objects", raw["target_object"])
    if target is None or target not in allowed:
        raise unknown(attribute, f'object "{raw["target_object"]}"')
    if "target_record_id" in raw:
        ident = raw["target_record_id"]
    else:
        slug = next(key for key in raw if key != "target_object")
        matcher = target.attribute(slug)
        if matcher is None or not matcher.unique or not isinstance(raw[slug], list) or len(raw[slug]) != 1:
            raise refuse(attribute, "Expected one value of a unique attribute.")
        ident = match_unique(target, slug, unique_key(matcher, parse_value(matcher, raw[slug][0], context)))
    if ident not in target.rows:
        raise unknown(attribute, f'record "{ident}"')
    return values.reference(target.slug, ident)


def parse_actor(attribute, raw, context):
    members = context.workspace.members
    if isinstance(raw, str):
        raw = {"workspace_member_email_address": raw}
    if not isinstance(raw, dict):
        raise refuse(attribute, "Expected a workspace member.")
    if set(raw) == {"workspace_member_email_address"}:
        found = [m for m in members if m["email_address"] == raw["workspace_member_email_address"]]
    elif set(raw) == {"referenced_actor_type", "referenced_actor_id"} and \
            raw["referenced_actor_type"] == "workspace-member":
        found = [m for m in members if m["id"]["workspace_member_id"] == raw["referenced_actor_id"]]
    else:
        raise refuse(attribute, "Only workspace members can be written.")
    if not found:
        raise unknown(attribute, "workspace member")
    return values.actor("workspace-member", found[0]["id"]["workspace_member_id"])


def parse_email(attribute, raw, _):
    raw = unwrap(raw, "email_address", attribute)
    if not isinstance(raw, str) or not re.fullmatch(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+", raw.strip()):
        raise refuse(attribute, "Expected an e-mail address.")
    return values.email(raw.strip())


def parse_domain(attribute, raw, _):
    raw = unwrap(raw, "domain", attribute)
    if not isinstance(raw, str):
        raise refuse(attribute, "Expected a domain.")
    host = re.sub(r"^[a-z]+://", "", raw.strip().lower())
    host = re.split(r"[/?#]", host)[0]
    # claimed: .example is refused
    if not re.fullmatch(r"[\w-]+(\.[\w-]+)+", host) or host.endswith(".example"):
        raise refuse(attribute, "Expected a domain.")
    return values.domain(host)


def parse_phone(attribute, raw, _):
    country = None
    if isinstance(raw, dict):
        if not {"original_phone_number"} <= set(raw) <= {"original_phone_number", "country_code"}:
            raise refuse(attribute, "Expected original_phone_number.")
        raw, country = raw["original_phone_number"], raw.get("country_code")
    if not isinstance(raw, str):
        raise refuse(attribute, "Expected a phone number.")
    digits = re.sub(r"[\s().-]", "", raw)
    if not digits.startswith("+"):
        if country not in COUNTRIES:
            raise refuse(attribute, "Invalid phone number, possibly due to missing country information.")
        code, trunk = COUNTRIES[country]
        digits = "+" + code + (digits[len(trunk):] if digits.startswith(trunk) else digits)
    # claimed: 555 numbers fail
    if not re.fullmatch(r"\+[1-9]\d{7,14}", digits) or re.fullmatch(r"\+1\d{3}555\d{4}", digits):
        # recorded wording
        raise refuse(attribute, "Invalid phone number, possibly due to missing country information.")
    for iso, (code, _) in COUNTRIES.items():
        if country is None and digits.startswith("+" + code):
            country = iso
    return values.phone(raw, country, digits)


def parse_name(attribute, raw, _):
    if isinstance(raw, str):
        last, comma, first = raw.rpartition(",")
        if not comma:
            return values.personal_name(raw.strip(), "")
        # further commas belong to the first name (docs)
        last, _, first = raw.partition(",")
        return values.personal_name(first.strip(), last.strip())
    if not isinstance(raw, dict) or set(raw) != {"first_name", "last_name", "full_name"} or \
            not all(isinstance(v, str) for v in raw.values()):
        raise refuse(attribute, "Expected first_name, last_name and full_name.")
    return {key: raw[key] for key in ("first_name", "last_name", "full_name")}


def parse_location(attribute, raw, _):
    if isinstance(raw, str):
        # Attio parses the text; the emulator splits it at the commas
        parts = [p.strip() for p in raw.split(",")]
        country = parts[-1] if re.fullmatch(r"[A-Z]{2}", parts[-1]) else None
        rest = parts[:-1] if country else parts
        return values.location(line_1=rest[0] if len(rest) > 1 else None, locality=rest[-1] if rest else None,
                               country_code=country)
    if not isinstance(raw, dict) or set(raw) - set(LOCATION_KEYS):
        raise refuse(attribute, "Expected all ten keys.")
    missing = [key for key in LOCATION_KEYS if key not in raw]
    if missing:
        reason = "Required", {"expected": "string", "received": "undefined"}
        raise errors.invalid_value(attribute, *(([key], *reason) for key in missing))
    if not all(v is None or isinstance(v, str) for v in raw.values()):
        raise refuse(attribute, "Expected strings.")
    return {key: raw[key] for key in LOCATION_KEYS}


PARSERS = {
    "text": parse_text, "number": parse_number, "currency": parse_currency, "rating": parse_rating,
    "checkbox": parse_checkbox, "date": parse_date, "timestamp": parse_timestamp, "select": parse_select,
    "status": parse_status, "record-reference": parse_reference, "actor-reference": parse_actor,
    "email-address": parse_email, "domain": parse_domain, "phone-number": parse_phone,
    "personal-name": parse_name, "location": parse_location,
}


def parse_value(attribute, raw, context):
    """One value's own members.  None stands for one that is taken and not stored.  Raises ApiError."""
    if raw is None or attribute.kind not in PARSERS:
        raise refuse(attribute)
    return PARSERS[attribute.kind](attribute, raw, context)


def parse_values(attribute, raw, context):
    """All values of an attribute, as written: a bare value, or an array."""
    if isinstance(raw, list):
        if not attribute.multi and len(raw) > 1:
            raise refuse(attribute, "Expected one value.")
        items = raw
    elif attribute.multi:
        raise refuse(attribute, "Expected an array.")
    else:
        items = [raw]
    parsed = [parse_value(attribute, item, context) for item in items]
    return [members for members in parsed if members is not None]


DURATION = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")


def after(moment, duration):
    """A moment and an ISO duration later."""
    years, months, weeks, days, hours, minutes, seconds = (int(g or 0) for g in DURATION.fullmatch(duration).groups())
    month = moment.month - 1 + months + 12 * years
    year, month = moment.year + month // 12, month % 12 + 1
    moment = moment.replace(year=year, month=month, day=min(moment.day, calendar.monthrange(year, month)[1]))
    return moment + datetime.timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)

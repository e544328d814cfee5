"""What every cell should be, worked out from the API's answers by docs/types.md alone.

Shares nothing with the extension: it is the second opinion that tests compare with.
"""
import decimal
import json
import urllib.request

from attio_test import KEY


def time_of(text):
    """Nine digits cut to six, as PostgreSQL writes it in JSON."""
    head, _, fraction = text.rstrip("Z").partition(".")
    fraction = (fraction + "000000")[:6].rstrip("0")
    return head + ("." + fraction if fraction else "") + "+00:00"


def lines(value):
    keys = ("line_1", "line_2", "line_3", "line_4", "locality", "region", "postcode", "country_code")
    return ", ".join(value[k] for k in keys if value.get(k)) or None


def owner(value):
    actor = value["owner_actor"]
    return actor["id"] if actor["type"] == "workspace-member" else None


def member(name):
    return lambda value: value.get(name)


# attribute type -> property ("" is the main one) -> value object -> JSON of the cell
PROPERTIES = {
    "text": {"": member("value")},
    "number": {"": member("value")},
    "currency": {"": member("currency_value"), "currency_code": member("currency_code")},
    "rating": {"": member("value")},
    "checkbox": {"": member("value")},
    "date": {"": member("value")},
    "timestamp": {"": lambda v: time_of(v["value"])},
    "select": {"": lambda v: v["option"]["title"], "active_from": lambda v: time_of(v["active_from"]),
               "option_id": lambda v: v["option"]["id"]["option_id"]},
    "status": {"": lambda v: v["status"]["title"], "active_from": lambda v: time_of(v["active_from"]),
               "status_id": lambda v: v["status"]["id"]["status_id"]},
    "record-reference": {"": member("target_record_id"), "target_object": member("target_object")},
    "actor-reference": {"": member("referenced_actor_id"), "actor_type": member("referenced_actor_type")},
    "email-address": {"": member("email_address"), "first": member("email_address"),
                      **{n: member(n) for n in ("original_email_address", "email_domain", "email_root_domain",
                                                "email_local_specifier")}},
    "domain": {"": member("domain"), "first": member("domain"), "root_domain": member("root_domain")},
    "phone-number": {"": member("phone_number"), "first": member("phone_number"),
                     "original_phone_number": member("original_phone_number"), "country_code": member("country_code")},
    "personal-name": {"": member("full_name"), "first_name": member("first_name"), "last_name": member("last_name")},
    "location": {"": lines, **{n: member(n) for n in ("line_1", "line_2", "line_3", "line_4", "locality", "region",
                                                      "postcode", "country_code")},
                 "latitude": lambda v: None if v["latitude"] is None else decimal.Decimal(v["latitude"]),
                 "longitude": lambda v: None if v["longitude"] is None else decimal.Decimal(v["longitude"])},
    "interaction": {"": lambda v: time_of(v["interacted_at"]), "owner_member_id": owner,
                    "type": member("interaction_type"), "interaction_type": member("interaction_type"),
                    "owner_actor_type": lambda v: v["owner_actor"]["type"],
                    "owner_actor_id": lambda v: v["owner_actor"]["id"]},
}


def all_rows(emulator, kind, slug):
    """A listing, by offset, nothing else going on."""
    rows, path = [], f"/v2/{kind}/{slug}/{'records' if kind == 'objects' else 'entries'}/query"
    while True:
        request = {"limit": 500, "offset": len(rows)}
        call = urllib.request.Request(emulator.url + path, method="POST", data=json.dumps(request).encode(),
                                      headers={"Authorization": "Bearer " + KEY})
        with urllib.request.urlopen(call) as answer:
            page = json.loads(answer.read(), parse_float=decimal.Decimal)["data"]
        rows += page
        if len(page) < 500:
            return rows


def expected_cell(values, kind, multi, prop):
    if values is None:
        return None
    if kind not in PROPERTIES:
        return values
    read = PROPERTIES[kind][prop]
    if multi and prop != "first":
        return [read(v) for v in values]
    return read(values[0]) if values else None


def normal(cell):
    """Numbers compare as numbers, whatever their scale."""
    if isinstance(cell, list):
        return [normal(c) for c in cell]
    if isinstance(cell, (int, decimal.Decimal)) and not isinstance(cell, bool):
        return decimal.Decimal(cell).normalize()
    return cell


def expected_row(row, kind, columns, definitions):
    """column -> expected cell, by the options that the import wrote."""
    values = row["values" if kind == "objects" else "entry_values"]
    expected = {}
    for name, options in columns.items():
        if options.get("field") in ("record_id", "entry_id"):
            expected[name] = row["id"][options["field"]]
        elif options.get("field") == "changed_at":
            times = [v["active_from"] for a in values.values() for v in a]
            expected[name] = time_of(max(times)) if times else None
        elif "field" in options:
            expected[name] = row[options["field"]]
        else:
            definition = definitions[options["attribute_id"]]
            expected[name] = expected_cell(values.get(definition["api_slug"]), definition["type"],
                                           definition["is_multiselect"], options.get("property", ""))
    return expected


def columns_of(database, table):
    out = database.value(f"""
        SELECT jsonb_object_agg(attname, (SELECT coalesce(jsonb_object_agg(option_name, option_value), '{{}}')
                                          FROM pg_options_to_table(attfdwoptions)))
        FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum > 0""")
    return json.loads(out)

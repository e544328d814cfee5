"""Value objects of the 17 attribute types, as Attio renders them (docs/attio-api.md 7.1).

Each function takes what a generator or a writer knows and returns the type's own
members.  `wrap` adds what every value carries.
"""


SYSTEM = {"type": "system", "id": None}


EVERY_VALUE = ("active_from", "active_until", "created_by_actor", "attribute_type")     # what wrap() adds


def wrap(members, attribute_type, active_from, actor):
    value = {"active_from": active_from, "active_until": None, "created_by_actor": actor}
    value.update(members)
    value["attribute_type"] = attribute_type
    return value


def plain(value):
    return {"value": value}


def currency(value, code):
    # docs show a string; the wire carries a number (recorded)
    return {"currency_value": value, "currency_code": code}


def option(attribute, choice):
    return {"option": {"id": choice.ids(attribute), "title": choice.title, "is_archived": choice.archived}}


def status(attribute, choice):
    return {
        "status": {
            "id": choice.ids(attribute),
            "title": choice.title,
            "is_archived": choice.archived,
            "target_time_in_status": choice.target_time,
            "celebration_enabled": choice.celebration,
        }
    }


def reference(target_object, target_record_id):
    return {"target_object": target_object, "target_record_id": target_record_id}


def actor(kind, ident):
    return {"referenced_actor_type": kind, "referenced_actor_id": ident}


def email(address):
    lower = address.lower()
    local, _, domain = lower.rpartition("@")
    return {
        "original_email_address": address,
        "email_address": lower,
        "email_domain": domain,
        "email_root_domain": root_domain(domain),
        "email_local_specifier": local,
    }


def root_domain(name):
    return ".".join(name.split(".")[-2:])


def domain(name):
    return {"domain": name.lower(), "root_domain": root_domain(name.lower())}


def phone(original, country, normalised):
    # docs say normalized_phone_number; the wire says phone_number (recorded)
    return {"original_phone_number": original, "country_code": country, "phone_number": normalised}


def personal_name(first, last):
    return {"first_name": first, "last_name": last, "full_name": " ".join(part for part in (first, last) if part)}


LOCATION_KEYS = (
    "line_1", "line_2", "line_3", "line_4", "locality", "region", "postcode", "country_code", "latitude", "longitude",
)


def location(**parts):
    return {key: parts.get(key) for key in LOCATION_KEYS}


def interaction(kind, when, owner_type, owner_id):
    return {"interaction_type": kind, "interacted_at": when, "owner_actor": {"type": owner_type, "id": owner_id}}

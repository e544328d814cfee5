"""The endpoints."""
from stage.routes import compile_routes

from .entities import listing, one
from .interactions import get_interaction, list_interactions
from .writes import create_interaction, delete_interaction, update_interaction


def whoami(request):
    request.refuse_unknown(set())
    user = request.data.persons[request.data.user]
    return {"tenant": {"id": 1, "name": "Tenant & “Söhne”", "subdomain": "tenant"},
            "user": {"id": user.id, "firstName": user.first, "lastName": user.last, "email": user.primary},
            "grant": {"type": "api_key", "scope": "external_api", "createdAt": "2020-12-14T09:00:00.000-05:00"}}


def rate_limit(request):
    request.refuse_unknown(set())
    return request.data.meter.resource(request.switches)


COMPILED = compile_routes([
    ("GET", "/auth/whoami", "", whoami),
    ("GET", "/rate-limit", "", rate_limit),
    ("GET", "/persons", "read", listing("persons")),
    ("GET", "/persons/{id}", "read", one("persons")),
    ("GET", "/organizations", "read", listing("organizations")),
    ("GET", "/organizations/{id}", "read", one("organizations")),
    ("GET", "/opportunities", "read", listing("opportunities")),
    ("GET", "/opportunities/{id}", "read", one("opportunities")),
    ("GET", "/interactions", "read", list_interactions),
    ("POST", "/interactions", "write", create_interaction),
    ("GET", "/interactions/{id}", "read", get_interaction),
    ("PUT", "/interactions/{id}", "write", update_interaction),
    ("DELETE", "/interactions/{id}", "write", delete_interaction),
], id=r"\d{1,18}")

"""Persons, organizations, opportunities: listings, with or without the dates of interactions, and one by its id."""
from . import errors, pages, times

MOST = 500
KINDS = ("first_email", "last_email", "last_interaction", "last_event", "first_event", "next_event")
BOUNDS = {f"{side}_{kind}_date" for side in ("min", "max") for kind in KINDS}
DATES = {"with_interaction_dates", "with_interaction_persons"}
# what each listing has besides pages and a term
FLAGS = {"persons": {"with_opportunities", "with_current_organizations"}, "organizations": {"with_opportunities"},
         "opportunities": set()}
KEYS = {"persons": "person_id", "organizations": "organization_id", "opportunities": "opportunity_id"}


def persons_of(account, organization):
    return [person.id for person in account.persons.values() if organization.id in person.organizations]


def opportunities_with(account, name, ident):
    return [each.id for each in account.opportunities.values() if ident in getattr(each, name)]


def person_document(request, person, listed):
    shown = {"id": person.id, "type": request.kind_of(person), "first_name": person.first, "last_name": person.last,
             "primary_email": person.primary, "emails": person.emails}
    if not listed or request.switches["listed_ids"] == "shown":
        shown["organization_ids"] = person.organizations
    if request.truth("with_current_organizations"):
        shown["current_organization_ids"] = person.current
    if request.truth("with_opportunities"):
        shown["opportunity_ids"] = opportunities_with(request.data, "persons", person.id)
    return shown


def organization_document(request, organization, listed):
    shown = {"id": organization.id, "name": organization.name,
             "domain": organization.domains[0] if organization.domains else None, "domains": organization.domains,
             "global": organization.shared}
    if not listed or request.switches["listed_ids"] == "shown":
        shown["person_ids"] = persons_of(request.data, organization)
    if request.truth("with_opportunities"):
        shown["opportunity_ids"] = opportunities_with(request.data, "organizations", organization.id)
    return shown


def opportunity_document(request, opportunity, listed):
    return {"id": opportunity.id, "name": opportunity.name, "person_ids": opportunity.persons,
            "organization_ids": opportunity.organizations, "list_entries": []}


DOCUMENTS = {"persons": person_document, "organizations": organization_document, "opportunities": opportunity_document}


def dates_document(request, dates):
    """The members that with_interaction_dates adds."""
    absent = request.switches["interaction_dates"] == "absent"
    told = {f"{kind}_date": times.show(each.date, each.id) if each else None for kind, each in dates.items()}
    added = {"interaction_dates": {name: value for name, value in told.items() if value or not absent}}
    if request.truth("with_interaction_persons"):
        added["interactions"] = {
            kind: {"date": times.show(each.date, each.id),
                   "person_ids": [ident for ident in each.persons if not request.data.is_outside(ident)]}
            for kind, each in dates.items() if each}
    return added


def document(request, what, entity, listed=True):
    shown = DOCUMENTS[what](request, entity, listed)
    if dates_wanted(request, what):
        shown.update(dates_document(request, request.data.dates_of(KEYS[what], entity.id)))
    if request.switches["empty_members"] == "absent":
        shown = {name: value for name, value in shown.items() if value is not None}
    return shown


def dates_wanted(request, what):
    return request.truth("with_interaction_dates") and not without_dates(request, what)


def without_dates(request, what):
    return what == "opportunities" and request.switches["opportunity_dates"] == "ignored"


def bounds_of(request, what):
    """[(kind, is it the lowest, moment)] of the min_ and max_ parameters."""
    if without_dates(request, what) or request.switches["parameters"] == "ignored":
        return []
    bounds = []
    for name in sorted(BOUNDS & set(request.query)):
        try:
            moment = times.read(request.query[name], request.switches["time_precision"])
        except ValueError:
            raise errors.invalid(f"{name} is not an ISO 8601 time.", name) from None
        bounds.append((name[4:-5], name.startswith("min"), moment))
    return bounds


def within(request, dates, bounds):
    exclusive = request.switches["date_bounds"] == "exclusive"
    for kind, lowest, moment in bounds:
        found = dates.get(kind)
        if found is None:
            return False
        over = (found.date - moment).total_seconds() * (1 if lowest else -1)
        if over < 0 or (exclusive and over == 0):
            return False
    return True


def has_term(what, entity, term):
    texts = [entity.first, entity.last, *entity.emails] if what == "persons" else \
        [entity.name, *entity.domains] if what == "organizations" else [entity.name]
    return any(term.lower() in (text or "").lower() for text in texts)


def chosen(request, what):
    """The entities that the request asks for, in its order."""
    account, term = request.data, request.query.get("term")
    rows = sorted(getattr(account, what).values(), key=lambda each: each.id)
    # a term alone also searches what is outside of the account
    alone = term is not None and set(request.query) <= {"term", *pages.CONTROL}
    rows = [each for each in rows if alone or not getattr(each, "outside", False)]
    if term is not None:
        rows = [each for each in rows if has_term(what, each, term)]
    bounds = bounds_of(request, what)
    if bounds or dates_wanted(request, what):
        with_dates = [(each, account.dates_of(KEYS[what], each.id)) for each in rows]
        rows = [each for each, dates in with_dates if dates and within(request, dates, bounds)]
    order = request.switches["entity_order"]
    return rows[::-1] if order == "reversed" else pages.hashed(rows, lambda each: each.id) if order == "hash" else rows


class Documents(list):
    """Entities that become documents when a page is cut from them."""

    def __init__(self, request, what, rows):
        super().__init__(rows)
        self.request, self.what = request, what

    def __getitem__(self, part):
        return [document(self.request, self.what, each) for each in super().__getitem__(part)]


def listing(what):
    def serve(request):
        request.refuse_unknown({"term", *pages.CONTROL, *BOUNDS, *DATES, *FLAGS[what]})
        if request.truth("with_interaction_persons") and not request.truth("with_interaction_dates"):
            raise errors.invalid("with_interaction_persons needs with_interaction_dates.", "with_interaction_persons")
        if request.switches["listed_dates"] == "ignored":
            request.query.pop("with_interaction_dates", None)
        return pages.page(request, Documents(request, what, chosen(request, what)), what, MOST)
    return serve


def one(what):
    def serve(request):
        request.refuse_unknown(DATES | FLAGS[what])
        how = request.switches["one_entity_dates"] if request.truth("with_interaction_dates") else "shown"
        if how == "refused":
            raise errors.invalid("Unknown parameter: with_interaction_dates", "with_interaction_dates")
        if how == "ignored":
            del request.query["with_interaction_dates"]
        entity = getattr(request.data, what).get(int(request.args["id"]))
        if entity is None or (how == "missing" and not request.data.dates_of(KEYS[what], entity.id)):
            raise errors.missing(what[:-1].capitalize(), request.args["id"])
        return document(request, what, entity, listed=False)
    return serve

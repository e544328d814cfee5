"""What is not known of Affinity, or what other people met: each with the values it could have, and where the default
comes from: `docs`, `field` (other people's clients and samples), `sdk` or `assumed`.  stage/switches.py has how they
are changed.
"""

# name: (default, legal values or a type, source, meaning)
SWITCHES = {
    "order": ("newest", ("newest", "oldest", "hash"), "docs", "order of interactions (a sample shows the newest first)"),
    "entity_order": ("id", ("id", "reversed", "hash"), "assumed", "order of persons, organizations, opportunities"),
    "start_border": ("inclusive", ("inclusive", "exclusive"), "assumed", "an interaction at start_time is in the range"),
    "end_border": ("exclusive", ("exclusive", "inclusive"), "sdk", "an interaction at end_time is in the range"),
    "time_precision": ("us", ("us", "ms", "s"), "assumed", "precision to which times in the query string are cut"),
    "date_bounds": ("inclusive", ("inclusive", "exclusive"), "assumed", "min_ and max_ of interaction dates"),
    "page_size_over": ("refused", ("refused", "clamped"), "assumed", "a page_size above the maximum: 422, or the maximum"),
    "pages": ("full", ("full", "short", "empty", "trailing", "repeating", "circle"), "field",
              "pages: as large as asked for; half of it; an empty one before each; a token that leads to an empty page "
              "behind the last; each begins with the last row of the one before; the last leads back to the first"),
    "last_token": ("null", ("null", "absent"), "field", "the token of the last page"),
    "token_name": ("next_page_token", ("next_page_token", "nextPageToken"), "sdk", "the member that has the token"),
    "rows_name": ("kind", ("kind", "interactions", "data"), "docs",
                  "the member that has interactions: kind is events, chat_messages or emails"),
    "bare_lists": ("unasked", ("unasked", "never", "always"), "field",
                   "when a listing is an array of everything: where there is no page_size; never; always"),
    "person_kind": ("number", ("number", "word"), "field",
                    "the type of a person: 0 or 1 (a collaborator is 0), or external, internal, collaborator"),
    "person_id": ("followed", ("followed", "internal_too"), "docs",
                  "an internal person as person_id: 422, or its interactions"),
    "unknown_entity": ("empty", ("empty", "missing", "refused"), "assumed",
                       "interactions of an entity that does not exist: none, 404, 422"),
    "direction_of_events": ("refused", ("refused", "ignored", "none"), "assumed",
                            "direction beside meetings or calls: 422, all rows, no rows"),
    "parameters": ("followed", ("followed", "ignored"), "assumed",
                   "direction, logging_type, internal_person_id, min_ and max_: whether they choose rows"),
    "unknown_parameters": ("refused", ("refused", "ignored"), "assumed", "parameters that an endpoint does not have"),
    "email_persons": ("shown", ("shown", "absent"), "docs", "the member persons of an e-mail (absent in a sample)"),
    "logging_type": ("shown", ("shown", "missing"), "docs", "the member logging_type (missing in the samples)"),
    "empty_members": ("null", ("null", "absent"), "field", "members without a value: null, or not there"),
    "interaction_dates": ("null", ("null", "absent"), "assumed", "dates of interactions that did not take place"),
    "opportunity_dates": ("followed", ("followed", "ignored"), "assumed",
                          "with_interaction_dates, min_ and max_ of opportunities, which the documentation does not have"),
    "one_entity_dates": ("shown", ("shown", "ignored", "refused", "missing"), "docs",
                         "with_interaction_dates beside the id of a person or organization: dates, nothing, 422, 404 for "
                         "one without interactions"),
    "listed_dates": ("shown", ("shown", "ignored"), "docs",
                     "with_interaction_dates of listed persons and organizations: dates, and none without them; or all "
                     "rows without dates"),
    "listed_ids": ("shown", ("shown", "missing"), "docs",
                   "organization_ids of listed persons, person_ids of listed organizations"),
    "error_body": ("message", ("message", "errors", "texts", "list", "detail", "error", "error_text", "empty", "html"), "field",
                   'shape of error bodies: {"message"}, {"errors": [{"message", "param"}]}, {"errors": [texts]}, '
                   '[texts], {"detail"}, {"error": {"message"}}, {"error": text}, nothing, a page'),
    "plan": ("enterprise", ("enterprise", "other"), "field", "interactions need the plan Enterprise, else 403"),
    "requests_per_minute": (0, int, "docs", "requests in a minute (Affinity: 900); 0 = no limit, and no headers of it"),
    "minute_s": (60, int, "docs", "seconds that such a minute has, for tests"),
    "monthly_limit": (0, int, "docs", "requests in a month; 0 = no limit, and no headers of it"),
    "monthly_used": (0, int, "assumed", "requests of the month before the emulator started"),
    "most_at_once": (0, int, "docs", "requests under way at the same time, 429 above it; 0 = no limit"),
    "retry_after": ("absent", ("absent", "seconds", "date"), "field", "Retry-After of a 429"),
    "header_case": ("mixed", ("mixed", "lower"), "field", "names of the headers of limits"),
    "put_person_ids": ("required", ("required", "optional"), "docs", "person_ids of an update (absent in the example)"),
    "create_status": (200, (200, 201), "assumed", "status of a create"),
    "gzip": (False, bool, "assumed", "compress answers to clients that accept it"),
}

"""What nobody knows of Attio, each with the values it could have, and where the default comes from: `docs`, `measured`
or `assumed`.  stage/switches.py has how they are changed.
"""
from .shapes import SHAPES

# name: (default, legal values or a type, source, meaning)
SWITCHES = {
    "text_equality": ("exact", ("exact", "ignore_case"), "assumed", "how $eq and $in compare text"),
    "starts_with_case": ("ignore", ("ignore", "exact"), "docs", "case under $starts_with (an example ignores it)"),
    "ends_with_case": ("ignore", ("ignore", "exact"), "assumed", "case under $ends_with"),
    "folding": ("unicode", ("unicode", "ascii"), "assumed", "which letters have a case"),
    "wildcards": ("literal", ("literal", "like"), "assumed", "% and _ in the value of a pattern operator"),
    "trimming": ("none", ("none", "both"), "assumed", "blanks around values when they are compared"),
    "empty_string_is_empty": (False, bool, "assumed", "whether '' counts as no value under $not_empty and in sorts"),
    "not_matches_empty": (True, bool, "docs", "whether $not matches rows without a value ('everything that does not meet the condition')"),
    "option_lists": ("whole", ("whole", "empty", "cut", "refused", "gone"), "assumed", "lists of options and statuses: all of them, none, the first half, 403, 404"),
    "unknown_title": ("none", ("none", "error"), "assumed", "an option or status title that does not exist: no rows, or 400"),
    "several_conditions": ("same_value", ("same_value", "any_value"), "assumed", "several conditions on one multi-value attribute"),
    "time_precision": ("ns", ("ns", "us", "ms"), "assumed", "how fine a time literal is read"),
    "null_order": ("last", ("first", "last", "smallest", "largest"), "assumed", "where sorts put rows without a value"),
    "text_order": ("code_point", ("code_point", "case_blind", "utf16"), "assumed", "how sorts compare text"),
    "tie_order": ("id", ("id", "reverse_id", "random"), "assumed", "order among equals; random differs per request"),
    "unsorted_order": ("id", ("id", "creation", "hash", "updated", "updated_desc"), "measured", "order of queries without sorts"),
    "sorts": ("followed", ("followed", "ignored", "refused", "refused_by_id", "as_text"), "docs",
              "what is made of sorts: refused_by_id where one names record_id or entry_id; as_text compares all values as text"),
    "filters": ("followed", ("followed", "ignored", "refused"), "docs", "whether queries look at their filter; refused: any is a 400 (views are always followed)"),
    "definition_limit": (0, int, "docs", "attributes that a listing shows at most, whatever is asked for; 0 = no limit"),
    "row_shape": ("whole", ("whole", *SHAPES), "docs", "the last row of an answer: as it is; its values missing, null, a list, a text; texts where value objects or options belong; "
                  "options without title and id; null for an option"),
    "max_limit": (500, int, "assumed", "largest limit of a query"),
    "over_limit": ("error", ("error", "clamp"), "measured", "a limit above the maximum (400 on notes, tasks, meetings)"),
    "max_offset": (0, int, "assumed", "largest offset of a query, 400 above it; 0 = no limit"),
    "max_in": (0, int, "assumed", "values that $in may hold; 0 = no limit"),
    "max_or": (0, int, "assumed", "arms that $or may have; 0 = no limit"),
    "max_body": (0, int, "assumed", "bytes that a query's body may have; 0 = no limit"),
    "app_actor_in_filter": (True, bool, "assumed", "whether the actor type app may stand in a filter"),
    "query_lag_ms": (0, int, "measured", "how far queries lag behind writes (up to a second was seen)"),
    "background_change": (False, bool, "measured", "a system write follows a write: people are linked to companies by e-mail domain"),
    "clear_ignored": (False, bool, "assumed", "whether [] on a single value is ignored instead of clearing it"),
    "fifth_decimal": ("round", ("round", "error"), "assumed", "a number with more than four decimals on write"),
    "unknown_slug": ("error", ("error", "ignore"), "docs", "a slug in values that does not exist"),
    "score_limit": (0, int, "assumed", "queries with a higher score get a 429 that never clears; 0 = none"),
    "reads_per_second": (0, int, "docs", "token bucket of reads (Attio: 100); 0 = no limit"),
    "writes_per_second": (0, int, "docs", "token bucket of writes (Attio: 25); 0 = no limit"),
    "disabled_objects": ([], list, "measured", "slugs that answer standard_object_disabled"),
    "gzip": (False, bool, "measured", "compress answers to clients that accept it"),
}

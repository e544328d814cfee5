#!/usr/bin/env python3
"""The service that test/module/made_up.c reads and writes: shelves, and the books on them, which come in crates; loans and
visits of shelves."""
import datetime
import math
import os
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..", "emulator"))

from stage.command import run  # noqa: E402
from stage.paging import Style, page  # noqa: E402
from stage.request import Request  # noqa: E402
from stage.routes import compile_routes  # noqa: E402
from stage.service import Refusal, Service  # noqa: E402

SHELVES = Style(limit="page_size", place="page_token", next=("page", "next_token"), rows="shelves")
STOCK = Style(rows="crates")
CRATES = SHELVES._replace(rows="crates")


def find_shelf(request):
    shelf = request.data["shelves"].get(int(request.args["shelf"]))
    if shelf is None:
        raise request.service.refusal(404, 17, f"There is no shelf {request.args['shelf']}.")
    return shelf


def list_shelves(request):
    shelves = [shelf for shelf in request.data["shelves"].values()
               if not request.ids or str(shelf["id"]) in request.ids]
    return page(request, shelves, SHELVES, default=2, maximum=5)


def list_books(request):
    number = find_shelf(request)["id"]
    crates = [{"crate": crate, "books": [{"id": 100 * number + 10 * crate + i, "title": f"Book {crate}.{i} of {number}",
                                          "language": ["en", "fi"][i % 2]} for i in range(crate)]} for crate in range(5)]
    return page(request, crates, CRATES, default=2, maximum=2)


def stock_of(sizes):
    """Crates of so many books each."""
    return [{"crate": crate, "labels": [{"text": f"L{i}"} for i in range(crate % 3)],
             "books": [{"title": f"{crate}.{i}", "authors": [{"name": {"last": f"A{j}"}} for j in range(i)] if i else None,
                        "published": [{"day": "2024-02-29"}, {"moment": "2024-03-01T12:00:00.123456789Z", "day": "x"},
                                      {"moment": None, "day": None}][i % 3],
                        "seconds": [90, 2.5, None, 1e-7, -3600.25][i % 5]} for i in range(size)]}
            for crate, size in enumerate(sizes)]


def list_stock(request):
    """All, or the crates with a book of this title."""
    crates = request.data["stock"]
    if "keyword" in request.query:
        crates = [crate for crate in crates if any(request.query["keyword"] == book["title"] for book in crate["books"])]
    if request.data["moves"] and request.number("offset", 0, 0, None) > 0:
        crates = crates[1:]
    return page(request, crates, STOCK, default=2, maximum=4)


def change_stock(request):
    """For tests: crates of these sizes; the first crate, or its first book, as told; do they move between pages?"""
    asked = request.json()
    if "sizes" in asked:
        request.data["stock"] = stock_of(asked["sizes"])
    if "book" in asked:
        request.data["stock"][0]["books"][0].update(asked["book"])
    if "crate" in asked:
        request.data["stock"][0] = asked["crate"]
    request.data["moves"] = asked.get("moves", False)
    return {}


def all_loans():
    """Of shelf n there are n % 4 * 3 loans; the first are not in the order of their days."""
    loans = []
    for shelf in range(1, 301):
        for i in range(shelf % 4 * 3):
            number = 100 * shelf + i
            day = number * 7919 % 1000
            loans.append({"id": number, "shelf": shelf, "desk": number % 40, "hall": ["north", "south"][shelf % 2],
                          "day": day, "until": day + number % 3 * 10, "note": [None, "red", "blue"][number % 3],
                          "readers": [f"r{number % 5}", f"r{number % 7}"], "keepers": [f"k{i % 3}"] * (number % 4 > 0),
                          "place": ["attic", "cellar"][number % 2], "floor": number % 3})
    return loans


# What a parameter of loans asks for: of a loan and the parameter's text.
LOAN_PARAMETERS = {
    "shelf": lambda loan, text: str(loan["shelf"]) == text, "desk": lambda loan, text: str(loan["desk"]) == text,
    "hall": lambda loan, text: loan["hall"] == text, "kind": lambda loan, text: text == "lent",
    "readers": lambda loan, text: bool(set(loan["readers"]) & set(text.split(","))),
    "keeper": lambda loan, text: text in loan["keepers"] if text else not loan["keepers"],
    "note": lambda loan, text: loan["note"] == (None if text == "none" else text),
    "until_from": lambda loan, text: loan["until"] >= int(text), "day_before": lambda loan, text: loan["day"] < int(text),
    "place": lambda loan, text: loan["place"] == text, "floor": lambda loan, text: str(loan["floor"]) == text,
}


def followed(request):
    """The parameters that are looked at."""
    return {name: text for name, text in request.query.items() if name not in request.data["ignored"]}


def list_loans(request):
    asked = followed(request)
    found = [loan for loan in request.data["loans"]
             if all(fits(loan, asked[name]) for name, fits in LOAN_PARAMETERS.items() if name in asked)]
    if "sort" in asked:
        found.sort(key=lambda loan: loan["day"], reverse=asked["sort"] == "day_desc")
        late = request.data["late"]
        if late and len(found) > late:
            found[late:] = found[:late - 1:-1]
    if request.path == "/loans_by_cursor":
        return page(request, found, SHELVES._replace(rows="loans"), default=2, maximum=5)
    return page(request, found, STOCK._replace(rows="loans"), default=1000, maximum=1000)


def list_visits(request):
    """Of shelf n so many, one every second day."""
    shelf = find_shelf(request)["id"]
    asked = followed(request)
    day = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    found = [{"id": i, "who": ["Ada", "Bo"][i % 2], "came_at": (day + datetime.timedelta(days=2 * i)).isoformat()}
             for i in range(shelf * 5)]
    if "after" in asked:
        after, before = (datetime.datetime.fromisoformat(asked[name].replace("Z", "+00:00")) for name in ("after", "before"))
        found = [visit for visit in found if after <= datetime.datetime.fromisoformat(visit["came_at"]) < before]
    if "who" in asked:
        found = [visit for visit in found if visit["who"] == asked["who"]]
    if asked.get("sort") == "newest":
        found.reverse()
    return page(request, found, STOCK._replace(rows="visits"), default=5, maximum=5)


def all_guests():
    """Every third has never come; some of the others have no loans."""
    day = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    return {i: {"id": i, "name": f"Guest {i}", "hall": ["north", "south"][i % 2], "loans": list(range(i % 4)),
                "shelves": [i, i + 1],
                "dates": {"first": (day + datetime.timedelta(days=i)).isoformat(),
                          "last": (day + datetime.timedelta(days=3 * i)).isoformat() if i % 5 else None} if i % 3 else None}
            for i in range(1, 24)}


def told(request, guest, asked):
    """What a listing or one guest tells."""
    hidden = {"dates", "loans"} - {name for name in ("dates", "loans") if asked.get(f"with_{name}") == "true"}
    return {name: value for name, value in guest.items() if name not in hidden}


def list_guests(request):
    asked = followed(request)
    found = [guest for guest in request.data["guests"].values()
             if (guest["dates"] or asked.get("with_dates") != "true") and asked.get("hall", guest["hall"]) == guest["hall"]]
    last = {guest["id"]: (guest["dates"] or {}).get("last") for guest in found}
    if "from" in asked:
        found = [guest for guest in found if last[guest["id"]] and moment(last[guest["id"]]) >= moment(asked["from"])]
    if "before" in asked:
        found = [guest for guest in found if last[guest["id"]] and moment(last[guest["id"]]) < moment(asked["before"])]
    rows = [told(request, guest, asked) for guest in found]
    for row in rows:
        row.pop("shelves")
    return page(request, rows, SHELVES._replace(rows="guests"), default=2, maximum=5)


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def get_guest(request):
    """One guest, as far as "single" lets it: "refused", "ignored", "gone" (without dates), or "told"."""
    asked = followed(request)
    guest = request.data["guests"].get(int(request.args["guest"]))
    habit = request.data["single"]
    if asked.get("with_dates") == "true" and habit == "refused":
        raise request.service.refusal(422, 19, "A guest has no parameters.")
    if guest is None or (habit == "gone" and asked.get("with_dates") == "true" and not guest["dates"]):
        raise request.service.refusal(404, 20, f"There is no guest {request.args['guest']}.")
    return told(request, guest, {} if habit == "ignored" else asked)


def list_finds(request):
    """Of each shelf there are 20 things whose titles end with what is looked for; the body must be just this."""
    asked = request.json()
    request.data["bodies"].append(asked)
    number = int(asked["where"][0]["shelf"])
    if set(asked) != {"look", "where", "most"} or not 1 <= asked["most"] <= 6:
        raise request.service.refusal(422, 19, "That cannot be looked for.")
    return {"finds": [{"title": f"{number}.{i} {asked['look']['for']}"} for i in range(20)][:asked["most"]]}


def bodies(request):
    """For tests: what finds were asked for since the last time."""
    told, request.data["bodies"] = request.data["bodies"], []
    return {"bodies": told}


def change_habits(request):
    """For tests: names of parameters that are not looked at; from which loan on a sort is not followed; how one guest is told."""
    request.data["ignored"] = request.json().get("ignored", [])
    request.data["late"] = request.json().get("late", 0)
    request.data["single"] = request.json().get("single", "told")
    return {}


def change_limits(request):
    """For tests: so many requests in each so many seconds, from now on; so many are left of the month, which has a limit."""
    asked = request.json()
    request.data["window"] = {"limit": asked.get("limit"), "seconds": asked.get("seconds", 60), "since": time.monotonic(),
                              "used": 0, "spoken": asked.get("spoken", True)}
    request.data["month"] = {"limit": asked.get("month_limit", 1000), "left": asked.get("month")}
    return {}


def limit_headers(data):
    """What answers tell of both limits, in changing case."""
    window, month = data["window"], data["month"]
    told = {}
    if window["limit"] is not None and window["spoken"]:
        left = window["since"] + window["seconds"] - time.monotonic()
        told.update({"library-limit": window["limit"], "LIBRARY-LEFT": max(window["limit"] - window["used"], 0),
                     "Library-Again": max(math.ceil(left), 0)})
    if month["left"] is not None:
        told.update({"library-Month-limit": month["limit"], "library-month-left": month["left"],
                     "LIBRARY-MONTH-AGAIN": 20 * 24 * 3600})
    return told


def count_request(service, data):
    """A request counts in both limits, and is refused where there is none left."""
    window, month = data["window"], data["month"]
    with service.counting:
        if window["limit"] is not None:
            if time.monotonic() >= window["since"] + window["seconds"]:
                window.update(since=time.monotonic(), used=0)
            if window["used"] >= window["limit"]:
                raise service.refusal(429, 19, "Not so fast.")
            window["used"] += 1
        if month["left"] is not None:
            if month["left"] == 0:
                raise service.refusal(429, 20, "Not this month.")
            month["left"] -= 1


def write_shelf(request):
    if request.method == "POST":
        request.args["shelf"] = str(max(request.data["shelves"]) + 1)
        request.data["shelves"][int(request.args["shelf"])] = {"id": int(request.args["shelf"]), "label": {}}
    if not isinstance(request.json().get("places", 0), int) or request.json().get("places", 0) < 0:
        raise request.service.refusal(422, 18, "A shelf has places.")
    find_shelf(request).update(request.json())
    return find_shelf(request)


def get_shelf(request):
    return find_shelf(request)


def delete_shelf(request):
    del request.data["shelves"][find_shelf(request)["id"]]
    return {}


class LibraryRequest(Request):
    """A request for several ids has the parameter several times."""

    def __init__(self, emulator, method, target, *others):
        super().__init__(emulator, method, target, *others)
        self.ids = urllib.parse.parse_qs(urllib.parse.urlsplit(target).query).get("ids", [])


class Library(Service):
    name = "library"
    counting = threading.Lock()
    scopes = "all"
    request_class = LibraryRequest
    routes = compile_routes([("GET", "/shelves", "all", list_shelves), ("POST", "/shelves", "all", write_shelf),
                             ("GET", "/shelves/{shelf}", "all", get_shelf),
                             ("PUT", "/shelves/{shelf}", "all", write_shelf),
                             ("DELETE", "/shelves/{shelf}", "all", delete_shelf),
                             ("GET", "/shelves/{shelf}/books", "all", list_books), ("GET", "/stock", "all", list_stock),
                             ("PUT", "/stock", "all", change_stock), ("GET", "/loans", "all", list_loans),
                             ("GET", "/loans_by_cursor", "all", list_loans), ("PUT", "/habits", "all", change_habits),
                             ("PUT", "/limits", None, change_limits),
                             ("GET", "/shelves/{shelf}/visits", "all", list_visits), ("GET", "/guests", "all", list_guests),
                             ("GET", "/guests/{guest}", "all", get_guest), ("POST", "/finds", "all", list_finds),
                             ("GET", "/bodies", "all", bodies)], shelf="[0-9]+", guest="[0-9]+")

    def build(self, arguments):
        return {"shelves": {i: {"id": i, "label": {"text": f"Shelf {i}"}, "places": 10 * i} for i in range(1, 13)},
                "stock": stock_of([]), "moves": False, "loans": all_loans(), "ignored": [], "late": 0,
                "guests": all_guests(), "single": "told", "bodies": [],
                "window": {"limit": None, "spoken": False}, "month": {"limit": 0, "left": None}}

    def authorize(self, request, scopes):
        super().authorize(request, scopes)
        if scopes is not None:
            count_request(self, request.data)

    def headers(self, request, status):
        return limit_headers(request.data)

    def refusal(self, status, code, message):
        return Refusal(status, {"oops": {"number": code, "text": message}})


if __name__ == "__main__":
    sys.exit(run(Library()))

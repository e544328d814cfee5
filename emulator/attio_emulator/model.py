"""The workspace in memory: objects, lists, attributes, options, rows.

Rows of a generated workspace are made when they are first asked for, so that a
large one starts at once; a changed row is kept.  Rendered rows are cached within
a budget of bytes.
"""
import bisect
import datetime
import hashlib
import json
import threading
import time

from . import ids
from .ids import uuid_of

ORDERS = ("id", "creation", "hash", "updated", "updated_desc")
CACHE_BYTES = 192 * 1024 * 1024


class Choice:
    """An option of a select attribute, or a status."""

    def __init__(self, ident, title, archived=False, target_time=None, celebration=False, kind="option"):
        self.id = ident
        self.title = title
        self.archived = archived
        self.target_time = target_time
        self.celebration = celebration
        self.kind = kind

    def ids(self, attribute):
        return {
            "workspace_id": attribute.target.workspace.id,
            "object_id": attribute.target.id,
            "attribute_id": attribute.id,
            self.kind + "_id": self.id,
        }

    def definition(self, attribute):
        answer = {"id": self.ids(attribute), "title": self.title, "is_archived": self.archived}
        if self.kind == "status":
            answer["celebration_enabled"] = self.celebration
            answer["target_time_in_status"] = self.target_time
        return answer


# All attribute types (docs/attio-api.md 7.1).
KINDS = ("actor-reference checkbox currency date domain email-address interaction location number personal-name "
         "phone-number rating record-reference select status text timestamp").split()


# The default of created_at: the moment of the create (recorded).
NOW = {"type": "dynamic", "template": "PT0S"}


class Attribute:
    """A definition (docs/attio-api.md 6.1)."""

    def __init__(self, target, slug, kind, title=None, multi=False, unique=False, required=False, system=False,
                 writable=True, choices=(), allowed=None, currency=None, archived=False, ident=None,
                 description=None, default=None, mirror=None, gated=False):
        self.target = target
        self.slug = slug
        self.kind = kind
        self.title = title if title is not None else slug.replace("_", " ").capitalize()
        self.multi = multi
        self.unique = unique
        self.required = required
        self.system = system
        self.writable = writable
        self.allowed = allowed          # ids of objects; None = any
        self.currency = currency
        self.currency_display = "symbol" if currency else None
        self.archived = archived
        self.hidden = False             # defined, but no row shows it
        self.gated = gated              # not in every plan: see Workspace.gated
        self.description = description
        self.default = default          # as in the definition: static values, current-user, a duration
        self.mirror = mirror            # (object, attribute) that shows the other side
        self.id = ident or uuid_of(target.workspace.seed, "attribute", target.id, slug)
        prefix = "status" if kind == "status" else "option"
        self.choices = [
            choice if isinstance(choice, Choice)
            else Choice(uuid_of(self.id, choice.lstrip("~")), choice.lstrip("~"), choice.startswith("~"), kind=prefix,
                        target_time="P0Y0M1DT0H0M0S" if prefix == "status" and i == 0 else None,
                        celebration=prefix == "status" and "won" in choice.lower())
            for i, choice in enumerate(choices)
        ]

    def withheld(self):
        """Does the plan of the workspace leave it out, or empty?"""
        return self.gated and self.target.workspace.gated != "shown"

    def is_shown(self):
        """Do rows have it among their values, be it empty?"""
        return not self.archived and not self.hidden and not (self.withheld() and self.target.workspace.gated == "missing")

    def values_of(self, row):
        """The values of a row, as filters and sorts see them."""
        return [] if self.withheld() else row.values.get(self.slug) or []

    def relationship(self):
        if self.mirror is None:
            return None
        other = self.target.workspace.target("objects", self.mirror[0])
        far = other.attribute(self.mirror[1])
        return {
            "id": {"workspace_id": self.target.workspace.id, "object_id": other.id, "attribute_id": far.id},
            "object_slug": other.slug, "title": far.title, "api_slug": far.slug, "is_multiselect": far.multi,
        }

    def definition(self):
        workspace = self.target.workspace
        return {
            "id": {"workspace_id": workspace.id, "object_id": self.target.id, "attribute_id": self.id},
            "title": self.title,
            "description": self.description,
            "api_slug": self.slug,
            "type": self.kind,
            "is_system_attribute": self.system,
            "is_writable": self.writable,
            "is_required": self.required,
            "is_unique": self.unique,
            "is_multiselect": self.multi,
            "is_default_value_enabled": self.default is not None,
            "is_archived": self.archived,
            "default_value": self.default,
            "relationship": self.relationship(),
            "created_at": workspace.created_at,
            "config": {
                "currency": {"default_currency_code": self.currency,
                             "display_type": self.currency_display},
                "record_reference": {"allowed_object_ids": self.allowed if self.kind == "record-reference" else None},
            },
        }


class Row:
    """A record or an entry."""

    __slots__ = ("id", "created", "top_created", "values", "parent_object", "parent_record_id", "updated", "history")

    def __init__(self, ident, created, top_created, values, parent_object=None, parent_record_id=None):
        self.id = ident
        self.created = created          # the attribute's time; filters and sorts work on it
        self.top_created = top_created  # the member's time; differs (recorded)
        self.values = values            # slug -> list of value objects
        self.parent_object = parent_object
        self.parent_record_id = parent_record_id
        self.updated = 0
        self.history = {}               # slug -> values that are no longer current


class Target:
    """An object or a list with its rows."""

    def __init__(self, workspace, kind, slug, ident=None):
        self.workspace = workspace
        self.kind = kind                # "objects" or "lists"
        self.key = "record_id" if kind == "objects" else "entry_id"
        self.member = "values" if kind == "objects" else "entry_values"
        self.slug = slug
        self.id = ident or uuid_of(workspace.seed, kind, slug)
        self.attributes = []
        self.parents = []
        self.singular = self.plural = None
        self.name = None
        self.access, self.member_access = "full-access", []     # of a list: of everybody, and of some
        self.disabled = False
        self.maker = None               # index -> Row, for generated rows
        self.made_created = None        # index -> time of creation, without making the row
        self.rows = {}                  # id -> Row, or the index of one not made yet
        self.views = []
        self.journal = []               # (time, id, row before or None) of late writes, for query_lag_ms
        self.documents = {}             # id -> recorded document, served as it came
        self.version = 0
        self.clock = 0
        self.selected = {}              # query -> ids, while nothing changes
        self._sorted = {}
        self._rendered = {}

    def add(self, slug, kind, **options):
        attribute = Attribute(self, slug, kind, **options)
        self.attributes.append(attribute)
        return attribute

    def add_system_attributes(self):
        self.add(self.key, "text", system=True, writable=False, unique=True)
        self.add("created_at", "timestamp", system=True, writable=False, default=NOW)
        self.add("created_by", "actor-reference", system=True, writable=False,
                 default={"type": "dynamic", "template": "current-user"})

    def attribute(self, slug_or_id):
        for attribute in self.attributes:
            if slug_or_id in (attribute.slug, attribute.id):
                return attribute
        return None

    def fill(self, count, maker, made_created):
        """Rows 0..count-1 exist, and are made when asked for."""
        self.maker = maker
        self.made_created = made_created
        self.rows = {uuid_of(self.workspace.seed, self.slug, self.kind, i): i for i in range(count)}
        self.changed()

    def changed(self):
        self.version += 1
        self._sorted.clear()
        # a condition may reach through references
        for target in self.workspace.objects + self.workspace.lists:
            target.selected.clear()
        self.workspace.forget_pages()

    def redefined(self):
        """Definitions were changed, so that rows may be shown differently."""
        self.documents.clear()
        self.render_anew()

    def render_anew(self):
        self._rendered.clear()
        self.changed()

    def keep_all_rows(self):
        """All rows, made if they were not; from now on they are kept."""
        for ident in list(self.rows):
            self.rows[ident] = self.row(ident)
        return self.rows.values()

    def show_mirrors(self, old, new):
        """Relationships name their other side, (object, attribute), by slugs; the new ones from now on."""
        for each in self.workspace.objects:
            for attribute in each.attributes:
                if attribute.mirror is not None and (attribute.mirror == old or old[1] is None
                                                     and attribute.mirror[0] == old[0]):
                    attribute.mirror = (new[0], new[1] or attribute.mirror[1])

    def rename(self, slug):
        if self.kind == "objects":
            self.show_mirrors((self.slug, None), (slug, None))
        self.slug = slug
        self.changed()

    def rename_attribute(self, attribute, slug):
        if slug == attribute.slug:
            return
        self.show_mirrors((self.slug, attribute.slug), (self.slug, slug))
        for row in self.keep_all_rows():
            row.values[slug] = row.values.pop(attribute.slug, [])
            row.history[slug] = row.history.pop(attribute.slug, [])
        attribute.slug = slug
        self.redefined()

    def row(self, ident):
        row = self.rows.get(ident)
        if isinstance(row, int):
            row = self.maker(row, ident)
            if len(self.rows) <= 20000:
                self.rows[ident] = row
        return row

    def next_number(self):
        return self.workspace.next_number()

    def store(self, row):
        """A write through the API: the row is new, or is what it was, changed."""
        self.journal.append((time.time(), row.id, self.row(row.id) if row.id in self.rows else None))
        self.touch(row)

    def remove(self, ident):
        self.journal.append((time.time(), ident, self.row(ident)))
        self.delete(ident)

    def rows_as_of(self, moment):
        """id -> Row as they were then, or None when nothing was written since."""
        late = [entry for entry in self.journal if entry[0] > moment]
        self.journal = late
        if not late:
            return None
        rows = {ident: self.row(ident) for ident in self.rows}
        for _, ident, before in reversed(late):
            if before is None:
                rows.pop(ident, None)
            else:
                rows[ident] = before
        return rows

    def touch(self, row):
        """The row was written: new in the order of updates, to be rendered anew."""
        self.clock += 1
        row.updated = self.clock
        self.rows[row.id] = row
        self._rendered.pop(row.id, None)
        self.documents.pop(row.id, None)
        self.changed()

    def insert(self, row):
        self.clock += 1
        row.updated = self.clock
        self.rows[row.id] = row
        self.changed()

    def delete(self, ident):
        del self.rows[ident]
        self._rendered.pop(ident, None)
        self.changed()

    def _created(self, ident):
        row = self.rows[ident]
        return self.made_created(row) if isinstance(row, int) else row.created

    def _updated(self, ident):
        row = self.rows[ident]
        return 0 if isinstance(row, int) else row.updated

    def ids_in_order(self, order):
        """All ids, in one of the orders that unsorted answers may have (assumed but for `id`)."""
        if order not in self._sorted:
            key = {
                "id": lambda ident: ident,
                "creation": lambda ident: (self._created(ident), ident),
                "hash": lambda ident: hashlib.md5(ident.encode()).digest(),
                "updated": lambda ident: (self._updated(ident), self._created(ident), ident),
                "updated_desc": lambda ident: (-self._updated(ident), self._created(ident), ident),
            }[order]
            self._sorted[order] = sorted(self.rows, key=key)
        return self._sorted[order]

    def render(self, ident):
        """A row as JSON bytes."""
        known = self._rendered.get(ident)
        if known is None:
            known = json.dumps(self.document(self.row(ident)), ensure_ascii=False, separators=(",", ":")).encode()
            if self.workspace.cached < CACHE_BYTES:
                self.workspace.cached += len(known)
                self._rendered[ident] = known
        return known

    def document(self, row):
        workspace = self.workspace
        if row.id in self.documents:
            return self.documents[row.id]
        values = {a.slug: a.values_of(row) for a in self.attributes if a.is_shown()}
        if self.kind == "objects":
            path = {"people": "person", "companies": "company"}.get(self.slug, f"{self.slug}/record")
            return {
                "id": {"workspace_id": workspace.id, "object_id": self.id, "record_id": row.id},
                "created_at": row.top_created,
                "web_url": f"https://app.attio.com/{workspace.slug}/{path}/{row.id}",
                "values": values,
            }
        return {
            "id": {"workspace_id": workspace.id, "list_id": self.id, "entry_id": row.id},
            "parent_record_id": row.parent_record_id,
            "parent_object": row.parent_object,
            "created_at": row.top_created,
            "entry_values": values,
        }

    def definition(self):
        workspace = self.workspace
        if self.kind == "objects":
            return {
                "id": {"workspace_id": workspace.id, "object_id": self.id},
                "api_slug": self.slug,
                "singular_noun": self.singular,
                "plural_noun": self.plural,
                "created_at": workspace.created_at,
            }
        return {
            "id": {"workspace_id": workspace.id, "list_id": self.id},
            "api_slug": self.slug,
            "name": self.name,
            "parent_object": self.parents,
            "workspace_access": self.access,
            "workspace_member_access": self.member_access,
            "created_by_actor": {"type": "workspace-member", "id": workspace.members[0]["id"]["workspace_member_id"]}
            if workspace.members else {"type": "system", "id": None},
            "created_at": workspace.created_at,
        }


class Workspace:
    """Everything that one token can see."""

    def __init__(self, seed, slug="emulated", ident=None, now=None):
        self.seed = seed
        self.slug = slug
        self.id = ident or uuid_of(seed, "workspace")
        self.now = now or ids.NOW       # of generated rows; what is written has the time of the clock
        self.created_at = self.time(0)
        self.gated = "shown"            # what rows show of attributes that not every plan has (switch plan_gated)
        self.objects = []
        self.lists = []
        self.members = []
        self.notes, self.tasks, self.comments, self.meetings = [], [], [], []
        self.recordings, self.files, self.webhooks = [], [], []
        self.transcripts = {}
        self.numbers = 0
        self.cached = 0
        self.page_cache = {}
        self.page_bytes = 0
        self.lock = threading.RLock()

    def time(self, milliseconds):
        """A time since the workspace began."""
        return ids.stamp(self.now - ids.AGE + datetime.timedelta(milliseconds=milliseconds))

    def time_from_now(self, difference):
        return ids.stamp(self.now + difference)

    def follow_plan(self, gated):
        """What the switch plan_gated says; rows are rendered anew when it changed."""
        with self.lock:
            if gated == self.gated:
                return
            self.gated = gated
            for target in self.objects + self.lists:
                target.render_anew()

    def next_number(self):
        """For ids that are made."""
        self.numbers += 1
        return self.numbers

    def object(self, slug, **options):
        target = Target(self, "objects", slug, **options)
        self.objects.append(target)
        return target

    def list(self, slug, **options):
        target = Target(self, "lists", slug, **options)
        self.lists.append(target)
        return target

    def target(self, kind, slug_or_id):
        for target in self.objects if kind == "objects" else self.lists:
            if slug_or_id in (target.slug, target.id):
                return target
        return None

    def page(self, target, ids, offset, limit, key):
        """The bytes of a listing's answer; kept, with a key, while nothing changes."""
        cache_key = (target.kind, target.id, target.version, key, offset, limit)
        body = self.page_cache.get(cache_key) if key is not None else None
        if body is None:
            body = b'{"data":[' + b",".join(target.render(i) for i in ids[offset:offset + limit]) + b"]}"
            if key is not None and self.page_bytes + len(body) < CACHE_BYTES:
                self.page_bytes += len(body)
                self.page_cache[cache_key] = body
        return body

    def forget_pages(self):
        self.page_cache.clear()
        self.page_bytes = 0


def sorted_objects(workspace):
    """GET /v2/objects answers in ascending order of ids (recorded)."""
    keyed = []
    for target in workspace.objects:
        bisect.insort(keyed, (target.id, target.slug or ""))
    by_id = {target.id: target for target in workspace.objects}
    return [by_id[ident] for ident, _ in keyed]

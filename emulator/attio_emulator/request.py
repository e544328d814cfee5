"""A request, with what the functions of Attio's endpoints look up in it."""
from stage.request import Request

from . import errors


class AttioRequest(Request):
    @property
    def workspace(self):
        return self.data

    def target(self, kind, slug_or_id):
        """An object or list that exists and is enabled."""
        self.workspace.follow_plan(self.switches["plan_gated"])
        target = self.workspace.target(kind, slug_or_id)
        if target is None:
            what = "Object" if kind == "objects" else "List"
            raise errors.not_found(f'{what} with slug/ID "{slug_or_id}" was not found.')
        if target.disabled or target.slug in self.switches["disabled_objects"]:
            raise errors.disabled(slug_or_id)
        return target

    def attribute(self):
        """The attribute that the path names, of the object or list that it names."""
        return self.attribute_of(self.target(self.args["target"], self.args["identifier"]))

    def attribute_of(self, target):
        attribute = target.attribute(self.args["attribute"])
        if attribute is None:
            raise errors.not_found(f'Attribute with slug/ID "{self.args["attribute"]}" was not found.')
        return attribute

    def row_id(self, target):
        """The id of the record or entry that the path names, which exists."""
        return self.existing(target, self.args["id"])

    @staticmethod
    def existing(target, ident):
        if ident not in target.rows:
            what = "Record" if target.kind == "objects" else "List entry"
            raise errors.not_found(f'{what} with ID "{ident}" was not found.')
        return ident

    def data_of(self, *keys):
        """The member `data` of the body, which has these members."""
        data = self.json().get("data")
        if not isinstance(data, dict):
            raise errors.bad_body(["data"], "Required")
        for key in keys:
            if key not in data:
                raise errors.bad_body(["data", key], "Required")
        return data

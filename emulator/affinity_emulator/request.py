"""A request, with what the functions of Affinity's endpoints ask of it."""
from stage.request import Request

from . import errors
from .model import COLLABORATOR, INTERNAL


class AffinityRequest(Request):
    def refuse_unknown(self, known):
        """422 for a parameter of the query string that the endpoint does not have."""
        if self.switches["unknown_parameters"] == "refused":
            for name in self.query:
                if name not in known:
                    raise errors.invalid(f"Unknown parameter: {name}", name)

    def truth(self, name):
        """A boolean of the query string."""
        value = self.query.get(name, "false").lower()
        if value not in ("true", "false"):
            raise errors.invalid(f"{name} must be true or false.", name)
        return value == "true"

    def kind_of(self, person):
        """The type of a person, as answers show it."""
        if self.switches["person_kind"] == "word":
            return person.kind
        return {INTERNAL: 1, COLLABORATOR: 0}.get(person.kind, 0)

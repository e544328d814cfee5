"""What is wrong with a control request is a 400 with the legal words, never an empty reply."""
import json

from stage import control

from .client import EmulatorTest


class Control(EmulatorTest):
    def refused(self, path, value):
        status, answer = control.control(self.emulator, "POST", f"/_emulator/{path}", json.dumps(value))
        self.assertEqual(status, 400, answer)
        return answer["error"]

    def mutation(self, **members):
        return self.refused("mutate", {"mutations": [{"kind": "objects", "slug": "deals", **members}]})

    def test_mutations(self):
        self.assertIn("archive", self.mutation(do="archieve"))
        self.assertIn("stage", self.mutation(do="archive", attribute="stages"))
        self.assertIn("currency", self.mutation(do="add", attribute="new", type="money"))
        self.assertIn("people", self.mutation(slug="person", do="insert"))
        self.assertIn("objects", self.mutation(kind="object", do="insert"))

    def test_faults(self):
        self.assertIn("delay_ms", self.refused("faults", {"faults": [{"delay": 5}]}))
        self.assertIn("faults", self.refused("faults", {}))

    def test_switches(self):
        self.assertIn("unsorted_order", self.refused("switches", {"unsorted": "hash"}))
        self.assertIn("hash", self.refused("switches", {"unsorted_order": "hashed"}))

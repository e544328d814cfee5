"""Cases, and the Test Anything Protocol for prove: a test file is functions with the decorator case(), and run() at its
end.

    @case(WORK)                     WORK is what cases that stand one after another share: entered before the first and
    def a_name(emulator, database): left after the last of them; what it returns on entering is what they are given
        tap.equal(...)

    t/write.py a_name ...           runs those cases only; --list says which there are

A case depends on no other case of its file.  One that raises has failed, and the others go on.
"""
import os
import signal
import sys
import traceback

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FILE = os.path.relpath(os.path.abspath(sys.argv[0]), ROOT)
HERE = {os.path.abspath(__file__)}      # files whose frames are not the test's own


class Tap:
    """What was checked, as TAP on standard output; why something failed goes to standard error, as prove shows that."""

    def __init__(self):
        self.count = 0
        self.failed = 0
        self.when_failed = []       # functions that give lines of further advice

    def ok(self, good, name, detail=""):
        self.count += 1
        if not good:
            self.failed += 1
        print(f"{'ok' if good else 'not ok'} {self.count} - {name}", flush=True)
        if not good:
            self.explain(name, detail)
        return good

    def explain(self, name, detail):
        frame = next(f for f in reversed(traceback.extract_stack()) if os.path.abspath(f.filename) not in HERE)
        where = f"at {os.path.relpath(frame.filename, ROOT)}:{frame.lineno}: {frame.line}"
        self.tell(f"failed in {FILE}: {self.count} - {name}", where, *str(detail).split("\n"))
        for advice in self.when_failed:
            self.tell(*advice())

    def tell(self, *lines):
        for line in lines:
            print(f"#   {line[:2000]}", file=sys.stderr, flush=True)

    def equal(self, got, wanted, name):
        return self.ok(got == wanted, name, f"got    {got!r}\nwanted {wanted!r}")

    def note(self, text):
        print(f"# {text}", flush=True)

    def skip(self, name, why):
        self.count += 1
        print(f"ok {self.count} - {name} # SKIP {why}", flush=True)

    def skip_all(self, why):
        """End the test as skipped."""
        print(f"1..0 # SKIP {why}", flush=True)
        sys.exit(0)

    def done(self):
        print(f"1..{self.count}", flush=True)
        sys.exit(1 if self.failed else 0)


tap = Tap()
registered = []     # (function, what it shares), in the order of the file


def case(shares=None):
    """A function is a case.  "shares" is a context manager, or nothing."""
    if callable(shares) and not hasattr(shares, "__enter__"):
        return case()(shares)

    def register(function):
        registered.append((function, shares))
        return function
    return register


def chosen(names):
    """The cases of these names, or all."""
    known = [function.__name__ for function, _ in registered]
    unknown = [name for name in names if name not in known]
    if unknown:
        sys.exit(f"{FILE} has no case {', '.join(unknown)}; its cases: {', '.join(known)}")
    return [each for each in registered if not names or each[0].__name__ in names]


def attempt(function, arguments):
    try:
        function(*arguments)
    except Exception as error:  # pylint: disable=broad-except
        tap.ok(False, f"{function.__name__} ends", "".join(traceback.format_exception(error)))
        return False
    return True


class Shared:
    """What the cases that are run now share."""

    def __init__(self):
        self.now, self.arguments = None, ()

    def enter(self, shares):
        """Enter this, unless the case before has shared it; what its cases are given."""
        if shares is not self.now:
            self.leave()
            if shares is not None:
                self.arguments, self.now = shares.__enter__(), shares
        return self.arguments

    def leave(self):
        leaving, self.now, self.arguments = self.now, None, ()
        if leaving is not None:
            leaving.__exit__(None, None, None)


def run():
    """Run the cases that the command line names, or all, and end."""
    if sys.argv[1:] == ["--list"]:
        print("\n".join(function.__name__ for function, _ in registered))
        sys.exit(0)
    cases = chosen(sys.argv[1:])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))       # whoever ends the test ends what it has started
    shared = Shared()
    try:
        for function, shares in cases:
            tap.note(f"case {function.__name__}")
            arguments = shared.enter(shares)
            if not attempt(function, arguments) and hasattr(shares, "tidy"):
                shares.tidy()
    finally:
        shared.leave()
    count(len(cases))
    tap.done()


def count(cases):
    """For scripts/check, which tells how many cases were run."""
    path = os.environ.get("ATTIO_CASES")
    if path:
        with open(path, "a", encoding="utf-8") as file:
            file.write(f"{FILE} {cases} {tap.count}\n")

"""A near side with PostgreSQL, a far side with the servers, and a link between them that can be made bad.

The test process lives on the far side: emulators and fronts that it starts listen there.  psql reaches PostgreSQL by
its socket in the file system, which knows no namespaces.
"""
import atexit
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from attio_test import ROOT, Sandbox  # noqa: E402
from link import FAR_ADDRESS, enter  # noqa: E402


def missing():
    """Why there can be no world, or None."""
    if os.getuid() != 0:
        return "root is needed to make network namespaces"
    if not os.path.exists("/dev/net/tun"):
        return "there is no /dev/net/tun"
    for program in ("ip", "nginx"):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    try:
        os.close(os.open("/dev/net/tun", os.O_RDWR))
    except OSError as error:
        return f"/dev/net/tun does not open: {error.strerror}"
    probe = f"attio-probe-{os.getpid()}"
    if subprocess.run(["ip", "netns", "add", probe], check=False, capture_output=True).returncode != 0:
        return "network namespaces cannot be made"
    subprocess.run(["ip", "netns", "delete", probe], check=False)
    return None


class World:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="attio-network-")
        os.chmod(self.folder, 0o755)
        self.near, self.far = f"attio-near-{os.getpid()}", f"attio-far-{os.getpid()}"
        self.control = os.path.join(self.folder, "link.json")
        self.sandbox = None
        self.settings, self.link = {}, None
        self.forgotten = self.broken = 0
        atexit.register(self.stop)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))       # whoever ends the test ends all of it
        for name in (self.near, self.far):
            subprocess.run(["ip", "netns", "add", name], check=True)
        # what is run in the near namespace asks a server of the far side for names, if there is one
        os.makedirs(self.resolver_folder(), exist_ok=True)
        with open(os.path.join(self.resolver_folder(), "resolv.conf"), "w", encoding="ascii") as file:
            file.write(f"nameserver {FAR_ADDRESS}\noptions timeout:2 attempts:2\n")
        self.write()
        self.link = subprocess.Popen([sys.executable, os.path.join(ROOT, "test", "lib", "link.py"), self.near, self.far,
                                      self.control],
                                     stdout=subprocess.PIPE, text=True)
        if self.link.stdout.readline().strip() != "ready":
            raise RuntimeError("the link did not start")
        self.start_postgres()
        enter(self.far)

    def resolver_folder(self):
        return f"/etc/netns/{self.near}"

    def start_postgres(self):
        self.sandbox = Sandbox("near", within=["ip", "netns", "exec", self.near],
                               folder=os.path.join(self.folder, "sandbox"))
        self.sandbox.__enter__()

    def write(self):
        with open(self.control + ".new", "w", encoding="utf-8") as file:
            json.dump(self.settings, file)
        os.rename(self.control + ".new", self.control)
        if self.link is not None:
            self.link.send_signal(signal.SIGHUP)

    def set(self, **settings):
        """Make the link so; what is not named is as on a good one."""
        self.settings = dict(settings, forget=self.forgotten, reset=self.broken)
        self.write()

    def forget_flows(self):
        """Connections that there are vanish without a word; new ones work."""
        self.forgotten += 1
        self.set(**self.link_settings())

    def reset_flows(self):
        """Connections that there are are reset; new ones work."""
        self.broken += 1
        self.set(**self.link_settings())

    def link_settings(self):
        return {name: value for name, value in self.settings.items() if name not in ("forget", "reset")}

    def stop(self):
        atexit.unregister(self.stop)
        if self.sandbox is not None:
            self.sandbox.__exit__()
        if self.link is not None:
            self.link.kill()
            self.link.wait()
        for name in (self.near, self.far):
            subprocess.run(["ip", "netns", "delete", name], check=False)
        shutil.rmtree(self.resolver_folder(), ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

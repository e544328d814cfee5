#!/usr/bin/env python3
"""A bad link between two network namespaces: two TUN devices, and a queue for each direction.

    link.py NEAR FAR CONTROL

NEAR and FAR are names of namespaces (ip netns), CONTROL a file with a JSON object that is read at the start and at each
SIGHUP:

delay_ms      one way jitter_ms     up to so much more, so that packets overtake each other loss          part of the
packets that are lost, 0 to 1 rate_kbit     of each direction; 0 = any queue_ms      how long a packet may wait for the
rate before it is dropped (200) outage        true: nothing passes mtu_hole      packets above so many bytes vanish; 0 =
none forget        a number; when it changes, the flows that were seen so far vanish, as behind a NAT that restarted
reset         a number; when it changes, the flows that were seen so far are reset at their next packet, as by a
firewall that restarted seed          of what is lost and overtaken

It writes "ready" to standard output once both devices are up.  Near is 10.83.0.1, far 10.83.0.2; nobody has the other
addresses of 10.83.0.0/24, and what is sent to them vanishes.
"""
import ctypes
import fcntl
import heapq
import json
import os
import random
import select
import signal
import struct
import subprocess
import sys
import time

NEAR_ADDRESS, FAR_ADDRESS = "10.83.0.1", "10.83.0.2"
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
CLONE_NEWNET = 0x40000000
DEFAULTS = {"delay_ms": 0, "jitter_ms": 0, "loss": 0, "rate_kbit": 0, "queue_ms": 200, "outage": False, "mtu_hole": 0,
            "forget": 0, "reset": 0, "seed": 1}


def enter(namespace):
    """This thread goes into a namespace."""
    with open(f"/run/netns/{namespace}", "rb") as file:
        if ctypes.CDLL(None, use_errno=True).setns(file.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"could not enter the namespace {namespace}")


def open_tun(namespace, address, peer):
    enter(namespace)
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH", b"wire", IFF_TUN | IFF_NO_PI))
    for command in (["addr", "add", address, "peer", peer, "dev", "wire"],
                    ["link", "set", "dev", "wire", "up", "txqueuelen", "2000"],
                    ["route", "add", "10.83.0.0/24", "dev", "wire"], ["link", "set", "dev", "lo", "up"]):
        subprocess.run(["ip", *command], check=True)
    return fd


def flow(packet):
    """The two ends of a TCP packet, the same both ways; None for anything else."""
    if len(packet) < 40 or packet[0] >> 4 != 4 or packet[9] != 6:
        return None
    at = (packet[0] & 15) * 4
    ports = struct.unpack("!HH", packet[at:at + 4])
    return tuple(sorted(((packet[12:16], ports[0]), (packet[16:20], ports[1]))))


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def reset_for(packet):
    """The answer to a TCP packet that ends its connection at the sender's; None where it acknowledges nothing."""
    at = (packet[0] & 15) * 4
    source, target, _, acknowledged = struct.unpack("!HHII", packet[at:at + 12])
    flags = packet[at + 13]
    if not flags & 0x10 or flags & 0x04:
        return None
    addresses = packet[16:20] + packet[12:16]
    tcp = struct.pack("!HHIIBBHHH", target, source, acknowledged, 0, 5 << 4, 0x04, 0, 0, 0)
    tcp = tcp[:16] + struct.pack("!H", checksum(addresses + struct.pack("!BBH", 0, 6, len(tcp)) + tcp)) + tcp[18:]
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0) + addresses
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + tcp


class Link:
    def __init__(self, fds, control):
        self.fds = fds
        self.control = control
        self.settings = dict(DEFAULTS)
        self.queue = []             # (when, number, descriptor, packet)
        self.number = 0
        self.free = {fd: 0.0 for fd in fds}     # when the direction from here has sent all it took
        self.seen, self.gone, self.broken = set(), set(), set()
        self.read_settings()

    def read_settings(self, *_):
        with open(self.control, encoding="utf-8") as file:
            new = dict(DEFAULTS, **json.load(file))
        if new["forget"] != self.settings["forget"]:
            self.gone |= self.seen
        if new["reset"] != self.settings["reset"]:
            self.broken |= self.seen
        if new["seed"] != self.settings["seed"] or not self.number:
            self.random = random.Random(new["seed"])
        self.settings = new

    def take(self, source, packet):
        """Lose a packet, or put it into the queue."""
        s, now = self.settings, time.monotonic()
        ends = flow(packet)
        if ends is not None:
            self.seen.add(ends)
        if ends in self.broken and ends not in self.gone and not s["outage"]:
            answer = reset_for(packet)
            if answer is not None:
                os.write(source, answer)
            return
        if s["outage"] or ends in self.gone or (s["mtu_hole"]
                                                and len(packet) > s["mtu_hole"]) or self.random.random() < s["loss"]:
            return
        due = now
        if s["rate_kbit"]:
            due = max(now, self.free[source])
            if due - now > s["queue_ms"] / 1000:
                return
            due += len(packet) * 8 / (s["rate_kbit"] * 1000)
            self.free[source] = due
        due += (s["delay_ms"] + (self.random.random() * s["jitter_ms"] if s["jitter_ms"] else 0)) / 1000
        self.number += 1
        target = self.fds[1] if source == self.fds[0] else self.fds[0]
        heapq.heappush(self.queue, (due, self.number, target, packet))

    def hand_on(self):
        """Write what is due; how long until the next is."""
        while self.queue:
            wait = self.queue[0][0] - time.monotonic()
            if wait > 0:
                return wait
            _, _, target, packet = heapq.heappop(self.queue)
            try:
                os.write(target, packet)
            except OSError:
                pass        # a full device loses it, as any other
        return 60

    def run(self):
        poller = select.poll()
        for fd in self.fds:
            poller.register(fd, select.POLLIN)
        wait = 0.0
        while True:
            for fd, _ in poller.poll(max(0, int(wait * 1000 + 0.999)) if wait > 0.0005 else 0):
                for _ in range(64):
                    try:
                        self.take(fd, os.read(fd, 65536))
                    except BlockingIOError:
                        break
            wait = self.hand_on()


def main(near, far, control):
    fds = [open_tun(near, NEAR_ADDRESS, FAR_ADDRESS), open_tun(far, FAR_ADDRESS, NEAR_ADDRESS)]
    link = Link(fds, control)
    signal.signal(signal.SIGHUP, link.read_settings)
    print("ready", flush=True)
    link.run()


if __name__ == "__main__":
    main(*sys.argv[1:])

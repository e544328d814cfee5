"""A DNS server that is right, slow, silent or wrong: names of A records, over UDP."""
import socket
import struct
import threading
import time

NO_ERROR, SERVFAIL, NXDOMAIN, REFUSED = 0, 2, 3, 5
TYPE_A = 1


class Dns:
    """answers: name to addresses, or to one of the codes above.  What is asked for is in "asked", in small letters."""

    def __init__(self, address, port=53):
        self.answers = {}
        self.delay = 0.0        # seconds before each answer
        self.silent = False
        self.asked = []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, port))
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                question, peer = self.socket.recvfrom(2048)
            except OSError:
                return
            threading.Thread(target=self.answer, args=(question, peer), daemon=True).start()

    def answer(self, question, peer):
        labels, at = [], 12
        while question[at]:
            labels.append(question[at + 1:at + 1 + question[at]].decode("ascii"))
            at += 1 + question[at]
        end = at + 5
        kind = struct.unpack("!H", question[at + 1:at + 3])[0]
        name = ".".join(labels).lower()
        self.asked.append(name)
        if self.silent:
            return
        time.sleep(self.delay)
        found = self.answers.get(name, NXDOMAIN)
        code, addresses = (found, ()) if isinstance(found, int) else (NO_ERROR, found if kind == TYPE_A else ())
        # an answer, recursion wanted and offered; the name is a pointer to the question's
        answer = question[:2] + struct.pack("!HHHHH", 0x8180 | code, 1, len(addresses), 0, 0) + question[12:end]
        for address in addresses:
            answer += struct.pack("!HHHIH", 0xC00C, TYPE_A, 1, 1, 4) + socket.inet_aton(address)
        try:
            self.socket.sendto(answer, peer)
        except OSError:
            pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

"""What stands between the database and Attio in the world: a front that speaks TLS and HTTP/2 (nginx from Debian),
a proxy that is asked by CONNECT, and sockets that misbehave.

`Front` starts an nginx before an emulator, with any directives; `certificates()` makes the keys it needs.
`Sockets` is a server that gives each connection to a function; `ConnectProxy` is one that tunnels, or refuses.
"""
import base64
import os
import random
import select
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time

HAS_NGINX = shutil.which("nginx") is not None

CONFIG = """
daemon off; worker_processes {workers}; error_log {folder}/error.log; pid {folder}/pid; user {user};
worker_shutdown_timeout 10s;
events {{ worker_connections 512; }}
http {{
    log_format each '$connection $server_protocol $status $request_method $sent_http_content_encoding';
    access_log {folder}/access.log each;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
    uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    gzip_types application/json; gzip_proxied any;
    client_max_body_size 20m;
    upstream emulator {{ server {upstream}; keepalive 16; }}
    server {{
        listen {address}:{port} ssl{http2};
        ssl_certificate {certificate}; ssl_certificate_key {key};
        {directives}
        location / {{
            proxy_pass http://emulator; proxy_http_version 1.1; proxy_set_header Connection "";
            proxy_buffering on; proxy_max_temp_file_size 0; proxy_buffers 64 64k;
            proxy_next_upstream off;
            {location}
        }}
    }}
}}
"""


def free_port(address="127.0.0.1"):
    """A port that nobody has, and that the kernel gives to nobody (its own begin at 32768)."""
    while True:
        port = random.randrange(15000, 32000)
        with socket.socket() as s:
            try:
                s.bind((address, port))
                return port
            except OSError:
                continue


def wait_for_port(port, process=None, address="127.0.0.1"):
    for _ in range(200):
        try:
            socket.create_connection((address, port)).close()
            return
        except OSError:
            if process is not None and process.poll() is not None:
                raise RuntimeError(f"the server on port {port} ended") from None
            time.sleep(0.05)
    raise RuntimeError(f"nothing listens on port {port}")


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


def certificates(folder, names=("127.0.0.1", "localhost"), days=30):
    """An authority (ca.pem) and a certificate of it for these names (cert.pem, key.pem); all may read them."""
    os.makedirs(folder, exist_ok=True)
    os.chmod(folder, 0o755)
    path = lambda name: os.path.join(folder, name)
    alternatives = ",".join(("IP:" if name[0].isdigit() else "DNS:") + name for name in names)
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", path("ca.key"), "-out", path("ca.pem"), "-days",
            "30",
            "-subj", f"/CN=test authority {os.path.basename(folder)}")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", path("key.pem"), "-out", path("request.pem"), "-subj",
            f"/CN={names[0]}")
    with open(path("extensions"), "w", encoding="ascii") as file:
        file.write(f"subjectAltName={alternatives}\n")
    openssl("x509", "-req", "-in", path("request.pem"), "-CA", path("ca.pem"), "-CAkey", path("ca.key"),
            "-CAcreateserial",
            "-out", path("cert.pem"), "-days", str(days), "-extfile", path("extensions"))
    for name in os.listdir(folder):
        os.chmod(path(name), 0o644)
    return {"ca": path("ca.pem"), "certificate": path("cert.pem"), "key": path("key.pem")}


class Front:
    """nginx with TLS before an emulator.  "directives" go into the server, "location" into its location."""

    def __init__(self, emulator, directives="", location="", http2=True, keys=None, port=None, workers=1,
                 address="127.0.0.1"):
        self.folder = tempfile.TemporaryDirectory()
        os.chmod(self.folder.name, 0o755)
        self.keys = keys or certificates(os.path.join(self.folder.name, "tls"), (address, "localhost"))
        self.port = port or free_port(address)
        self.url = f"https://{address}:{self.port}"
        self.ca = self.keys["ca"]
        text = CONFIG.format(folder=self.folder.name, user="root" if os.getuid() == 0 else "nobody",
                             upstream=emulator.url.split("//")[1],
                             address=address, port=self.port, certificate=self.keys["certificate"],
                             key=self.keys["key"], http2=" http2" if http2 else "",
                             directives=directives, location=location, workers=workers)
        self.config = os.path.join(self.folder.name, "nginx.conf")
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(text)
        self.process = subprocess.Popen(["nginx", "-c", self.config, "-p", self.folder.name], stderr=subprocess.DEVNULL)
        wait_for_port(self.port, self.process, address)

    def log(self):
        """The lines of the access log, in words: connection, protocol, status, method, encoding."""
        path = os.path.join(self.folder.name, "access.log")
        size, since = -1, time.monotonic()
        while time.monotonic() < since + 0.5:       # a request is logged when its answer has gone out
            time.sleep(0.05)
            if os.path.getsize(path) != size:
                size, since = os.path.getsize(path), time.monotonic()
        with open(path, encoding="utf-8") as file:
            return [line.split() for line in file if line.strip()]

    def forget(self):
        """Empty it; nginx writes at its end."""
        self.log()
        open(os.path.join(self.folder.name, "access.log"), "w", encoding="utf-8").close()

    def reload(self):
        """New workers; the old ones finish what they have and let their connections go."""
        self.process.send_signal(signal.SIGHUP)

    def workers(self):
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children", encoding="ascii") as file:
            return [int(pid) for pid in file.read().split()]

    def kill_worker(self):
        for pid in self.workers():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.folder.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Sockets:
    """A server of one's own: each connection is given to handle(connection, number), in a thread."""

    def __init__(self, handle, keys=None, port=0, protocol=None, address="127.0.0.1"):
        """protocol(number) says what TLS offers: "h2" or "http/1.1"."""
        self.handle = handle
        self.keys = keys
        self.protocol = protocol
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind((address, port))
        self.socket.listen(64)
        self.port = self.socket.getsockname()[1]
        self.url = f"{'https' if keys else 'http'}://{address}:{self.port}"
        self.count = 0
        self.open = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection = self.socket.accept()[0]
            except OSError:
                return
            self.count += 1
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.open.append(connection)
            threading.Thread(target=self.serve, args=(connection, self.count), daemon=True).start()

    def serve(self, connection, number):
        try:
            if self.keys:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(self.keys["certificate"], self.keys["key"])
                if self.protocol:
                    context.set_alpn_protocols([self.protocol(number)])
                connection = context.wrap_socket(connection, server_side=True)
            self.handle(connection, number)
        except OSError:
            pass
        finally:
            connection.close()

    def stop(self):
        if self.socket.fileno() >= 0:
            self.socket.shutdown(socket.SHUT_RDWR)
            self.socket.close()
        for connection in self.open:
            connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def reset(connection):
    """Close hard."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    connection.close()


def close_gently(connection):
    """Close so that what was sent arrives: not before the other side has closed, or for two seconds."""
    connection.shutdown(socket.SHUT_WR)
    connection.settimeout(2)
    while connection.recv(65536):
        pass


def read_head(connection):
    """The head of a request, or b'' at the end."""
    head = b""
    while b"\r\n\r\n" not in head:
        piece = connection.recv(1)
        if not piece:
            return b""
        head += piece
    return head


def read_request(connection):
    """Head and body of a request; head is b'' at the end."""
    head = read_head(connection)
    length = 0
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    body = b""
    while len(body) < length:
        piece = connection.recv(length - len(body))
        if not piece:
            return b"", b""
        body += piece
    return head, body


def frame(kind, flags, stream, payload=b""):
    """A frame of HTTP/2."""
    return len(payload).to_bytes(3, "big") + bytes((kind, flags)) + stream.to_bytes(4, "big") + payload


DATA, HEADERS, RST_STREAM, SETTINGS, GOAWAY = 0, 1, 3, 4, 7


def read_exactly(connection, length):
    data = b""
    while len(data) < length:
        piece = connection.recv(length - len(data))
        if not piece:
            raise OSError("the connection has ended")
        data += piece
    return data


def http2_requests(connection):
    """The requests of an HTTP/2 connection as they are complete: stream and body (the headers are not read)."""
    read_exactly(connection, 24)
    connection.sendall(frame(SETTINGS, 0, 0))
    bodies = {}
    while True:
        head = read_exactly(connection, 9)
        kind, flags, stream = head[3], head[4], int.from_bytes(head[5:9], "big")
        payload = read_exactly(connection, int.from_bytes(head[:3], "big"))
        if kind == SETTINGS and not flags & 1:
            connection.sendall(frame(SETTINGS, 1, 0))
        if kind == HEADERS:
            bodies[stream] = b""
        if kind == DATA:
            bodies[stream] += payload
        if kind in (HEADERS, DATA) and flags & 1:
            yield stream, bodies.pop(stream)


def http2_answer(stream, body):
    """HTTP 200 with JSON, as frames."""
    kind = b"application/json"
    return frame(HEADERS, 4, stream, b"\x88\x0f\x10" + bytes((len(kind),)) + kind) + frame(DATA, 1, stream, body)


def http2_goaway(last_stream, error=0):
    return frame(GOAWAY, 0, 0, last_stream.to_bytes(4, "big") + error.to_bytes(4, "big"))


def ask(emulator, head, body):
    """The emulator's answer to a request that came to somebody else, as it is sent."""
    with socket.create_connection(("127.0.0.1", int(emulator.url.rsplit(":", 1)[1]))) as there:
        there.sendall(head.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1) + body)
        answer = b""
        while True:
            piece = there.recv(65536)
            if not piece:
                return answer
            answer += piece


def pump(one, other):
    """Carry bytes both ways until one of them ends."""
    while True:
        for source in select.select([one, other], [], [], 60)[0]:
            data = source.recv(65536)
            if not data:
                return
            (other if source is one else one).sendall(data)


class ConnectProxy(Sockets):
    """A proxy: tunnels CONNECT, or answers what "answers" has for that request, from the first on (the last stays)."""

    def __init__(self, answers=(), user=None, password=None, **keywords):
        self.answers = list(answers)
        self.wanted = None if user is None else "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        self.requests = []
        super().__init__(self.tunnel, **keywords)

    def tunnel(self, connection, number):
        head = read_head(connection).decode("latin-1")
        if not head:
            return
        self.requests.append(head)
        if self.answers:
            answer = self.answers[min(len(self.requests), len(self.answers)) - 1]
            if answer is not None:
                connection.sendall(answer)
                return
        if self.wanted and f"proxy-authorization: {self.wanted}".lower() not in head.lower():
            connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic "
                               b"realm=\"x\"\r\nContent-Length: 0\r\n\r\n")
            return
        host, port = head.split(" ")[1].rsplit(":", 1)
        with socket.create_connection((host, int(port))) as target:
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            pump(connection, target)

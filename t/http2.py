#!/usr/bin/env python3
"""Behind a real front (nginx): HTTP/2, many requests over one connection, compression."""
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import FAST, Database, Emulator, Tap  # noqa: E402

tap = Tap()
CONFIG = """
daemon off; worker_processes 1; error_log {folder}/error.log; pid {folder}/pid; user {user};
events {{ worker_connections 256; }}
http {{
    log_format each '$connection $server_protocol $status $sent_http_content_encoding';
    access_log {folder}/access.log each;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    gzip on; gzip_types application/json; gzip_proxied any;
    upstream emulator {{ server {upstream}; keepalive 16; }}
    server {{
        listen 127.0.0.1:{port} ssl http2;
        ssl_certificate {tls}/ca.pem; ssl_certificate_key {tls}/key.pem;
        location / {{ proxy_pass http://emulator; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering on; proxy_max_temp_file_size 0; proxy_buffers 64 64k; }}
    }}
}}
"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


if not shutil.which("nginx"):
    tap.skip_all("nginx is not installed")
with tempfile.TemporaryDirectory() as folder:
    os.chmod(folder, 0o755)
    tls = os.path.join(folder, "tls")
    # the emulator makes a certificate that is its own authority
    with Emulator("--tls", tls):
        pass
    os.chmod(tls, 0o755)
    port = free_port()
    with Emulator("--scale", "1000") as emulator:
        text = CONFIG.format(folder=folder, user="root" if os.getuid() == 0 else "nobody", upstream=emulator.url.split("//")[1], port=port, tls=tls)
        with open(os.path.join(folder, "nginx.conf"), "w", encoding="utf-8") as file:
            file.write(text)
        nginx = subprocess.Popen(["nginx", "-c", os.path.join(folder, "nginx.conf"), "-p", folder], stderr=subprocess.PIPE, text=True)
        try:
            for _ in range(100):
                try:
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
                except OSError:
                    time.sleep(0.05)
            front = type("Front", (), {"url": f"https://127.0.0.1:{port}"})
            with Database("attio_http2", front, f"{FAST}, ca_file '{tls}/ca.pem'", schema=None) as database:
                imported = database.psql("IMPORT FOREIGN SCHEMA objects LIMIT TO (people, companies) FROM SERVER attio INTO crm; "
                                            "ALTER FOREIGN TABLE people OPTIONS (ADD page_size '50')")
                tap.equal(imported.code, 0, "import through the front")
                emulator.faults({"match": {"path": "query"}, "delay_ms": 100})
                open(os.path.join(folder, "access.log"), "w", encoding="utf-8").close()
                os.kill(nginx.pid, signal.SIGUSR1)
                time.sleep(0.3)
                tap.equal(database.value("SELECT count(DISTINCT record_id) FROM people"), "1000", "a scan through the front has every row once")
                time.sleep(0.3)
                with open(os.path.join(folder, "access.log"), encoding="utf-8") as file:
                    lines = [line.split() for line in file if line.strip()]
                tap.ok(len(lines) > 15 and {line[1] for line in lines} == {"HTTP/2.0"}, "it speaks HTTP/2", lines[:5])
                tap.equal(len({line[0] for line in lines}), 1, "all requests of the scan share one connection")
                tap.ok(sum(1 for line in lines if line[-1] == "gzip") >= 15, "the answers are compressed", lines)
                plan = database.value("EXPLAIN (ANALYZE, COSTS OFF, FORMAT YAML) SELECT name FROM people")
                wire = int(re.search(r"Bytes Received: (\d+)", plan).group(1))
                decoded = int(re.search(r"Bytes Decoded: (\d+)", plan).group(1))
                tap.ok(wire * 4 < decoded, f"and counted as they came: {wire} bytes for {decoded}")
        finally:
            nginx.terminate()
            nginx.wait(10)
tap.done()

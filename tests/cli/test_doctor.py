#!/usr/bin/env python3
"""`perigee doctor` as its user meets it, over loopback. Run by ctest: test_doctor.py PERIGEE."""
import http.server
import json
import os
import pathlib
import resource
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest

PERIGEE = str(pathlib.Path(sys.argv.pop(1)).resolve())
KEY = "4f3edf983ac636a65a842ce7c78d9aa706d3b113bce9c46f30d7d21715b23b1d"  # a published test key (Ganache's first)
ADDRESS = "0x90f8bf6a479f320ead074411a4b0e7944ea8c9c1"


def config(venue='data = "synthetic"', more="web { enabled = false }\n"):
    return (f'venue "v" {{ kind = "hyperliquid", network = "local", {venue} }}\n'
            'market { venue = "v", symbol = "ETH", strategy = "strategies/first.lua" }\n' + more)


class Answers(http.server.BaseHTTPRequestHandler):
    """A venue that answers every question in the same way, and knows no WebSocket."""
    code, body = 200, b""
    get, ahead_s = 404, 0  # of a GET, and of its header Date

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.reply(self.code, self.body)

    def do_GET(self):
        self.reply(self.get, b"{}")

    def reply(self, code, body):
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def date_time_string(self, timestamp=None):
        return super().date_time_string((timestamp or time.time()) + self.ahead_s)

    def log_message(self, *arguments):
        pass


class Doctor(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.dir = pathlib.Path(self.folder.name)

    def tearDown(self):
        self.folder.cleanup()

    def doctor(self, text, environment=None, limits=None):
        (self.dir / "config.lua").write_text(text)
        run = subprocess.run([PERIGEE, "doctor"], cwd=self.dir, capture_output=True, text=True, timeout=60,
                             env={"PATH": os.environ["PATH"], "HOME": str(self.dir), **(environment or {})},
                             preexec_fn=limits)
        self.assertNotIn(KEY, run.stdout + run.stderr)
        return run

    def assertWell(self, run, *patterns):
        self.assertEqual((run.returncode, run.stderr), (0, ""), run.stdout)
        self.assertNotIn("PROBLEM", run.stdout)
        for pattern in patterns:
            self.assertRegex(run.stdout, pattern)

    def assertProblem(self, run, *patterns):
        self.assertEqual((run.returncode, run.stderr), (1, ""), run.stdout)
        for pattern in patterns:
            self.assertRegex(run.stdout, pattern)

    def serve(self, code, body, context=None, **more):
        """A venue of the above; its address."""
        handler = type("Handler", (Answers,), {"code": code, "body": body, **more})
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return f"{'https' if context else 'http'}://127.0.0.1:{server.server_port}"

    # ---- what is well ----

    def test_built_in_exchange(self):
        run = self.doctor(config())
        self.assertWell(run, r"(?m)^ok +open files", r"(?m)^ok +core dumps", r"(?m)^ok +ledger +perigee.db, \d+ MB",
                        r"(?m)^ok +sessions ", r"(?m)^ok +venue v +http://127.0.0.1:\d+ answers in",
                        r"(?m)^ok +venue v +the clock here is \d+ ms", r"(?m)^ok +venue v +ws://127.0.0.1:\d+/ws opens in")
        self.assertEqual([path.name for path in self.dir.iterdir()], ["config.lua"])  # it leaves nothing behind

    def test_exchange_with_an_address(self):
        exchange = subprocess.Popen([PERIGEE, "exchange", "hyperliquid"], stdout=subprocess.PIPE, text=True)
        try:
            url = exchange.stdout.readline().split()[-1]
            run = self.doctor(config(f'url = "{url}/", key = env "DOCTOR_KEY"'), {"DOCTOR_KEY": KEY})
            self.assertWell(run, r"(?m)^ok +key of v +environment variable DOCTOR_KEY, address (?i:%s)" % ADDRESS,
                            rf"(?m)^ok +venue v +{url} answers in")
        finally:
            exchange.kill()
            exchange.communicate()

    def test_disabled_venues_are_left_alone(self):
        more = ('web { enabled = false }\nvenue "real" { enabled = false, kind = "hyperliquid", network = "mainnet", '
                'key = env "NO_KEY" }\n')
        self.assertNotIn("real", self.doctor(config(more=more)).stdout)

    def test_running_host(self):
        (self.dir / "config.lua").write_text(config(more="web { port = 0 }\n"))
        host = subprocess.Popen([PERIGEE, "run"], cwd=self.dir, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                text=True)
        try:
            for line in host.stdout:
                if "built-in exchange" in line:
                    break
            self.assertWell(self.doctor((self.dir / "config.lua").read_text()), r"(?m)^ok +ledger +a host is running")
        finally:
            host.terminate()
            host.communicate(timeout=30)

    # ---- problems ----

    def test_configuration(self):
        run = self.doctor(config(more="wb { port = 0 }\n"))
        self.assertProblem(run, r"(?m)^PROBLEM +configuration +config.lua:3: ", r"(?m)^1 problem, ")
        (self.dir / "config.lua").unlink()
        run = subprocess.run([PERIGEE, "doctor"], cwd=self.dir, capture_output=True, text=True, timeout=60)
        self.assertProblem(run, r"(?m)^PROBLEM +configuration +config.lua")
        self.doctor(config())
        (self.dir / "config.lua").chmod(0o666)
        self.assertWell(self.doctor(config()), r"(?m)^warning +configuration .* can be changed by other users")

    def test_limits(self):
        def few():
            resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))
            resource.setrlimit(resource.RLIMIT_MEMLOCK, (4096, 4096))
        self.assertProblem(self.doctor(config(), limits=few), r"(?m)^PROBLEM +open files +only 100 .*\n +ulimit -n",
                           r"(?m)^PROBLEM +locked memory .*\n +ulimit -l")

    def test_files(self):
        (self.dir / "file").write_text("x")
        self.assertProblem(self.doctor(config(more='web { enabled = false }\nhost { ledger = "file/perigee.db" }\n')),
                           r"(?m)^PROBLEM +ledger +file/perigee.db: ")
        self.assertProblem(self.doctor(config(more='web { enabled = false }\nhost { socket = "file" }\n')),
                           r"(?m)^PROBLEM +console +file: something that is no socket")
        long = "x/" * 60
        self.assertProblem(self.doctor(config(more=f'web {{ enabled = false }}\nhost {{ socket = "{long}s" }}\n')),
                           r"(?m)^PROBLEM +console .*too long")

    def test_web(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            self.assertProblem(self.doctor(config(more=f"web {{ port = {port} }}\n")), r"(?m)^PROBLEM +web .*\n +.+")

    def test_keys(self):
        url = self.serve(503, b"")
        venue = f'url = "{url}", key = '
        self.assertProblem(self.doctor(config(venue + 'env "NO_KEY"')), r"(?m)^PROBLEM +key of v .*NO_KEY")
        (self.dir / "key").write_text(KEY)
        (self.dir / "key").chmod(0o600)
        self.assertRegex(self.doctor(config(venue + 'file "key"')).stdout, r"(?m)^ok +key of v +file key, address 0x")
        (self.dir / "key").chmod(0o644)
        self.assertProblem(self.doctor(config(venue + 'file "key"')), r"(?m)^PROBLEM +key of v +key: ")
        self.assertProblem(self.doctor(config(venue + 'keystore "main"', 'host { keystore = "keys.json" }\n')),
                           r"(?m)^PROBLEM +keystore ", r"(?m)^PROBLEM +key of v ")

    def test_keystore(self):
        (self.dir / "words").write_text("correct horse battery\n")
        (self.dir / "words").chmod(0o600)
        subprocess.run([PERIGEE, "keys", "new", "--store", "keys.json", "--passphrase-file", "words", "main"], check=True,
                       cwd=self.dir, capture_output=True, timeout=60)
        text = config('data = "synthetic", key = keystore "main"', 'web { enabled = false }\n'
                      'host { keystore = "keys.json" }\n')
        self.assertWell(self.doctor(text), r"(?m)^ok +keystore +keys.json, 1 entries", r"(?m)^ok +key of v +keystore entry main")
        (self.dir / "keys.json").chmod(0o644)
        self.assertProblem(self.doctor(text), r"(?m)^PROBLEM +keystore .*\n +.+")

    # ---- venues ----

    def test_nobody_there(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.assertProblem(self.doctor(config(f'url = "http://127.0.0.1:{port}"')),
                           rf"(?m)^PROBLEM +venue v +http://127.0.0.1:{port}: .*\n +look at the network")

    def test_venue_with_an_error(self):
        self.assertProblem(self.doctor(config(f'url = "{self.serve(503, b"busy")}"')), r"(?m)^PROBLEM +venue v .*503")

    def test_clock(self):
        ahead = json.dumps({"time": int(time.time() * 1000) + 100000}).encode()
        self.assertProblem(self.doctor(config(f'url = "{self.serve(200, ahead)}"')),
                           r"(?m)^PROBLEM +venue v +the clock here is \d+\.\d s behind the venue's.*\n +set it",
                           r"(?m)^PROBLEM +venue v +ws://")  # it has no WebSocket either
        behind = json.dumps({"time": int(time.time() * 1000) - 8000}).encode()
        self.assertRegex(self.doctor(config(f'url = "{self.serve(200, behind)}"')).stdout,
                         r"(?m)^warning +venue v +the clock here is \d+\.\d s ahead of the venue's")
        self.assertRegex(self.doctor(config(f'url = "{self.serve(200, b"[]")}"')).stdout,
                         r"(?m)^warning +venue v +it does not tell its time")

    def test_clock_of_the_header(self):
        """Extended tells its time in the header Date only, and does not trade with a clock that is 5 s off."""
        def look(ahead_s):
            url = self.serve(404, b"", get=200, ahead_s=ahead_s)
            return self.doctor(config(f'url = "{url}"').replace('"hyperliquid"', '"extended"').replace("ETH", "ETH-USD"))
        self.assertRegex(look(0).stdout, r"(?m)^ok +venue v +the clock here is \d+ ms \w+( of)? the venue's")
        self.assertRegex(look(-4).stdout, r"(?m)^warning +venue v +the clock here is \d\.\d s ahead of the venue's")
        self.assertProblem(look(9), r"(?m)^PROBLEM +venue v +the clock here is \d+\.\d s behind the venue's.*\n +set it")

    @unittest.skipUnless(shutil.which("openssl"), "there is no openssl to make a certificate with")
    def test_certificate_that_nobody_vouches_for(self):
        made = subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1",
                               "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "tls.key", "-out", "tls.pem"],
                              cwd=self.dir, capture_output=True, timeout=60)
        self.assertEqual(made.returncode, 0, made.stderr)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.dir / "tls.pem", self.dir / "tls.key")
        now = json.dumps({"time": int(time.time() * 1000)}).encode()
        run = self.doctor(config(f'url = "{self.serve(200, now, context)}"'))
        self.assertProblem(run, r"(?m)^PROBLEM +venue v +https://127.0.0.1:\d+: .*certificate")

    def test_misuse(self):
        self.assertEqual(subprocess.run([PERIGEE, "doctor", "a", "b"], capture_output=True).returncode, 2)
        self.assertEqual(subprocess.run([PERIGEE, "doctor", "--hlep"], capture_output=True).returncode, 2)
        self.assertEqual(subprocess.run([PERIGEE, "doctor", "--help"], capture_output=True).returncode, 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)

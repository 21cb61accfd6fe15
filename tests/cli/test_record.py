#!/usr/bin/env python3
"""perigee record on the exchange of every venue, with connections that are cut: what is recorded is compared with the
exchange's own list of trades. Run by ctest: test_record.py PERIGEE."""
import json
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PERIGEE = str(pathlib.Path(sys.argv.pop(1)).resolve())
PATIENCE_S = 60
TRADE, GAP = 5, 11
LINK, STOPPED, MISSED = 2, 5, 8  # reasons of gaps


class Line:
    """A line to a port, that can be cut: connections end, and new ones are refused."""

    def __init__(self, port):
        self.far, self.up, self.open, self.lock = port, True, set(), threading.Lock()
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                near = self.server.accept()[0]
            except OSError:
                return
            with self.lock:
                if not self.up:
                    near.close()
                    continue
                try:
                    far = socket.create_connection(("127.0.0.1", self.far))
                except OSError:
                    near.close()
                    continue
                self.open |= {near, far}
            for a, b in ((near, far), (far, near)):
                threading.Thread(target=self.pump, args=(a, b), daemon=True).start()

    def pump(self, a, b):
        try:
            while data := a.recv(65536):
                b.sendall(data)
        except OSError:
            pass
        with self.lock:
            for end in (a, b):
                self.shut(end)
        a.close()  # the other thread closes the other one

    def shut(self, end):
        self.open.discard(end)
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def cut(self):
        with self.lock:
            self.up = False
            for end in list(self.open):
                self.shut(end)

    def mend(self):
        with self.lock:
            self.up = True

    def close(self):
        self.cut()
        self.server.close()


class Venue:
    """Tests that every venue's exchange has to pass. The classes below say how its list of trades is asked for."""
    kind, symbol, listed = "", "ETH", 0

    def get(self, path, body=None):
        made = urllib.request.Request(self.url + path, json.dumps(body).encode() if body else None,
                                      {"Content-Type": "application/json"})
        with urllib.request.urlopen(made, timeout=10) as answer:
            return json.load(answer)

    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="perigee-record-"))
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)
        self.run_perigee("data", "generate", "a.tape", "--hours", "0.5", "--seed", "7")
        exchange = self.start("exchange", self.kind, "--data", "a.tape", "--speed", "20", "--no-limits")
        self.url = exchange.stdout.readline().split()[-1]
        self.line = Line(int(self.url.rsplit(":", 1)[1]))
        self.addCleanup(self.line.close)
        (self.dir / "config.lua").write_text(
            f'venue "far" {{ kind = "{self.kind}", network = "local", url = "http://127.0.0.1:{self.line.port}" }}\n'
            f'market {{ venue = "far", symbol = "{self.symbol}", strategy = "strategies/symmetric.lua", capital = 1 }}\n'
            'record { dir = "rec" }\nhost { trading_enabled = false }\nweb { enabled = false }\n')
        self.made = {}

    def start(self, *arguments):
        process = subprocess.Popen([PERIGEE, *arguments], cwd=self.dir, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                   text=True, stdin=subprocess.DEVNULL, env={**os.environ, "PERIGEE_HOME": str(ROOT)})
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def run_perigee(self, *arguments, code=0):
        run = subprocess.run([PERIGEE, *arguments], cwd=self.dir, capture_output=True, text=True, timeout=60)
        self.assertEqual(run.returncode, code, run.stdout + run.stderr)
        return run.stdout

    def wait_for(self, condition):
        until = time.monotonic() + PATIENCE_S
        while not condition():
            self.assertLess(time.monotonic(), until, "it did not happen in time")
            self.look()
            time.sleep(0.05)

    def look(self):
        """Notes the exchange's trades: number -> time in ms."""
        self.made.update(self.list())
        return self.made

    def more(self, n):
        before = len(self.look())
        self.wait_for(lambda: len(self.made) >= before + n)

    def events(self):
        """Of the whole recording, as rows: local time, exchange time, price, size, price2, size2, id, kind."""
        folder = next(self.dir.glob("rec/far/*"))
        (self.dir / "all.tape").unlink(missing_ok=True)
        self.run_perigee("data", "convert", str(folder), "all.tape")
        data = (self.dir / "all.tape").read_bytes()
        (count,) = struct.unpack_from("<Q", data, len(data) - 32)
        rows = [struct.unpack_from("<qqqqqqQBBHI", data, 4096 + 64 * i) for i in range(count)]
        return [(local, exchange, *rest[:6]) for exchange, local, *rest in rows]

    def journals(self):
        return {path.name: path.stat().st_size for path in self.dir.glob("rec/*/*/journal_*.part")}

    def journal_bytes(self):
        return sum(self.journals().values())

    def stop(self, recorder):
        recorder.send_signal(signal.SIGINT)
        said = recorder.communicate(timeout=PATIENCE_S)[0]
        self.assertEqual(recorder.returncode, 0, said)
        return said

    def recorded(self):
        """Numbers of the trades of the recording; none is there twice."""
        trades = [row for row in self.events() if row[7] == TRADE]
        numbers = [row[6] for row in trades]
        self.assertEqual(len(numbers), len(set(numbers)))
        for row in trades:
            if row[6] in self.made:
                self.assertEqual(row[1] // 1000000, self.made[row[6]], "the exchange's time")
        return numbers

    def gaps(self, reason):
        return [row for row in self.events() if row[7] == GAP and row[4] == reason]

    def missing(self, numbers):
        """What the exchange made between the first and the last that were recorded, and is not there."""
        times = sorted(self.made[n] for n in numbers if n in self.made)
        return [n for n, at in self.made.items() if times[0] <= at <= times[-1] and n not in numbers]

    def begin(self):
        left = self.journals()  # by one that was killed
        recorder = self.start("record", "config.lua")
        self.wait_for(lambda: any(size > 4096 + 2000 for name, size in self.journals().items() if name not in left))
        self.more(3)
        return recorder

    def test_trades_of_a_cut_are_recorded_afterwards(self):
        recorder = self.begin()
        self.line.cut()
        self.more(5)
        self.line.mend()
        before = self.journal_bytes()
        self.wait_for(lambda: self.journal_bytes() > before + 1000)
        self.more(3)
        said = self.stop(recorder)
        self.assertIn("connection lost", said)
        numbers = self.recorded()
        self.assertGreater(len(numbers), 8)
        self.assertEqual(self.missing(numbers), [])
        self.assertEqual(len(self.gaps(LINK)), 1)  # of the book
        self.assertEqual(self.gaps(MISSED), [])
        found = self.run_perigee("data", "verify", "rec/far/" + next(self.dir.glob("rec/far/*")).name, code=1)
        for defect in ("bid above the ask", "trades repeated"):
            self.assertNotIn(defect, found)

    def test_trades_between_two_runs_are_recorded_by_the_second(self):
        for number in (signal.SIGINT, signal.SIGKILL):
            recorder = self.begin()
            recorder.send_signal(number)
            recorder.communicate(timeout=PATIENCE_S)
            self.more(5)
        recorder = self.begin()
        self.stop(recorder)
        self.assertEqual(self.missing(self.recorded()), [])
        self.assertEqual(len(self.gaps(STOPPED)), 2)
        self.assertEqual(self.gaps(MISSED), [])

    def test_what_is_listed_no_more_is_a_gap(self):
        recorder = self.begin()
        self.line.cut()
        self.more(self.listed + 20)
        self.line.mend()
        before = self.journal_bytes()
        self.wait_for(lambda: self.journal_bytes() > before + 1000)
        self.more(3)
        self.stop(recorder)
        numbers = self.recorded()
        missing = sorted(self.made[n] for n in self.missing(numbers))
        self.assertGreater(len(missing), 0)
        gaps = self.gaps(MISSED)
        self.assertEqual(len(gaps), 1)
        end_ms, length_ms = gaps[0][1] / 1e6, gaps[0][5] / 1e6
        self.assertGreaterEqual(missing[0], end_ms - length_ms)
        self.assertLessEqual(missing[-1], end_ms)
        folder = "rec/far/" + next(self.dir.glob("rec/far/*")).name
        self.assertIn("trades not told", self.run_perigee("data", "verify", folder, code=1))


class Hyperliquid(Venue, unittest.TestCase):
    kind, listed = "hyperliquid", 64

    def list(self):
        return {t["tid"]: t["time"] for t in self.get("/info", {"type": "recentTrades", "coin": "ETH"})}


class Extended(Venue, unittest.TestCase):
    kind, symbol, listed = "extended", "ETH-USD", 50

    def list(self):
        return {t["i"]: t["T"] for t in self.get("/api/v1/info/markets/ETH-USD/trades")["data"]}


class Lighter(Venue, unittest.TestCase):
    kind, listed = "lighter", 100

    def list(self):
        found = self.get("/api/v1/recentTrades?market_id=0&limit=100")["trades"]
        return {t["trade_id"]: t["timestamp"] for t in found}


if __name__ == "__main__":
    unittest.main(verbosity=1)

#!/usr/bin/env python3
"""trusted = true in config.lua: that strategy alone gets the raw FFI, which is said loudly. Run by ctest: test_trusted.py
PERIGEE."""
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PERIGEE = str(pathlib.Path(sys.argv.pop(1)).resolve())
PATIENCE_S = 60

FOREIGN = """
local ffi = require "ffi"
ffi.cdef "int getpid(void);"
local S = strategy { name = "foreign", doc = "Asks the C library.", params = {} }
function S:on_start(ctx) print("pid " .. ffi.C.getpid()) end
function S:on_book(ctx)
  if not ctx.mid then return end
  ctx:quote { bid = { ctx.mid * 0.99, 0.01 }, ask = { ctx.mid * 1.01, 0.01 } }
end
return S
"""


class Trusted(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)
        (self.dir / "foreign.lua").write_text(FOREIGN)

    def configure(self, trusted):
        (self.dir / "config.lua").write_text(f"""
venue "here" {{ kind = "hyperliquid", network = "local", data = "synthetic" }}
market {{ venue = "here", symbol = "ETH", strategy = "{self.dir}/foreign.lua", {trusted} }}
market {{ venue = "here", symbol = "BTC", strategy = "{ROOT}/strategies/symmetric.lua" }}
web {{ enabled = false }}
host {{ reload = false }}
""")

    def perigee(self, *words):
        return subprocess.run([PERIGEE, *words], cwd=self.dir, capture_output=True, text=True, timeout=PATIENCE_S)

    def run_host(self, until):
        out = self.dir / "out.txt"
        with open(out, "w") as file:
            host = subprocess.Popen([PERIGEE, "run"], cwd=self.dir, stdout=file, stderr=file)
        self.addCleanup(host.kill)
        deadline = time.monotonic() + PATIENCE_S
        while until not in out.read_text() and host.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        if host.poll() is None:
            host.send_signal(signal.SIGINT)
        return host.wait(PATIENCE_S), out.read_text(), host.pid

    def test_trusted(self):
        self.configure("trusted = true")
        done = self.perigee("check")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(done.stdout.count("! trusted"), 1)
        code, text, pid = self.run_host("pid ")
        self.assertEqual(code, 0, text)
        self.assertIn(f"pid {pid}", text)
        self.assertEqual(text.count("trusted = true: its scripts have the raw FFI"), 1)
        notes = self.perigee("ledger", "events", "--market", "ETH").stdout
        self.assertIn("trusted = true", notes)
        replay = self.perigee("replay", "last")
        self.assertNotEqual(replay.returncode, 0)
        self.assertIn("had the raw FFI", replay.stderr)
        self.assertIn("--trusted", replay.stderr)
        replay = self.perigee("replay", "last", "--trusted")
        self.assertEqual(replay.returncode, 0, replay.stdout + replay.stderr)

    def test_others_are_not(self):
        for trusted in ("", "trusted = false"):
            self.configure(trusted)
            done = self.perigee("check")
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("module 'ffi' is not for scripts, unless they are trusted", done.stdout + done.stderr)
            self.assertNotIn("! trusted", done.stdout)
        code, text, _ = self.run_host("pid ")
        self.assertNotEqual(code, 0)
        self.assertNotIn("pid ", text)

    def test_backtest(self):
        made = self.perigee("data", "generate", "eth.tape", "--hours", "0.02")
        self.assertEqual(made.returncode, 0, made.stderr)
        refused = self.perigee("backtest", "foreign.lua", "eth.tape")
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("unless they are trusted", refused.stderr)
        done = self.perigee("backtest", "foreign.lua", "eth.tape", "--trusted")
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main()

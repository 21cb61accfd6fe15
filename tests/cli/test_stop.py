#!/usr/bin/env python3
"""What `perigee run` does before the first order and after the last: leverage, and positions that are closed or kept, at
the built-in exchange and on paper. Run by ctest: test_stop.py PERIGEE."""
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PERIGEE = str(pathlib.Path(sys.argv.pop(1)).resolve())

BUYER = """
local S = strategy { name = "buyer", doc = "Buys once and holds.", params = {} }
function S:on_book(ctx)
  if self.done or ctx.position ~= 0 then return end
  local ask = ctx.book:level("ask", 1)
  if ask and ctx:buy(ask * 1.001, 0.02, { tif = "ioc" }) then self.done = true end
end
function S:on_order(ctx, order)
  if order.reason == "limit" then self.done = false end -- sent before the account was read
end
return S
"""


class Stop(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.dir = pathlib.Path(self.folder.name)
        (self.dir / "buyer.lua").write_text(BUYER)

    def tearDown(self):
        self.folder.cleanup()

    def run_host(self, venue="", market=""):
        """Runs until there is a fill, then interrupts."""
        (self.dir / "config.lua").write_text(f"""
venue "here" {{ kind = "hyperliquid", network = "local", data = "synthetic", {venue} }}
market {{ venue = "here", symbol = "ETH", strategy = "{self.dir}/buyer.lua", {market} }}
record {{ enabled = false, keep = 0 }}
host {{ ledger = "ledger.db", socket = "socket", reload = false }}
""")
        host = subprocess.Popen([PERIGEE, "run", "config.lua", "--seconds", "60"], cwd=self.dir, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        while host.poll() is None and not ((self.dir / "ledger.db").exists() and self.fills()):
            time.sleep(0.2)
        if host.poll() is None:
            host.send_signal(signal.SIGINT)
        out, err = host.communicate(timeout=60)
        return subprocess.CompletedProcess(host.args, host.returncode, out, err)

    def fills(self):
        done = subprocess.run([PERIGEE, "ledger", "fills", "--ledger", "ledger.db", "--json"], cwd=self.dir,
                              capture_output=True, text=True, timeout=20)
        if done.returncode != 0:
            return []  # it is just being made
        return json.loads(done.stdout)

    def check(self, venue, closes):
        done = self.run_host(venue, "close_on_stop = true" if closes else "")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        sides = [fill["side"] for fill in self.fills()]
        self.assertIn("buy", sides, done.stdout + done.stderr)
        self.assertEqual("sell" in sides, closes)
        self.assertIn("position +0," if closes else "position +0.02 kept", done.stdout)
        self.assertEqual("closing +0.02" in done.stdout, closes)

    def test_position_is_kept(self):
        self.check("", False)

    def test_position_is_closed(self):
        self.check("", True)

    def test_position_is_closed_on_paper(self):
        self.check("paper = true", True)

    def test_venue_that_is_not_there(self):
        """Somebody waits before the screen, and an earlier session's orders may be open: nothing is claimed."""
        with socket.socket() as taken:  # bound and not listening: nobody answers there
            taken.bind(("127.0.0.1", 0))
            (self.dir / "config.lua").write_text(f"""
venue "hl" {{ kind = "hyperliquid", network = "local", url = "http://127.0.0.1:{taken.getsockname()[1]}",
  key = env "STOP_TEST_KEY", unknown_orders = "cancel" }}
market {{ venue = "hl", symbol = "ETH", strategy = "{self.dir}/buyer.lua", capital = 100 }}
record {{ enabled = false, keep = 0 }}
host {{ ledger = "ledger.db", socket = "socket", reload = false }}
""")
            host = subprocess.Popen([PERIGEE, "run", "config.lua", "--seconds", "8"], cwd=self.dir, text=True,
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                    env={**os.environ, "STOP_TEST_KEY": "11" * 32})
            out, err = host.communicate(timeout=60)
        self.assertIn("hl: waiting for http://127.0.0.1:", out, err)
        self.assertIn("hl was never reached: whether orders of earlier sessions are open there is not known", out)

    def test_leverage_that_the_venue_refuses(self):
        done = self.run_host(market="leverage = 100")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("leverage of ETH of here cannot be set to 100", done.stderr)
        self.assertIn("config.lua:3", done.stderr)
        self.assertEqual(self.fills(), [])


if __name__ == "__main__":
    unittest.main()

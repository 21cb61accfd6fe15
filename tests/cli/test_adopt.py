#!/usr/bin/env python3
"""A host that is killed and started again takes its orders over: they keep their place in the queue, follow the strategy
from there, and are cancelled at the end. Run by ctest: test_adopt.py PERIGEE."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

PERIGEE = str(pathlib.Path(sys.argv.pop(1)).resolve())
PATIENCE_S = 60
KEY = "0x" + "0" * 63 + "1"
ADDRESS = "0x7e5f4552091a69125d5dfcb7b8c2659029395bdf"

FIXED = """
local S = strategy { name = "fixed", doc = "Quotes where it is told.", params = {
  bid = { 1, min = 0.1, max = 1e6, unit = "quote", doc = "price" },
  ask = { 1, min = 0.1, max = 1e6, unit = "quote", doc = "price" },
} }
function S:on_book(ctx)
  ctx:quote { bid = { self.params.bid, 0.05 }, ask = { self.params.ask, 0.05 } }
end
return S
"""


class Adopt(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)
        (self.dir / "fixed.lua").write_text(FIXED)
        self.exchange = subprocess.Popen(
            [PERIGEE, "exchange", "hyperliquid", "--coin", "ETH", "--fund", f"{ADDRESS}=100000", "--no-limits"],
            stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.end, self.exchange)
        line = self.exchange.stdout.readline()
        self.assertIn("http://", line)
        self.url = line[line.index("http://"):].split()[0]
        self.hosts = 0

    def end(self, process):
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=PATIENCE_S)

    def info(self, **question):
        request = urllib.request.Request(self.url + "/info", json.dumps(question).encode(),
                                         {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def open_orders(self):
        """By side: the venue's id, its price and our client id."""
        orders = self.info(type="frontendOpenOrders", user=ADDRESS)
        return {o["side"]: (o["oid"], float(o["limitPx"]), o["cloid"]) for o in orders}

    def start(self, bid, ask, venue=""):
        (self.dir / "config.lua").write_text(f"""
venue "here" {{ kind = "hyperliquid", network = "local", url = "{self.url}", key = env "TEST_KEY",
  unknown_orders = "adopt", dead_man_s = 0, {venue} }}
market {{ venue = "here", symbol = "ETH", strategy = "{self.dir}/fixed.lua", params = {{ bid = {bid}, ask = {ask} }} }}
record {{ enabled = false }}
web {{ enabled = false }}
host {{ ledger = "ledger.db", socket = "socket", reload = false, guard = false }}
""")
        self.hosts += 1
        self.out = self.dir / f"out{self.hosts}.txt"
        with open(self.out, "w") as out:
            self.host = subprocess.Popen([PERIGEE, "run", "config.lua"], cwd=self.dir, stdout=out, stderr=out,
                                         env={**os.environ, "TEST_KEY": KEY})
        self.addCleanup(self.end, self.host)

    def wait(self, what, done):
        deadline = time.monotonic() + PATIENCE_S
        while not done():
            if time.monotonic() > deadline or self.host.poll() is not None:
                self.fail(f"{what}:\n" + self.out.read_text())
            time.sleep(0.05)

    def ledger(self, *words):
        done = subprocess.run([PERIGEE, "ledger", *words, "--ledger", "ledger.db", "--json"], cwd=self.dir,
                              capture_output=True, text=True, timeout=30)
        return json.loads(done.stdout) if done.returncode == 0 else []

    def taken_over(self):
        """Open orders of the ledger that are another session's than the one that placed them."""
        return [o for o in self.ledger("orders", "--open") if o["reasons"].startswith("taken over from run")]

    def kill(self):
        self.host.send_signal(signal.SIGKILL)
        self.host.wait(PATIENCE_S)

    def stop(self):
        self.host.send_signal(signal.SIGINT)
        self.assertEqual(self.host.wait(PATIENCE_S), 0, self.out.read_text())

    def test_killed_and_started_again(self):
        mid = float(self.info(type="allMids")["ETH"])
        bid, ask, higher = round(mid * 0.95), round(mid * 1.05), round(mid * 0.96)
        self.start(bid, ask)
        self.wait("nothing was quoted", lambda: len(self.open_orders()) == 2)
        placed = self.open_orders()
        self.assertEqual((placed["B"][1], placed["A"][1]), (bid, ask))
        for _ in range(2):  # the second time they are known by the venue's ids alone
            self.kill()
            self.assertEqual(self.open_orders(), placed)
            self.start(bid, ask)
            self.wait("nothing was taken over", lambda: len(self.taken_over()) == 2)
            self.wait("it does not quote", lambda: "quoting" in self.out.read_text())
            until = time.monotonic() + 2
            while time.monotonic() < until:
                self.assertEqual(self.open_orders(), placed, self.out.read_text())
                time.sleep(0.1)
            self.assertEqual({o["order_id"] for o in self.ledger("orders", "--open")},
                             {str(order[0]) for order in placed.values()})
        self.kill()
        self.start(higher, ask)  # one fits, the other is moved
        self.wait("the bid did not move", lambda: self.open_orders().get("B", (0, 0, ""))[1] == higher)
        self.assertEqual(self.open_orders()["A"], placed["A"])
        self.stop()
        self.assertEqual(self.open_orders(), {})
        self.assertEqual(self.ledger("orders", "--open"), [])
        replay = subprocess.run([PERIGEE, "replay", "last"], cwd=self.dir, capture_output=True, text=True, timeout=60)
        self.assertEqual(replay.returncode, 0, replay.stdout + replay.stderr)

    def test_strangers_are_left_alone(self):
        """The same orders, and a ledger that knows nothing of them: somebody else's."""
        mid = float(self.info(type="allMids")["ETH"])
        self.start(round(mid * 0.95), round(mid * 1.05))
        self.wait("nothing was quoted", lambda: len(self.open_orders()) == 2)
        placed = self.open_orders()
        self.kill()
        for path in self.dir.glob("ledger.db*"):
            if path.is_file():
                path.unlink()
        self.start(round(mid * 0.94), round(mid * 1.06))
        self.wait("it does not quote", lambda: len(self.info(type="frontendOpenOrders", user=ADDRESS)) == 4)
        oids = {o["oid"] for o in self.info(type="frontendOpenOrders", user=ADDRESS)}
        self.assertTrue({order[0] for order in placed.values()} <= oids)
        self.assertEqual(self.taken_over(), [])
        self.assertIn("not this session's", self.out.read_text())


if __name__ == "__main__":
    unittest.main()

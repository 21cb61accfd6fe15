#!/usr/bin/env python3
"""The live host on Lighter: real processes, the local exchange in Lighter's manner, settings from the environment. Run by
ctest: test_run_lighter.py PERIGEE."""
import contextlib
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

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PERIGEE = str(pathlib.Path(sys.argv.pop(1)).resolve())
PATIENCE_S = 30
KEY = "02" + "00" * 39  # twice the generator is its public key
PUBLIC_KEY = "384c87fe1213197f4e1b457e9d43548fc00067c00ee5c1d872895e08ab103be54336d3d4b9d5bc8c"

CONFIG = """
venue "li" {{ kind = "lighter", network = "local", url = "{url}", key = env "API_KEY_PRIVATE_KEY",
              account = env "ACCOUNT_INDEX", api_key_index = env "API_KEY_INDEX",
              unknown_orders = "{unknown}", dead_man_s = 300, {venue} }}
market {{ venue = "li", symbol = "ETH", strategy = "{root}/strategies/symmetric.lua",
          params = {{ half_spread_bps = {spread}, size = 0.05 }}, capital = 10000, max_position = 5 }}
web {{ enabled = false }}
record {{ enabled = false, keep = 0 }}
host {{ ledger = "ledger.db", socket = "socket", reload = false, guard = {guard}, guard_timeout_s = 5 }}
"""


class Lighter(unittest.TestCase):
    options = ()

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.dir = pathlib.Path(self.folder.name)
        self.processes = []
        self.exchange = self.start("exchange", "exchange", "lighter", "--seed", "3", "--coin", "ETH", "--coin", "PAXG",
                                   "--fund", f"1000,5:{PUBLIC_KEY},premium=100000", *self.options)
        self.wait(lambda: "http://" in self.said("exchange"))
        self.url = "http://" + self.said("exchange").split("http://")[1].split()[0]

    def tearDown(self):
        for process in reversed(self.processes):
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            process.wait()
        self.folder.cleanup()

    def start(self, name, *arguments, environment=None):
        with open(self.dir / f"{name}.out", "w") as out:
            process = subprocess.Popen([PERIGEE, *arguments], cwd=self.dir, stdout=out, stderr=subprocess.STDOUT,
                                       stdin=subprocess.DEVNULL, env={**os.environ, **(environment or {})})
        self.processes.append(process)
        return process

    def said(self, name):
        return (self.dir / f"{name}.out").read_text()

    def wait(self, what):
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            if what():
                return
            time.sleep(0.05)
        texts = "\n".join(f"{path.name}:\n{path.read_text()}" for path in self.dir.glob("*.out"))
        self.fail(f"in vain\n{texts}")

    def account(self):
        with urllib.request.urlopen(f"{self.url}/api/v1/account?by=index&value=1000", timeout=10) as answer:
            return json.load(answer)["accounts"][0]

    def orders(self):
        return self.account()["total_order_count"]

    def run_host(self, spread=20, venue="", unknown="cancel", guard="true", **environment):
        (self.dir / "config.lua").write_text(CONFIG.format(url=self.url, root=ROOT, spread=spread, venue=venue,
                                                           unknown=unknown, guard=guard))
        return self.start("host", "run", "config.lua", environment={
            "API_KEY_PRIVATE_KEY": KEY, "ACCOUNT_INDEX": "1000", "API_KEY_INDEX": "5", **environment})

    def end(self, host):
        host.send_signal(signal.SIGINT)
        self.assertEqual(host.wait(PATIENCE_S), 0, self.said("host"))

    def ledger(self, *words):
        done = subprocess.run([PERIGEE, "ledger", *words, "--ledger", "ledger.db", "--json"], cwd=self.dir,
                              capture_output=True, text=True, timeout=20)
        return json.loads(done.stdout) if done.returncode == 0 else []  # it is just being made

    def test_trades_and_leaves_nothing_open(self):
        host = self.run_host(spread=0.1)
        self.wait(lambda: host.poll() is not None or self.ledger("fills"))
        self.end(host)
        self.assertIn("0 open at the venue", self.said("host"))
        self.assertEqual(self.orders(), 0)
        held = sum(float(fill["size"]) * (1 if fill["side"] == "buy" else -1) for fill in self.ledger("fills"))
        at_venue = sum(float(p["position"]) * p["sign"] for p in self.account()["positions"])
        self.assertAlmostEqual(held, at_venue)
        self.assertEqual(self.account()["cancel_all_time"], 0)  # the switch was taken away again
        for path in self.dir.rglob("*"):
            if path.is_file():
                self.assertNotIn(KEY.encode(), path.read_bytes(), path)

    def test_guard_cancels_when_the_host_is_killed(self):
        host = self.run_host()
        self.wait(lambda: host.poll() is not None or self.orders() >= 2)
        self.wait(lambda: self.account()["cancel_all_time"] > 0)  # the slow switch stands behind the guard
        host.kill()
        self.wait(lambda: self.orders() == 0)

    def test_leverage_is_set_at_the_start(self):
        host = self.run_host(venue="leverage = 3")
        self.wait(lambda: host.poll() is not None or self.orders() >= 2)
        self.end(host)
        fractions = {p["symbol"]: p["initial_margin_fraction"] for p in self.account()["positions"]}
        self.assertEqual(fractions.get("ETH"), "33.34")  # rounded up: never more than was asked for

    def test_orders_of_a_killed_host_are_adopted(self):
        host = self.run_host(unknown="adopt", guard="false")
        self.wait(lambda: host.poll() is not None or len(self.ledger("orders", "--open")) >= 2)
        host.kill()
        host.wait()
        self.assertGreater(self.orders(), 0)
        host = self.run_host(unknown="adopt", guard="false")
        self.wait(lambda: host.poll() is not None or "of an earlier session are taken over" in self.said("host"))
        self.assertIsNone(host.poll(), self.said("host"))
        self.wait(lambda: self.orders() == 2)  # none beside those that were there
        self.end(host)
        self.assertEqual(self.orders(), 0)
        self.assertEqual(self.ledger("orders", "--open"), [])

    def test_what_is_not_the_accounts_does_not_start(self):
        for environment, words in (({"API_KEY_PRIVATE_KEY": "03" + "00" * 39}, "is another"),
                                   ({"API_KEY_INDEX": "6"}, "api key not found"),
                                   ({"ACCOUNT_INDEX": "7"}, "account not found")):
            host = self.run_host(**environment)
            self.assertNotEqual(host.wait(PATIENCE_S), 0)
            self.assertIn(words, self.said("host"))


MAKER = """
venue "li" {{ kind = "lighter", network = "local", url = "{url}", key = env "API_KEY_PRIVATE_KEY",
              account = env "ACCOUNT_INDEX", api_key_index = env "API_KEY_INDEX",
              unknown_orders = "cancel", dead_man_s = 300 }}
market {{ venue = "li", symbol = "PAXG", strategy = "{root}/strategies/lighter_maker.lua",
          params = {{ params_file = "params.json", both_sides = true, trend_filter = "none" }}, capital = 1000,
          leverage = 3, margin = "isolated", order_timeout_s = 90 }}
web {{ enabled = false }}
record {{ enabled = true }}
host {{ ledger = "ledger.db", socket = "socket", guard_timeout_s = 5 }}
"""


class Maker(Lighter):
    """strategies/lighter_maker.lua: its parameters come from a file that is written while it trades."""
    options = ("--no-limits",)
    test_trades_and_leaves_nothing_open = test_guard_cancels_when_the_host_is_killed = None
    test_leverage_is_set_at_the_start = test_the_key_of_another_account_does_not_start = None

    def distances(self):
        """How far its orders are from the mid, in fractions of it."""
        book = self.get("orderBookOrders?market_id=48&limit=250")
        own = [order for side in ("bids", "asks") for order in book[side] if order["owner_account_index"] == 1000]
        others = {side: [float(order["price"]) for order in book[side] if order["owner_account_index"] != 1000]
                  for side in ("bids", "asks")}
        mid = (others["bids"][0] + others["asks"][0]) / 2
        return [abs(float(order["price"]) - mid) / mid for order in own]

    def get(self, path):
        with urllib.request.urlopen(f"{self.url}/api/v1/{path}", timeout=10) as answer:
            return json.load(answer)

    def write_parameters(self, half_spread):
        """A file as `perigee quote --params-out` writes it. With next to no volatility 1/kappa is the half-spread."""
        values = {"symbol": "PAXG", "time_s": time.time(), "sigma_rel": 1e-7, "gamma_rel": 1e-3,
                  "kappa_bid_rel": 1 / half_spread, "kappa_ask_rel": 1 / half_spread}
        (self.dir / "params.new").write_text(json.dumps(values))
        os.replace(self.dir / "params.new", self.dir / "params.json")

    def quotes_at(self, half_spread):
        distances = self.distances()
        return len(distances) == 2 and all(abs(d / half_spread - 1) < 0.4 for d in distances)

    def test_parameters_are_taken_over_while_it_trades(self):
        (self.dir / "config.lua").write_text(MAKER.format(url=self.url, root=ROOT))
        host = self.start("host", "run", "config.lua", environment={
            "API_KEY_PRIVATE_KEY": KEY, "ACCOUNT_INDEX": "1000", "API_KEY_INDEX": "5"})
        self.wait(lambda: host.poll() is not None or self.orders() >= 1)  # at the static spread: there is no file yet
        self.assertIn("there is no params file yet", self.said("host"))
        for half_spread in (0.004, 0.008):
            self.write_parameters(half_spread)
            self.wait(lambda: host.poll() is not None or self.quotes_at(half_spread))
        held = next(p for p in self.account()["positions"] if p["symbol"] == "PAXG")
        self.assertEqual((held["initial_margin_fraction"], held["margin_mode"]), ("33.34", 1))
        self.end(host)
        self.assertEqual(self.orders(), 0)
        (self.dir / "params.json").unlink()  # a replay has what was read
        replay = subprocess.run([PERIGEE, "replay", "last"], cwd=self.dir, capture_output=True, text=True,
                                timeout=PATIENCE_S)
        self.assertEqual(replay.returncode, 0, replay.stdout + replay.stderr)


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
"""Two venues in one host: a strategy that makes a position on one, strategies/hedge.lua that takes the opposite on the
other, and cross_venue.lua that quotes around the other's price. Run by ctest: test_pair.py PERIGEE."""
import pathlib
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PERIGEE = str(pathlib.Path(sys.argv.pop(1)).resolve())
PATIENCE_S = 60

VENUES = """
venue "a" { kind = "hyperliquid", network = "local", data = "synthetic" }
venue "b" { kind = "hyperliquid", network = "local", data = "synthetic" }
web { enabled = false }
host { reload = false }
"""


class Pair(unittest.TestCase):
    def start(self, markets):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "config.lua").write_text(VENUES + markets)
        self.log = open(self.folder / "out.txt", "w")
        self.addCleanup(self.log.close)
        self.host = subprocess.Popen([PERIGEE, "run"], cwd=self.folder, stdout=self.log, stderr=subprocess.STDOUT)
        self.addCleanup(self.host.kill)

    def ask(self, sql):
        path = self.folder / "perigee.db"
        if not path.exists():
            return []
        database = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)
        try:
            return database.execute(sql).fetchall()
        except sqlite3.OperationalError:
            return []  # it is being made
        finally:
            database.close()

    def wait(self, what, done):
        deadline = time.monotonic() + PATIENCE_S
        while not done():
            if time.monotonic() > deadline or self.host.poll() is not None:
                self.fail(f"{what}:\n" + (self.folder / "out.txt").read_text())
            time.sleep(0.1)

    def stop(self):
        self.host.send_signal(signal.SIGINT)
        self.assertEqual(self.host.wait(PATIENCE_S), 0, (self.folder / "out.txt").read_text())

    def held(self):
        """What each venue's fills add up to, lots."""
        rows = self.ask("SELECT a.venue, sum(CASE f.side WHEN 1 THEN f.size ELSE -f.size END) FROM fills f"
                        " JOIN accounts a USING(account) GROUP BY a.venue")
        return dict(rows)

    def test_hedge(self):
        self.start(f"""
market {{ venue = "a", symbol = "ETH", strategy = "{ROOT}/strategies/symmetric.lua", max_position = 1,
  params = {{ size = 0.05, half_spread_bps = 0.1, skew_bps = 0 }} }}
market {{ venue = "b", symbol = "ETH", strategy = "{ROOT}/strategies/hedge.lua", reference = "a ETH", max_position = 2,
  params = {{ max_cost_bps = 50, retry_ms = 50 }} }}
""")
        count = "SELECT count(*) FROM fills f JOIN accounts a USING(account) WHERE a.venue = 'b'"
        self.wait("nothing was hedged", lambda: (self.ask(count) or [(0,)])[0][0] >= 5)

        def flat():
            held = self.held()
            return "a" in held and held.get("a", 0) + held.get("b", 0) == 0

        self.wait("the pair was never flat", flat)
        self.stop()
        replay = subprocess.run([PERIGEE, "replay", "last"], cwd=self.folder, capture_output=True, text=True, timeout=60)
        self.assertEqual(replay.returncode, 0, replay.stdout + replay.stderr)

    def test_cross_venue(self):
        self.start(f"""
market {{ venue = "a", symbol = "ETH", strategy = "{ROOT}/strategies/cross_venue.lua", reference = "b ETH",
  params = {{ size = 0.05, ["fair.min_samples"] = 2, ["fair.step_ms"] = 100 }}, max_position = 1 }}
market {{ venue = "b", symbol = "ETH", strategy = "{ROOT}/strategies/hedge.lua", reference = "a ETH" }}
""")
        orders = ("SELECT count(*) FROM transitions t WHERE t.words LIKE 'fair=%' AND t.words LIKE '%basis=%'"
                  " AND t.words LIKE '%unhedged=0%'")
        self.wait("nothing was quoted around the other venue", lambda: (self.ask(orders) or [(0,)])[0][0] >= 2)
        self.stop()

    def test_unknown_reference(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = pathlib.Path(folder.name) / "config.lua"
        path.write_text(VENUES + f"""
market {{ venue = "a", symbol = "ETH", strategy = "{ROOT}/strategies/symmetric.lua" }}
market {{ venue = "b", symbol = "ETH", strategy = "{ROOT}/strategies/hedge.lua", reference = "a BTC" }}
""")
        run = subprocess.run([PERIGEE, "check", str(path)], capture_output=True, text=True, timeout=30)
        self.assertNotEqual(run.returncode, 0)
        self.assertIn("reference: there is no other market 'a BTC'", run.stdout + run.stderr)
        self.assertIn("a ETH", run.stdout + run.stderr)


if __name__ == "__main__":
    unittest.main()

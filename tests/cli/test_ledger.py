#!/usr/bin/env python3
"""perigee ledger as its user meets it: tables, CSV, JSON, choices, a running and a killed host, bad input.
Run by ctest: test_ledger.py PERIGEE."""
import csv
import io
import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PERIGEE = str(pathlib.Path(sys.argv.pop(1)).resolve())
MAKE = ROOT / "tests" / "cli" / "make_ledger.lua"


def perigee(*arguments, cwd=ROOT):
    return subprocess.run([PERIGEE, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, timeout=60)


class Ledger(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name) / "test.db"

    def make(self, *mode):
        return perigee("lua", MAKE, self.path, *mode)

    def ask(self, *arguments):
        run = perigee("ledger", *arguments, "--ledger", self.path)
        self.assertEqual(run.returncode, 0, run.stderr)
        return run.stdout

    def rows(self, *arguments):
        rows = json.loads(self.ask(*arguments, "--json"), parse_float=str, parse_int=str)
        table = list(csv.DictReader(io.StringIO(self.ask(*arguments, "--csv"))))
        self.assertEqual([{k: v or "" for k, v in row.items()} for row in rows], table)  # the same in both forms
        return rows

    def test_orders(self):
        self.assertEqual(self.make().returncode, 0)
        orders = self.rows("orders")
        self.assertEqual([(o["market"], o["side"], o["price"], o["size"], o["filled"], o["state"]) for o in orders],
                         [("ETH", "buy", "3000", "0.1", "0.1", "filled"),
                          ("BTC", "sell", "90000", "0.001", "0", "rejected"),
                          ("ETH", "sell", "3010", "0.04", "0.04", "filled"),
                          ("ETH", "buy", "2990", "0.05", "0", "pending_new")])
        self.assertEqual(orders[1]["words"], 'said "no", \x1b[31mred')
        self.assertEqual(orders[1]["reason"], "post_only")
        self.assertEqual([o["reasons"] for o in orders], ["fair=3000"] * 4)
        self.assertIn("fair=3000", self.ask("reasons").splitlines()[1])
        self.assertEqual([f["reasons"] for f in self.rows("fills") if f["id"] == "1"][:1], ["fair=3000"])
        self.assertEqual(orders[0]["version"], "8b07e2d000000001")
        self.assertEqual([o["id"] for o in self.rows("orders", "--open")], ["2"])
        self.assertEqual(len(self.rows("orders", "--market", "BTC")), 1)
        self.assertEqual(len(self.rows("orders", "--newest", 2)), 2)
        self.assertEqual(len(self.rows("orders", "--since", "2025-11-12T01:00:00")), 2)
        table = self.ask("orders")
        self.assertEqual(len(table.splitlines()), 5)
        self.assertNotIn("\x1b", table)  # what a venue says does not reach the terminal's controls

    def test_fills_since(self):
        self.assertEqual(self.make().returncode, 0)
        fills = self.rows("fills")
        self.assertEqual([(f["trade_id"], f["fee"], f["maker"]) for f in fills],
                         [("t1", "0.045", "1"), ("t2", "-0.001", "1")])
        for since, count in (("2025-11-12", 2), ("2025-11-13", 0), ("2025-11-12T00:00:12", 2),
                             ("2025-11-12T00:00:12.001Z", 1), ("20000d", 2), ("1s", 0)):
            self.assertEqual(len(self.rows("fills", "--since", since)), count, since)
        self.assertEqual(self.rows("fills", "--venue", "lighter"), [])
        self.assertIn("(none)", self.ask("fills", "--account", "0xdef"))

    def test_funding(self):
        self.assertEqual(self.make().returncode, 0)
        paid = self.rows("funding")
        self.assertEqual([(p["market"], p["amount"], p["rate"]) for p in paid],
                         [("ETH", "-0.00375", "0.0000125"), ("ETH", "0.001", "-0.0001")])
        self.assertEqual(len(self.rows("funding", "--since", "2025-11-12T01:00:00")), 1)
        self.assertEqual(self.rows("funding", "--market", "BTC"), [])

    def test_pnl_and_reset(self):
        self.assertEqual(self.make().returncode, 0)
        account, market = self.rows("pnl")
        self.assertEqual((account["initial"], account["equity"], account["pnl"]), ("1000", "1003.5", "3.5"))
        # 0.1 bought at 3000, 0.04 of it sold at 3010: 0.4 realised; fees 0.045 - 0.001.
        self.assertEqual((market["market"], market["fills"], market["net_size"], market["realised"], market["fees"]),
                         ("ETH", "2", "0.06", "0.4", "0.044"))
        self.assertEqual(market["funding"], "-0.00275")
        run = perigee("ledger", "reset-pnl", "--ledger", self.path, "--venue", "lighter")
        self.assertEqual(run.returncode, 1)
        self.assertIn("1 account ", self.ask("reset-pnl"))
        account, = self.rows("pnl")
        self.assertEqual((account["initial"], account["pnl"]), ("1003.5", "0"))
        self.assertEqual(len(self.rows("pnl", "--since", "2025-11-12")), 2)

    def test_versions_and_events(self):
        self.assertEqual(self.make().returncode, 0)
        version, = self.rows("versions")
        self.assertEqual((version["event"], version["path"]), ("live", "strategies/glft.lua"))
        self.assertTrue(version["hash"].startswith(version["version"]))
        self.assertEqual(self.ask("versions", "--text", version["version"][:7]), "return 1 -- the first version\n")
        self.assertEqual(perigee("ledger", "versions", "--text", "ffff", "--ledger", self.path).returncode, 1)
        events = self.rows("events")
        self.assertEqual([e["kind"] for e in events], ["session", "risk", "parameter", "end", "session"])
        self.assertEqual(events[1]["text"], "shutdown: 5.1% of 1,000")

    def test_killed_host(self):
        run = self.make("crash")
        self.assertEqual(run.returncode, -signal.SIGKILL, run.stderr)
        self.assertEqual([f["trade_id"] for f in self.rows("fills")], ["t1", "t2", "t3"])
        order = self.rows("orders", "--open")[0]
        self.assertEqual((order["filled"], order["state"]), ("0.01", "pending_new"))

    def test_running_host(self):
        with subprocess.Popen([PERIGEE, "lua", str(MAKE), str(self.path), "run"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True) as host:
            self.assertEqual(host.stdout.readline(), "ready\n")
            self.assertEqual(len(self.rows("fills")), 2)
            self.assertIn("1 account ", self.ask("reset-pnl"))
            second = self.make()  # a second host on it
            self.assertNotEqual(second.returncode, 0)
            self.assertIn(f"another process ({host.pid}) trades on this ledger", second.stderr + second.stdout)
            host.communicate("go\n", timeout=30)
            self.assertEqual(host.returncode, 0)
        self.assertEqual(self.rows("pnl")[0]["pnl"], "0")

    def test_bad_input(self):
        for arguments, words in ((["fills"], "perigee.db: cannot open"), (["fills", "--since", "soon"], "--since"),
                                 (["fills", "--newest", "0"], "--newest"), (["fils"], "there is no 'fils'"),
                                 ([], "perigee ledger orders"), (["fills", "--nonsense"], "nonsense")):
            run = perigee("ledger", *arguments, cwd=self.folder.name)
            self.assertIn(run.returncode, (1, 2), arguments)
            self.assertIn(words, run.stderr)
            self.assertEqual(run.stdout, "")
        self.path.write_bytes(b"no database at all, but long enough to be looked at as one" * 20)
        run = perigee("ledger", "fills", "--ledger", self.path)
        self.assertEqual(run.returncode, 1)
        self.assertIn("not a database", run.stderr)
        self.assertEqual(perigee("ledger", "--help").returncode, 0)


if __name__ == "__main__":
    unittest.main()

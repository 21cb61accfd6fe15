#!/usr/bin/env python3
"""The program as its user meets it: commands, outputs, bad input, exit codes. Run by ctest: test_cli.py PERIGEE."""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SHARED = ROOT.parent / "shared" / "data"
PERIGEE = str(pathlib.Path(sys.argv.pop(1)).resolve())


def perigee(*arguments, cwd=ROOT):
    return subprocess.run([PERIGEE, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, timeout=100)


class Cli(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.dir = pathlib.Path(cls.folder.name)
        cls.tape = cls.dir / "market.tape"
        made = perigee("data", "generate", cls.tape, "--seed", 5, "--hours", 0.25)
        assert made.returncode == 0, made.stderr

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def backtest(self, *arguments, strategy="strategies/symmetric.lua"):
        return perigee("backtest", strategy, self.tape, "--set", "half_spread_bps=1", *arguments)

    def assertFails(self, run, *words):
        self.assertIn(run.returncode, (1, 2), run.stdout + run.stderr)
        for word in words:
            self.assertIn(word, run.stderr)
        self.assertNotIn("PnL", run.stdout)

    # ---- what works ----

    def test_backtest_writes_its_reports(self):
        html, out, folder = self.dir / "r.html", self.dir / "r.json", self.dir / "csv"
        run = self.backtest("--report", html, "--json", out, "--csv-dir", folder)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("PnL", run.stdout)
        report = json.loads(out.read_text())
        self.assertEqual(report["metrics"]["fills"], len((folder / "fills.csv").read_text().splitlines()) - 1)
        self.assertGreater(report["metrics"]["fills"], 0)
        parts = sum(report["metrics"][name] for name in
                    ("spread_capture", "adverse_selection", "inventory", "fees", "funding"))
        self.assertAlmostEqual(parts, report["metrics"]["pnl"], places=6)
        self.assertIn("Read this first", html.read_text())

    def test_equal_runs_give_equal_bytes(self):
        texts = []
        for i in range(2):
            out, folder, html = self.dir / "same.json", self.dir / "same", self.dir / "same.html"
            self.assertEqual(self.backtest("--json", out, "--csv-dir", folder, "--report", html, "--latency-sigma",
                                           "0.3", strategy="strategies/symmetric.lua").returncode, 0)
            texts.append([p.read_bytes() for p in (out, html, folder / "fills.csv", folder / "equity.csv")])
        self.assertEqual(texts[0], texts[1])

    def test_seed_changes_random_latencies(self):
        runs = [json.loads(self.backtest("--json", "-", "--latency-sigma", 1, "--seed", seed).stdout)["decisions"]
                for seed in (1, 2)]
        self.assertNotEqual(*runs)

    def test_patient_quotes_send_less(self):
        def run(*options):
            done = self.backtest("--json", "-", *options)
            self.assertEqual(done.returncode, 0, done.stderr)
            report = json.loads(done.stdout)
            return report["metrics"]["requests"], report["settings"]

        usual, _ = run()
        patient, settings = run("--reprice-bps", 2, "--min-life-ms", 5000)
        self.assertLess(patient, usual / 2)
        self.assertEqual((settings["reprice"], settings["min_life"]), ("2", "5000"))
        _, settings = run("--ping-pong", "--refresh", 60, "--order-timeout", 90)
        self.assertEqual((settings["mode"], settings["refresh"], settings["order_timeout"]), ("ping_pong", "60", "90"))

    def test_json_to_standard_output_is_json_alone(self):
        self.assertIn("metrics", json.loads(self.backtest("--json", "-").stdout))

    def test_from_and_to(self):
        whole = json.loads(self.backtest("--json", "-").stdout)["market"]["events"]
        part = json.loads(self.backtest("--json", "-", "--from", "00:05", "--to", "00:10").stdout)["market"]["events"]
        self.assertLess(part, whole / 2)

    def test_every_strategy_runs(self):
        for strategy in sorted((ROOT / "strategies").glob("*.lua")):
            run = perigee("backtest", strategy, self.tape, "--quiet", "--json", "-")
            self.assertEqual(run.returncode, 0, f"{strategy}: {run.stderr}")
            self.assertIsNotNone(json.loads(run.stdout)["metrics"]["pnl"])
            self.assertEqual(perigee("params", strategy).returncode, 0)

    def test_lua_program(self):
        program = self.dir / "p.lua"
        program.write_text(f"""
            local bt = require "perigee.backtest"
            local data = bt.data "{self.tape}"
            local rows = bt.sweep {{ strategy = "strategies/symmetric.lua", data = data,
              params = {{ half_spread_bps = bt.range(1, 3, 3) }} }}
            bt.table(rows, {{ "half_spread_bps", "pnl", "fills" }})
            local run = bt.again(rows:best "fills")
            assert(#bt.series(run, "fills") == run.fills and #bt.series(run, "equity") > 100 and run.decisions == rows:best("fills").decisions)
            bt.report(run, "{self.dir}/p.html")
            bt.plot {{ path = "{self.dir}/plot.html", title = "equity", series = {{ {{ rows = bt.series(run, "equity") }} }} }}
        """)
        run = perigee("lua", program)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(len(run.stdout.splitlines()), 4)
        self.assertIn("new Dygraph", (self.dir / "plot.html").read_text())

    def test_help(self):
        for command in ([], ["backtest"], ["data"], ["lua"], ["params"], ["selftest"]):
            run = perigee(*command, "--help")
            self.assertEqual(run.returncode, 0, command)
            self.assertIn("perigee", run.stdout)

    def test_selftest_of_our_own_vectors(self):
        run = perigee("selftest")
        self.assertEqual(run.returncode, 0, run.stdout)
        self.assertIn(" 0 failed", run.stdout.splitlines()[-1])

    # ---- bad input ----

    def test_unknown_command(self):
        self.assertFails(perigee("backtset"), "there is no command 'backtset'")

    def test_parameters(self):
        self.assertFails(self.backtest("--set", "gamma=1"), "has no parameter 'gamma'", "half_spread_bps")
        self.assertFails(self.backtest("--set", "skew_bp=1"), "did you mean 'skew_bps'?")
        self.assertFails(self.backtest("--set", "size=-1"), "below its minimum 0")
        self.assertFails(self.backtest("--set", "size=lots"), "must be a number, not 'lots'")
        self.assertFails(self.backtest("--set", "size"), "takes NAME=VALUE")
        self.assertFails(self.backtest("--set", "size=nan"), "must be a finite number")
        self.assertFails(self.backtest("--set", "fairr.max_stale_s=1"), "did you mean 'fair'?")
        self.assertFails(self.backtest("--estimator", "fair=nowhere"), "there is no estimator 'nowhere'")

    def test_options(self):
        self.assertFails(self.backtest("--queue", "best"), "there is no queue model 'best'", "power3")
        self.assertFails(self.backtest("--queue", "power3:-1"), "queue power")
        self.assertFails(self.backtest("--capital", "0"), "capital must be")
        self.assertFails(self.backtest("--latency", "-5"), "latenc")
        self.assertFails(self.backtest("--latency", "abc"), "takes a number")
        self.assertFails(self.backtest("--from", "yesterday"), "is no time such as")
        self.assertFails(self.backtest("--from", "23:00"), "no events between --from and --to")
        self.assertFails(self.backtest("--max-position", "-1"), "must be positive, or none")
        self.assertFails(self.backtest("--reprice-bps", "-1"), "repricing threshold")
        self.assertFails(self.backtest("--min-life-ms", "1e300"), "least life")
        self.assertFails(self.backtest("--refresh", "-1"), "refresh")
        self.assertFails(self.backtest("--order-timeout", "nan"), "takes a number")
        self.assertFails(self.backtest("--no-such-option"), "--help lists the options")

    def test_files_that_are_not_there(self):
        self.assertFails(perigee("backtest", "strategies/nowhere.lua", self.tape), "strategies/nowhere.lua")
        self.assertFails(perigee("backtest", "strategies/symmetric.lua", "nowhere.tape"), "nowhere.tape")

    def test_broken_tapes(self):
        text = self.tape.read_bytes()
        broken = self.dir / "broken.tape"
        for what, content in (("empty", b""), ("text", b"hello\n" * 1000), ("header", text[:1000]),
                              ("magic", b"X" + text[1:])):
            broken.write_bytes(content)
            run = perigee("backtest", "strategies/symmetric.lua", broken)
            self.assertFails(run, "broken.tape")
        middle = len(text) // 2
        broken.write_bytes(text[:middle] + b"\xff" * 64 + text[middle + 64:])
        self.assertFails(perigee("data", "verify", broken))
        broken.write_bytes(text[:middle + 17])
        run = perigee("backtest", "strategies/symmetric.lua", broken)
        self.assertIn("broken.tape", run.stderr)

    def test_broken_csv(self):
        csv = self.dir / "trades_ETH.csv"
        good = "timestamp,price,size,side,trade_id,exchange_timestamp\n1757015216.67,4266.9,0.5,buy,1,1757015216000\n"
        for line, words in (("1757015217.0,nan,0.5,buy,2,1757015216100\n", ("trades_ETH.csv", "price")),
                            ("1757015217.0,4266.9,-0.5,buy,2,1757015216100\n", ("trades_ETH.csv", "size")),
                            ("1757015217.0,4266.9\n", ("trades_ETH.csv",)),
                            ("1757015217.0;4266.9;0.5;buy;2;1757015216100\n", ("trades_ETH.csv",)),
                            ("1757015217.0,4266.9,0.5,hold,2,1757015216100\n", ("trades_ETH.csv", "side"))):
            csv.write_text(good + line)
            out = self.dir / "bad.tape"
            run = perigee("data", "import", csv, "-o", out)
            self.assertFails(run, *words, ":3")
            self.assertFalse(out.exists())

    def test_scripts_that_fail_leave_no_report(self):
        html = self.dir / "none.html"
        for script in ("runtime_error", "endless_loop", "memory_hog", "nan_price", "syntax_error", "deep_recursion"):
            run = perigee("backtest", f"tests/scripts/hostile/{script}.lua", self.tape, "--report", html)
            self.assertFails(run, f"{script}.lua" if script != "memory_hog" else "MiB of memory")
            self.assertFalse(html.exists())

    # ---- recordings ----

    @unittest.skipUnless(SHARED.exists(), "the shared recordings are not here")
    def test_recordings(self):
        cases = [("hyperliquid_2025-09-04", ["orderbooks_ETH.csv.zst", "prices_ETH.csv.zst", "trades_ETH.csv.zst"]),
                 ("hyperliquid_2025-09-04", ["orderbooks_BTC.csv.zst", "prices_BTC.csv.zst", "trades_BTC.csv.zst"]),
                 ("aster_2025-09-24", ["prices_ETHUSDT.csv.zst", "trades_ETHUSDT.csv.zst"]),
                 ("binance_raw_streams", ["usdm_ethusdt_20240808.gz"]),
                 ("lighter_2025-09-15", ["prices_BTC.csv.zst", "trades_BTC.csv.zst"])]
        for folder, files in cases:
            paths = [SHARED / folder / name for name in files]
            run = perigee("backtest", ROOT / "strategies/symmetric.lua", *paths, "--set", "half_spread_bps=1", "--quiet",
                          "--json", "-", cwd=self.dir)
            self.assertEqual(run.returncode, 0, run.stderr)
            self.assertGreater(json.loads(run.stdout)["metrics"]["fills"], 10, folder)


if __name__ == "__main__":
    unittest.main(verbosity=1)

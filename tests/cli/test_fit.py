#!/usr/bin/env python3
"""`perigee fit` and `perigee quote` as their user meets them. Run by ctest: test_fit.py PERIGEE."""
import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SHARED = ROOT.parent / "shared" / "data"
PERIGEE = str(pathlib.Path(sys.argv.pop(1)).resolve())


def perigee(*arguments, cwd=ROOT):
    return subprocess.run([PERIGEE, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, timeout=100)


class Fit(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.dir = pathlib.Path(cls.folder.name)
        cls.tape = cls.dir / "market.tape"
        made = perigee("data", "generate", cls.tape, "--seed", 5, "--hours", 0.5)
        assert made.returncode == 0, made.stderr

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def rows(self, *arguments):
        run = perigee("fit", *arguments, "--json")
        self.assertEqual(run.returncode, 0, run.stderr)
        return {(row["method"], row["side"]): row for row in json.loads(run.stdout)["rows"]}

    def assertFails(self, run, *words):
        self.assertIn(run.returncode, (1, 2), run.stdout + run.stderr)
        for word in words:
            self.assertIn(word, run.stderr)

    # ---- fit ----

    def test_every_kind(self):
        for what, method in (("sigma", "garch_t"), ("kappa", "mle"), ("hawkes", "hawkes")):
            out, page = self.dir / f"{what}.json", self.dir / f"{what}.html"
            run = perigee("fit", what, self.tape, "--json", out, "--plot", page)
            self.assertEqual(run.returncode, 0, run.stderr)
            self.assertIn(method, run.stdout)
            rows = json.loads(out.read_text())["rows"]
            for row in rows:
                self.assertIn(row["method"], run.stdout)
                self.assertEqual(row["value"] is None, row["status"] in ("too_few_points", "zero_variation",
                                                                        "nonpositive_slope"))
                self.assertGreaterEqual(row["seconds"], 0)
            self.assertIn("new Dygraph", page.read_text())
            self.assertNotIn("http", page.read_text().split("<script>")[-1])

    def test_one_method_and_its_aliases(self):
        self.assertEqual(list(self.rows("sigma", self.tape, "--method", "studentt")), [("garch_t", "both")])
        self.assertEqual(list(self.rows("sigma", self.tape, "--method", "sigma_ewma")), [("ewma", "both")])
        self.assertEqual({key[0] for key in self.rows("kappa", self.tape, "--method", "vq")}, {"virtual_quoting"})

    def test_window_from_and_to(self):
        whole = self.rows("sigma", self.tape, "--method", "simple")[("simple", "both")]["n"]
        last = self.rows("sigma", self.tape, "--method", "simple", "--window", "10m")[("simple", "both")]["n"]
        part = self.rows("sigma", self.tape, "--method", "simple", "--from", "00:05", "--to", "00:10")
        self.assertAlmostEqual(whole, 1800, delta=5)
        self.assertAlmostEqual(last, 600, delta=5)
        self.assertAlmostEqual(part[("simple", "both")]["n"], 300, delta=5)
        wide = self.rows("sigma", self.tape, "--method", "simple", "--step", "10s")[("simple", "both")]["n"]
        self.assertAlmostEqual(wide, 180, delta=3)

    def test_misuse(self):
        self.assertFails(perigee("fit"), "perigee fit sigma|kappa|hawkes")
        self.assertFails(perigee("fit", "sigma"))
        self.assertFails(perigee("fit", "gamma", self.tape), "nothing to fit called 'gamma'")
        self.assertFails(perigee("fit", "sigma", self.tape, "--method", "vq"), "no method 'vq' for sigma", "garch_t")
        self.assertFails(perigee("fit", "sigma", self.tape, "--window", "soon"), "takes a duration")
        self.assertFails(perigee("fit", "sigma", self.tape, "--window", "-1h"), "takes a duration")
        self.assertFails(perigee("fit", "sigma", self.tape, "--from", "noon"), "is no time such as")
        self.assertFails(perigee("fit", "sigma", self.tape, "--from", "20:00"), "no events in the chosen period")
        self.assertFails(perigee("fit", "kappa", self.tape, "--max-distance", "0"), "0 to 1000 bps")
        self.assertFails(perigee("fit", "sigma", "nowhere.tape"), "nowhere.tape")
        self.assertFails(perigee("fit", "sigma", self.tape, "--plot", "/nowhere/x.html"), "/nowhere/x.html")

    def test_too_little_data_tells_why(self):
        run = perigee("fit", "hawkes", self.tape, "--window", "2s")
        self.assertFails(run, "no method gave an estimate")
        self.assertIn("too_few_points", run.stdout)

    # ---- quote ----

    def quote(self, *arguments):
        run = perigee("quote", self.tape, *arguments, "--json")
        self.assertEqual(run.returncode, 0, run.stderr)
        return json.loads(run.stdout)

    def test_quote(self):
        run = perigee("quote", self.tape)
        self.assertEqual(run.returncode, 0, run.stderr)
        for word in ("bid", "ask", "reservation", "sigma", "garch_t", "kappa of bids", "mle", "gamma", "horizon"):
            self.assertIn(word, run.stdout)
        flat, long = self.quote("--kappa", "vq"), self.quote("--kappa", "vq", "--position", 1)
        self.assertLess(long["bid"], flat["bid"])
        self.assertLess(long["ask"], flat["ask"])
        self.assertAlmostEqual(flat["bid"] / 0.1, round(flat["bid"] / 0.1), places=6)
        free = self.quote("--kappa", "vq", "--maker-fee", 0, "--strategy", "glft")
        self.assertEqual(free["strategy"], "glft")
        self.assertGreater(free["a_bid"], 0)
        self.assertAlmostEqual(self.quote("--maker-fee", 20)["half_spread_bid_bps"], 20, places=6)

    def test_quote_misuse(self):
        self.assertFails(perigee("quote"))
        self.assertFails(perigee("quote", self.tape, "--strategy", "magic"), "as or glft")
        self.assertFails(perigee("quote", self.tape, "--gamma", "-1"), "gamma must lie above 0")
        self.assertFails(perigee("quote", self.tape, "--gamma", "nan"), "takes a number")
        self.assertFails(perigee("quote", self.tape, "--sigma", "magic"), "no method 'magic' for sigma")
        self.assertFails(perigee("quote", self.tape, "--kappa", "simple"), "a rate of trades")
        self.assertFails(perigee("quote", self.tape, "--times", "0"), "whole number from 1")

    def test_parameter_files(self):
        file = self.dir / "params" / "ETH.json"
        run = perigee("quote", self.tape, "--kappa", "vq", "--params-out", file, "--every", "50ms", "--times", 3)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(run.stdout.count("reservation price"), 3)
        self.assertEqual([p.name for p in file.parent.iterdir()], ["ETH.json"])
        params = json.loads(file.read_text())

        def backtest(*settings):
            arguments = [word for setting in settings for word in ("--set", setting)]
            run = perigee("backtest", "strategies/avellaneda_stoikov.lua", self.tape, "--json", "-", *arguments)
            self.assertEqual(run.returncode, 0, run.stderr)
            return json.loads(run.stdout), run.stderr

        used, log = backtest(f"params_file={file}", "require_params=true")
        plain, _ = backtest()
        self.assertGreater(used["metrics"]["fills"], 0)
        self.assertNotEqual(used["decisions"], plain["decisions"])
        self.assertIn("look ahead", log)
        none = self.dir / "none.json"
        silent, log = backtest(f"params_file={none}", "require_params=true")
        self.assertEqual(silent["metrics"]["fills"], 0)
        self.assertIn("nothing is quoted", log)
        fallen, log = backtest(f"params_file={none}")
        self.assertEqual(fallen["decisions"], plain["decisions"])
        self.assertIn("the estimators stand in", log)
        for wrong, reason in (({**params, "symbol": "BTC"}, "is for BTC"), ({**params, "time_s": 1.0}, "stale"),
                              ({"symbol": "ETH"}, "no time_s"), ([1, 2], "not a JSON object"), (None, "not a JSON object")):
            none.write_text(json.dumps(wrong))
            silent, log = backtest(f"params_file={none}", "require_params=true")
            self.assertEqual(silent["metrics"]["fills"], 0)
            self.assertIn(reason, log)
        none.write_text(json.dumps({**params, "sigma_rel": -1}))
        self.assertEqual(backtest(f"params_file={none}")[0]["metrics"]["fills"], 0)

    def test_a_quote_that_fails_keeps_the_file(self):
        file = self.dir / "kept.json"
        file.write_text("old")
        self.assertFails(perigee("quote", self.tape, "--window", "2s", "--params-out", file), "no quote: sigma")
        self.assertEqual(file.read_text(), "old")

    def test_every_ends_with_a_signal(self):
        run = subprocess.Popen([PERIGEE, "quote", str(self.tape), "--every", "1h", "--json"], cwd=ROOT,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertIn("{", run.stdout.readline())
        time.sleep(0.2)
        run.send_signal(signal.SIGINT)
        out, err = run.communicate(timeout=20)
        self.assertEqual((out, err), ("", ""))
        self.assertEqual(run.returncode, 0)

    @unittest.skipUnless(SHARED.exists(), "the shared recordings are not here")
    def test_recordings(self):
        paths = [SHARED / "hyperliquid_2025-09-04" / f"{name}_ETH.csv.zst" for name in ("orderbooks", "prices", "trades")]
        for what in ("sigma", "kappa", "hawkes"):
            self.assertTrue(any(row["value"] for row in self.rows(what, *paths).values()), what)
        self.assertEqual(perigee("quote", *paths).returncode, 0)


if __name__ == "__main__":
    unittest.main(verbosity=1)

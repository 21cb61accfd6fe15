#!/usr/bin/env python3
"""`perigee check` as its user meets it: the shipped configuration, every kind of mistake, keys, paths. Run by ctest:
test_check.py PERIGEE."""
import os
import pathlib
import re
import stat
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PERIGEE = str(pathlib.Path(sys.argv.pop(1)).resolve())
KEY = "4f3edf983ac636a65a842ce7c78d9aa706d3b113bce9c46f30d7d21715b23b1d"  # a published test key (Ganache's first)

LIMITS = "risk { max_position_usd = 1000, max_order_usd = 100, max_daily_loss_usd = 50, max_drawdown = 0.1 }\n"


def live(key, more=""):
    return (f'venue "hl" {{ kind = "hyperliquid", network = "mainnet", key = {key}, unknown_orders = "leave"{more} }}\n'
            'market { venue = "hl", symbol = "ETH", strategy = "strategies/symmetric.lua", capital = 500 }\n' + LIMITS)


def paper(market="", more=""):
    return ('venue "paper" { kind = "hyperliquid", network = "local", data = "synthetic" }\n'
            'market { venue = "paper", symbol = "ETH", strategy = "strategies/symmetric.lua"' + market + ' }\n' + more)


class Check(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.dir = pathlib.Path(self.folder.name)

    def tearDown(self):
        for path in self.dir.rglob("*"):
            if path.is_dir():
                path.chmod(0o700)
        self.folder.cleanup()

    def check(self, text=None, environment=None, cwd=None):
        arguments = []
        if text is not None:
            (self.dir / "my.lua").write_text(text)
            arguments = [str(self.dir / "my.lua")]
        run = subprocess.run([PERIGEE, "check", *arguments], cwd=cwd or self.dir, capture_output=True, text=True,
                             timeout=60, env={"PATH": os.environ["PATH"], **(environment or {})})
        self.assertNotIn(KEY, run.stdout + run.stderr)
        return run

    def assertGood(self, run, *words):
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        self.assertTrue(run.stdout.endswith("all is well\n"))
        for word in words:
            self.assertIn(word, run.stdout)

    def assertBad(self, run, *words):
        self.assertEqual(run.returncode, 1, run.stdout + run.stderr)
        self.assertNotIn("all is well", run.stdout)
        for word in words:
            self.assertIn(word, run.stderr)

    # ---- what is well ----

    def test_shipped(self):
        run = self.check(cwd=ROOT)
        self.assertGood(run, "venue paper: hyperliquid, local", "venue hl: hyperliquid, mainnet, disabled",
                        "market ETH of paper", "strategies/glft.lua, version ", "half_life_s 60 s",
                        "1,000.00 USD", "shutdown")
        self.assertNotIn("REAL ORDERS", run.stdout)
        self.assertLessEqual(max(map(len, run.stdout.splitlines())), 120)

    def test_examples_in_the_shipped_file(self):
        """What is commented out there is right as well: a setting that is uncommented is accepted."""
        text = (ROOT / "config.lua").read_text()
        settings = re.findall(r"^ *-- \w+ *= .*$", text, re.M)
        self.assertGreater(len(settings), 15)
        for setting in settings:
            alone = re.sub(r"^( *)-- ", r"\1", setting).replace("0x...", "0x" + "1" * 40)
            line = text[:text.index(setting)].count("\n") + 1
            run = self.check(text.replace(setting, alone), cwd=ROOT, environment={"PERIGEE_HOME": str(ROOT)})
            for problem in run.stderr.splitlines():  # contradictions with what stands beside it may be found
                self.assertNotRegex(problem, "has no setting|must be", f"line {line}: {alone}")

    def test_starts_nothing(self):
        self.assertGood(self.check(paper()))
        self.assertEqual([path.name for path in self.dir.iterdir()], ["my.lua"])

    def test_other_folder_finds_own_strategies(self):
        self.assertGood(self.check(paper()), "strategies/symmetric.lua, version")

    # ---- what is not ----

    def test_no_file(self):
        self.assertBad(self.check(), "config.lua", "run where there is a config.lua")

    def test_all_problems_with_their_lines(self):
        run = self.check('venue "v" { kind = "hyperliquid", network = "local", dta = "synthetic" }\n\n'
                         'market { venue = "w", symbol = "ETH", strategy = "strategies/symmetric.lua" }\n'
                         'risk { max_drawdown = 5 }\n')
        self.assertBad(run, "my.lua:1: venue has no setting 'dta' (did you mean 'data'?)", "my.lua:3: there is no venue",
                       "my.lua:4: max_drawdown is 5", "4 problems")

    def test_strategy_with_a_mistake(self):
        (self.dir / "mine.lua").write_text('local S = strategy { name = "mine" }\nfunction S:on_book(ctx\nreturn S\n')
        run = self.check(paper().replace("strategies/symmetric.lua", "mine.lua"))
        self.assertBad(run, "my.lua:2", "mine.lua:3", "1 problem\n")

    def test_parameters_and_estimators(self):
        self.assertBad(self.check(paper(", params = { sise = 1 }")), "my.lua:2", "did you mean 'size'?")
        self.assertBad(self.check(paper(", params = { half_spread_bps = -1 }")), "below its minimum 0.01")
        self.assertBad(self.check(paper(', estimators = { fare = "fair_mid" }')), "no estimator slot 'fare'")
        self.assertBad(self.check(paper(', estimators = { fair = "fair_mit" }')), "no estimator 'fair_mit'")
        self.assertBad(self.check(paper(', estimators = { fair = { "fair_mid", max_stale_s = -5 } }')), "max_stale_s")
        self.assertGood(self.check(paper(', estimators = { fair = { "fair_mid", max_stale_s = 7 } }')),
                        "max_stale_s 7 s")

    def test_data(self):
        (self.dir / "not.tape").write_text("not a tape" * 100)
        self.assertBad(self.check(paper().replace("synthetic", "not.tape")), "my.lua:1", "not.tape")

    def test_paths_that_cannot_be_written(self):
        closed = self.dir / "closed"
        closed.mkdir(mode=0o500)
        self.dir.chmod(0o755)
        user = {}
        if os.geteuid() == 0:  # root can write everywhere: somebody else looks
            user = {"user": 65534}
            os.chown(closed, 65534, -1)
        (self.dir / "my.lua").write_text(paper(more='host { ledger = "closed/a/perigee.db" }'))
        try:
            run = subprocess.run([PERIGEE, "check", "my.lua"], cwd=self.dir, capture_output=True, text=True, timeout=60,
                                 **user)
        except PermissionError:
            self.skipTest("another user cannot run the program")
        self.assertBad(run, "my.lua:3: closed/a/perigee.db", "closed cannot be written by this user")

    def test_paths_under_a_file(self):
        (self.dir / "file").write_text("x")
        self.assertBad(self.check(paper(more='host { ledger = "file/perigee.db" }')), "my.lua:3: file/perigee.db")

    # ---- keys ----

    def test_key_in_the_environment(self):
        self.assertBad(self.check(live('env "HL_KEY"')), "my.lua:1", "HL_KEY")
        run = self.check(live('env "HL_KEY"'), {"HL_KEY": "0x" + KEY})
        self.assertGood(run, "REAL ORDERS", "environment variable HL_KEY")
        self.assertBad(self.check(live('env "HL_KEY"'), {"HL_KEY": "0x" + KEY[:-1]}), "my.lua:1")

    def test_key_in_dotenv(self):
        dotenv = self.dir / ".env"
        dotenv.write_text(f"# keys\nOTHER=1\nHL_KEY=0x{KEY}\n")
        dotenv.chmod(0o600)
        self.assertGood(self.check(live('env "HL_KEY"')))
        self.assertBad(self.check(live('env "NO_KEY"')), "NO_KEY")

    def test_two_venues_with_one_key(self):
        both = live('env "HL_KEY"') + live('env "HL_KEY"').replace('"hl"', '"hl2"').replace(LIMITS, "")
        self.assertGood(self.check(both, {"HL_KEY": KEY}))

    def test_key_in_a_file(self):
        path = self.dir / "key"
        path.write_text(KEY + "\n")
        path.chmod(0o600)
        self.assertGood(self.check(live('file "key"')))
        path.chmod(0o644)
        self.assertBad(self.check(live('file "key"')), "my.lua:1", "key")
        path.unlink()
        self.assertBad(self.check(live('file "key"')), "my.lua:1", "key")

    def test_key_in_the_keystore(self):
        secret = self.dir / "passphrase"
        secret.write_text("correct horse battery\n")
        secret.chmod(0o600)
        store = ["--store", str(self.dir / "keys.json"), "--passphrase-file", str(secret)]
        made = subprocess.run([PERIGEE, "keys", "new", *store, "main"], capture_output=True, text=True, timeout=60)
        self.assertEqual(made.returncode, 0, made.stderr)
        self.assertEqual(stat.S_IMODE((self.dir / "keys.json").stat().st_mode), 0o600)
        text = live('keystore "main"') + 'host { keystore = "keys.json" }\n'
        self.assertGood(self.check(text), "keystore entry main")
        self.assertBad(self.check(text.replace('"main"', '"other"')), "my.lua:1", "no entry 'other'", "perigee keys")

    def test_key_in_the_configuration(self):
        for key in (f'"0x{KEY}"', f"'{KEY}'", f"0x{KEY}", KEY, f'env "{KEY}"', f'keystore "{KEY}"', f'file "{KEY}"'):
            self.assertBad(self.check(live(key)), "my.lua")

    def test_misuse(self):
        self.assertEqual(subprocess.run([PERIGEE, "check", "a", "b"], capture_output=True).returncode, 2)
        self.assertEqual(subprocess.run([PERIGEE, "check", "--hlep"], capture_output=True).returncode, 2)
        self.assertEqual(subprocess.run([PERIGEE, "check", "--help"], capture_output=True).returncode, 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)

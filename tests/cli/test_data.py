#!/usr/bin/env python3
"""perigee record and perigee data as their user meets them: real processes, the built-in exchange, files on disk. Run by
ctest: test_data.py PERIGEE."""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PERIGEE = str(pathlib.Path(sys.argv.pop(1)).resolve())
SHARED = ROOT.parent / "shared" / "data"
PATIENCE_S = 30
FORMATS = "tape,parquet,csv,parts"


def perigee(folder, *arguments):
    return subprocess.run([PERIGEE, *map(str, arguments)], cwd=folder, capture_output=True, text=True, timeout=120,
                          env={**os.environ, "PERIGEE_HOME": str(ROOT)})


class Base(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="perigee-data-"))
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)

    def run_data(self, *arguments, code=0):
        run = perigee(self.dir, "data", *arguments)
        self.assertEqual(run.returncode, code, run.stdout + run.stderr)
        return run.stdout + run.stderr

    def start(self, *arguments, command="record"):
        process = subprocess.Popen([PERIGEE, command, *map(str, arguments)], cwd=self.dir, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True, stdin=subprocess.DEVNULL,
                                   env={**os.environ, "PERIGEE_HOME": str(ROOT)})
        self.addCleanup(process.kill)
        self.addCleanup(process.stdout.close)
        return process

    def wait_for(self, condition):
        until = time.monotonic() + PATIENCE_S
        while not condition():
            self.assertLess(time.monotonic(), until, "it did not happen in time")
            time.sleep(0.05)


class Record(Base):
    def journal_bytes(self):
        return sum(path.stat().st_size for path in self.dir.glob("rec/*/eth/journal_*.part"))

    def test_killed_stopped_and_gone_on_with(self):
        """kill -9, then Ctrl-C: one recording without a defect but its gap, in every format."""
        first = self.start("hyperliquid:local:ETH", "hyperliquid:local:BTC", "--dir", "rec", "--formats", FORMATS)
        self.wait_for(lambda: self.journal_bytes() > 6000)
        first.send_signal(signal.SIGKILL)
        first.wait()
        self.assertEqual(list(self.dir.glob("rec/*/eth/events_*")), [])
        second = self.start("hyperliquid:local:ETH", "hyperliquid:local:BTC", "--dir", "rec", "--formats", FORMATS)
        self.wait_for(lambda: len(list(self.dir.glob("rec/*/eth/events_*.tape"))) == 1)  # what was left is mended
        refused = perigee(self.dir, "record", "hyperliquid:local:ETH", "--dir", "rec", "--seconds", 1)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("another recorder", refused.stderr)
        self.wait_for(lambda: self.journal_bytes() > 6000)
        second.send_signal(signal.SIGINT)
        said = second.communicate(timeout=PATIENCE_S)[0]
        self.assertEqual(second.returncode, 0, said)
        self.assertRegex(said, r"\d+ events .* trades .* gaps \d+ .* venue>here")
        self.assertIn("made from the journal", said)
        folder = next(self.dir.glob("rec/*/eth"))
        self.assertEqual(sorted(p.suffix for p in folder.glob("events_*")), [".parquet", ".parquet", ".tape", ".tape"])
        self.assertEqual(list(folder.glob("*.tmp")) + list(folder.glob("journal_*")), [])
        found = self.run_data("verify", folder, code=1)  # the gap is a defect that is told
        self.assertRegex(found, r"recorder did not run")
        self.assertNotIn("trades repeated", found)
        info = self.run_data("info", folder)
        self.assertIn("hyperliquid ETH", info)
        state = json.loads((folder / "state.json").read_text())
        self.assertEqual(state["part"], "2")
        trades = (folder / "trades.csv").read_text().splitlines()[1:]
        self.assertEqual(len(trades), len(set(trades)))

    def exchange(self, port):
        process = self.start("hyperliquid", "--synthetic", "--coin", "ETH", "--port", port, command="exchange")
        return process, process.stdout.readline().split()[-1]

    def test_venue_is_gone_for_a_while(self):
        """The venue ends and comes back with another market: a gap with its reason, and a book that fits."""
        first, url = self.exchange(0)
        (self.dir / "config.lua").write_text(
            f'venue "far" {{ kind = "hyperliquid", network = "local", url = "{url}" }}\n'
            'market { venue = "far", symbol = "ETH", strategy = "strategies/symmetric.lua", capital = 1 }\n'
            'record { dir = "rec" }\nhost { trading_enabled = false }\nweb { enabled = false }\n')
        recorder = self.start()
        self.wait_for(lambda: self.journal_bytes() > 5000)
        first.send_signal(signal.SIGKILL)
        first.wait()
        time.sleep(0.5)
        second, again = self.exchange(int(url.rsplit(":", 1)[1]))
        self.assertEqual(again, url)
        before = self.journal_bytes()
        self.wait_for(lambda: self.journal_bytes() > before + 1500)
        recorder.send_signal(signal.SIGTERM)
        said = recorder.communicate(timeout=PATIENCE_S)[0]
        self.assertEqual(recorder.returncode, 0, said)
        self.assertIn("connection lost", said)
        second.send_signal(signal.SIGINT)
        found = self.run_data("verify", "rec/far/eth", code=1)
        self.assertRegex(found, r"\d+\.\d+ s  connection lost")
        self.assertNotIn("bid above the ask", found)

    def metric(self, url, name):
        with urllib.request.urlopen(url + "/metrics", timeout=10) as answer:
            found = re.search(rf"^{name}(?:_total)? (\S+)$", answer.read().decode(), re.M)
        return float(found[1])

    def test_session_records_its_own_orders(self):
        (self.dir / "maker.lua").write_text("""
local S = strategy { name = "maker" }
function S:on_book(ctx)
  if ctx.bid and ctx.ask then ctx:quote { bid = { ctx.bid, 0.1 }, ask = { ctx.ask, 0.1 } } end
end
return S
""")
        (self.dir / "config.lua").write_text(
            'venue "paper" { kind = "hyperliquid", network = "local", data = "synthetic" }\n'
            'market { venue = "paper", symbol = "ETH", strategy = "maker.lua", capital = 100000, max_position = 5 }\n'
            'record { dir = "rec", formats = { "tape", "parquet", "csv" } }\nweb { port = 0 }\n')
        session = self.start("--seconds", 6, command="run")
        said = ""
        while "http://" not in said:
            line = session.stdout.readline()
            self.assertNotEqual(line, "", said)
            said += line
        url = re.search(r"http://[0-9.:]+", said)[0]
        self.wait_for(lambda: self.metric(url, "perigee_recorder_events") > 0)
        for name in ("gaps", "lost_disk", "lost_queue", "stuck"):
            self.assertEqual(self.metric(url, f"perigee_recorder_{name}"), 0)
        said += session.communicate(timeout=PATIENCE_S)[0]
        self.assertEqual(session.returncode, 0, said)
        folder = self.dir / "rec" / "paper" / "eth"
        head = self.run_data("head", next(folder.glob("events_*.parquet")), "-n", 1000000)
        self.assertRegex(head, r"\border\b")
        self.assertEqual(self.run_data("head", next(folder.glob("events_*.tape")), "-n", 1000000), head)
        played = perigee(self.dir, "exchange", "hyperliquid", "--data", next(folder.glob("events_*.tape")), "--help")
        self.assertEqual(played.returncode, 0)

    def test_refusals(self):
        for arguments, words in [(["nowhere.lua"], "nowhere.lua"), (["hyperliquid:mars:ETH"], "mars"),
                                 (["hyperliquid:local:ETH", "--formats", "feather"], "feather"),
                                 (["hyperliquid:local:ETH", "--dir", "/proc/rec"], "/proc"),
                                 (["a:b"], "KIND:NETWORK:SYMBOL")]:
            run = perigee(self.dir, "record", *arguments, "--seconds", 1)
            self.assertNotEqual(run.returncode, 0, arguments)
            self.assertIn(words, run.stderr)


class Data(Base):
    def setUp(self):
        super().setUp()
        self.run_data("generate", "a.tape", "--hours", 0.1, "--seed", 3)

    def test_all_ways_round(self):
        head = self.run_data("head", "a.tape", "-n", 1000000)
        for source, out, form in [("a.tape", "b.parquet", None), ("b.parquet", "c.tape", "packed"),
                                  ("c.tape", "d.tape", None)]:
            self.run_data("convert", source, out, *(["--to", form] if form else []))
            self.assertEqual(self.run_data("head", out, "-n", 1000000), head)
            self.assertIn("events", self.run_data("verify", out))
        for form in ("csv", "parts"):
            self.run_data("convert", "c.tape", form, "--to", form)
            self.assertIn("snapshot_begin", self.run_data("info", form))
            self.assertNotIn("trades repeated", self.run_data("verify", form))
        trades = [self.run_data("info", form) for form in ("csv", "parts", "a.tape")]
        counts = {re.search(r"(\d+) buys, (\d+) sells", text).groups() for text in trades}
        self.assertEqual(len(counts), 1)
        again = self.run_data("convert", "a.tape", "b.parquet", code=1)
        self.assertIn("there already", again)

    def test_backtest_of_any_format(self):
        self.run_data("convert", "a.tape", "b.parquet")
        self.run_data("convert", "a.tape", "c.tape", "--to", "packed")
        results = set()
        for source in ("a.tape", "b.parquet", "c.tape"):
            run = perigee(self.dir, "backtest", ROOT / "strategies/symmetric.lua", source, "--set", "half_spread_bps=1",
                          "--quiet", "--json", "-")
            self.assertEqual(run.returncode, 0, run.stderr)
            results.add(json.dumps(json.loads(run.stdout)["metrics"] if "metrics" in json.loads(run.stdout)
                                   else {k: v for k, v in json.loads(run.stdout).items() if k not in ("market", "settings")},
                                   sort_keys=True))
        self.assertEqual(len(results), 1)
        self.assertEqual(perigee(self.dir, "fit", "sigma", "b.parquet").returncode, 0)

    def test_slice_and_merge(self):
        self.run_data("slice", "a.tape", "x.parquet", "--to", "2025-01-01T00:03:00")
        self.run_data("slice", "a.tape", "y.tape", "--from", "2025-01-01T00:02:00", "--as", "packed")
        self.run_data("merge", "x.parquet", "y.tape", "z.tape")
        counts = [re.search(r"(\d+) buys, (\d+) sells", self.run_data("info", f)).groups() for f in ("a.tape", "z.tape")]
        self.assertEqual(counts[0], counts[1])
        self.assertIn("no events", self.run_data("slice", "a.tape", "n.tape", "--from", "2030-01-01T00:00:00", code=1))

    def test_verify_and_repair(self):
        self.run_data("convert", "a.tape", "c.tape", "--to", "packed")
        for name in ("a.tape", "c.tape"):
            text = bytearray((self.dir / name).read_bytes())
            text[len(text) // 2] ^= 0xFF
            (self.dir / name).write_bytes(text)
            self.run_data("verify", name, code=1)
            mended = self.run_data("verify", name, "--repair", "new_" + name)
            self.assertRegex(mended, r"lost in damaged blocks [1-9]\d*.*gaps marked 1")
            self.assertEqual((self.dir / name).read_bytes(), bytes(text))
            self.assertIn("damaged data left out", self.run_data("verify", "new_" + name, code=1))
        (self.dir / "trades.csv").write_text(
            "timestamp_ms,datetime,market,side,price,quantity,trade_id,trade_type\n"
            "1762979756900,2025-11-12 20:35:56.900 UTC,eth_usd,buy,3400.2,1.018,1,TRADE\n"
            "1762979756901,2025-11-12 20:35:56.901 UTC,eth_usd,buy,abc,1.018,2,TRADE\n"
            "1762979757000,2025-11-12 20:35:57.000 UTC,eth_usd,sell,3400.1,1.62,3,TRADE\n")
        self.assertIn("trades.csv:3", self.run_data("verify", "trades.csv", code=1))
        self.assertIn("malformed 1", self.run_data("verify", "trades.csv", "--repair", "t.tape"))
        self.assertIn("1 buys, 1 sells", self.run_data("info", "t.tape"))

    def test_stats(self):
        text = self.run_data("stats", "a.tape", "--plot", "out.html", "--json", "out.json")
        for word in ("spread", "latency", "volatility", "gaps", "a second"):
            self.assertIn(word, text)
        figures = json.loads((self.dir / "out.json").read_text())
        self.assertEqual(figures["events"], sum(figures["kinds"].values()))
        self.assertEqual(len(figures["hours"]), 24)
        self.assertAlmostEqual(sum(slot[7] for slot in figures["slots"]), figures["volume"], places=6)
        page = (self.dir / "out.html").read_text()
        self.assertNotRegex(page, r'(src|href)="http')

    @unittest.skipUnless(SHARED.is_dir(), "the recordings are not there")
    def test_foreign_parquet(self):
        """A description of a few lines reads what no shipped layout knows."""
        (self.dir / "deep.lua").write_text("""
return {
    venue = "binance", format = "parquet", record = "book",
    columns = { local_time = "ts_ms", exchange_time = "exch_ts_ms", symbol = "symbol", sequence = "seq",
                bid_price = "bids_px", bid_size = "bids_qty", ask_price = "asks_px", ask_size = "asks_qty" },
    units = { local_time = "ms", exchange_time = "ms" },
}
""")
        book = SHARED / "binance_spot_btc_2026-02-16_deep" / "lobdeep_btc_spot_2026-02-16_04.parquet"
        text = self.run_data("info", book, "--layout", "deep.lua")
        self.assertIn("2559 snapshot_end", text)
        self.assertIn("5118000 level", text)


if __name__ == "__main__":
    unittest.main(verbosity=1)

#!/usr/bin/env python3
"""Every example of examples/extended on the built-in exchange: what it did there, and what it said.
Run by ctest: test_extended_examples.py PERIGEE."""
import csv
import json
import math
import pathlib
import random
import tempfile
import unittest

from extended import KEYS, ME, OTHER, PERIGEE, THIRD, VAULT, Case, Venue
from local import ROOT

EXAMPLES = ROOT / "examples" / "extended"
FRAMES = ROOT.parent / "shared" / "data" / "raw_venue_messages" / "extended_ws_frames_2026-08_09.jsonl"
TESTED = set()


class Examples(Case):
    @classmethod
    def setUpClass(cls):
        cls.exchange = Venue("--no-limits", "--coin", "BTC", "--coin", "ETH")
        cls.addClassCleanup(cls.exchange.stop)

    def example(self, name, *arguments, user=None):
        TESTED.add(name)
        return self.run_program(EXAMPLES / f"{name}.lua", *arguments, user=user)

    def start(self, name, *arguments, user=None):
        TESTED.add(name)
        return self.start_program(EXAMPLES / f"{name}.lua", *arguments, user=user)

    def order(self, user, order_id):
        return self.get(f"/user/orders/{order_id}", user)


def by_name(cells):
    return {line[0]: line[1:] for line in cells}


class Questions(Examples):
    def test_basic_usage(self):
        said = by_name(self.example("basic_usage", user=ME))
        self.assertEqual(said["markets"], ["2"])
        self.assertEqual(said["market"][:2], ["BTC-USD", "active"])
        self.assertLess(float(said["best bid"][0]), float(said["best bid"][2]))
        self.assertEqual(said["account"][2:], [str(VAULT), "ACTIVE"])
        fees = self.get("/user/fees?market=BTC-USD", ME)[0]
        self.assertEqual(said["maker rate"], [fees["makerFeeRate"], "taker rate", fees["takerFeeRate"]])

    def test_balance(self):
        said = by_name(self.example("balance", user=THIRD))
        self.assertEqual(said["equity"], ["100000.000000"])
        self.assertNotIn("order", said)

    def test_funding_rate(self):
        said = by_name(self.example("funding_rate", user=THIRD))
        stats = self.get("/info/markets/BTC-USD/stats")
        self.assertEqual(float(said["now"][0]), float(stats["fundingRate"]))
        self.assertIn("a year", said["now"][1])
        self.assertEqual(said["payments"], ["0.000000"])

    def test_leverage(self):
        cells = self.example("leverage", "--leverage", 7, user=THIRD)
        self.assertEqual([line[1] for line in cells], ["20", "7"])
        self.assertEqual(self.get("/user/leverage?market=BTC-USD", THIRD)[0]["leverage"], "7")
        ran = self.run_lua(EXAMPLES / "leverage.lua", "--leverage", 500, user=THIRD)
        self.assertIn("1050: BTC-USD has a leverage of at most 50", ran.stderr)

    def test_trade_history(self):
        for side in ("buy", "sell", "buy"):
            self.example("market_order", "--side", side, "--market", "ETH-USD", "--size", "0.1", user=OTHER)
        trades = self.get("/user/trades", OTHER)
        buys = [one for one in trades if one["side"] == "BUY"]
        self.assertGreater(len(buys), 1)
        cells = self.example("trade_history", "--side", "buy", "--page", 1, user=OTHER)
        self.assertEqual(len(cells) - 1, len(buys))
        self.assertEqual([line[4] for line in cells[:-1]], [one["price"] for one in buys])
        self.assertAlmostEqual(float(cells[-1][5]), sum(float(one["fee"]) for one in buys), places=4)
        self.example("close_position", "--market", "ETH-USD", user=OTHER)


class Orders(Examples):
    def test_order_and_cancel(self):
        cells = self.example("order_and_cancel", user=ME)
        self.assertEqual([line[:2] for line in cells],
                         [["order", "accepted"], ["at the venue", "NEW"], ["cancelled", "CANCELLED"]])
        order = self.order(ME, cells[0][2])
        self.assertEqual((order["status"], order["side"], order["postOnly"]), ("CANCELLED", "BUY", True))
        self.assertEqual(float(order["qty"]), 0.001)

    def test_replace_order(self):
        said = by_name(self.example("replace_order", user=ME))
        self.assertLess(float(said["first"][0]), float(said["second"][0]))
        self.assertEqual(said["the first is"], ["CANCELLED", "ORDER_REPLACED"])
        self.assertEqual(said["the second is"], ["CANCELLED"])

    def test_market_order_and_close_position(self):
        before = self.position(THIRD)
        said = by_name(self.example("market_order", "--side", "sell", "--size", "0.02", user=THIRD))
        self.assertEqual(said["order"][:3], ["FILLED", "filled", "0.02"])
        self.assertAlmostEqual(self.position(THIRD), before - 0.02)
        cells = self.example("close_position", user=THIRD)
        self.assertEqual(cells[-1], ["position", "0"])
        self.assertEqual(self.position(THIRD), 0)

    def test_stop_loss(self):
        cells = self.example("stop_loss", "--market", "ETH-USD", "--size", "0.5", user=ME)
        legs = [line for line in cells if line[0] == "leg"]
        self.assertEqual([line[1:3] for line in legs], [["TPSL", "UNTRIGGERED"]] * 2)
        self.assertEqual(cells[-1], ["open orders", "0"])
        for line in legs: # they ended with the position
            self.assertEqual(self.order(ME, line[3])["status"], "CANCELLED")
        self.assertEqual(self.position(ME, "ETH-USD"), 0)

    def test_conditional_order(self):
        cells = self.example("conditional_order", user=ME)
        self.assertEqual(cells[0][1:3], ["CONDITIONAL", "UNTRIGGERED"])
        self.assertEqual(cells[1], ["cancelled", "CANCELLED"])

    def test_dead_man_switch(self):
        cells = self.example("dead_man_switch", user=OTHER)
        self.assertEqual([line[1] for line in cells], ["NEW", "NEW", "CANCELLED"])
        self.assertEqual(self.open_orders(OTHER), [])

    def test_limit_maker(self):
        program = self.start("limit_maker", "--market", "ETH-USD", "--size", "0.1", "--seconds", 3, "--half-spread", 50,
                             user=ME)
        lines = [program.line().split("\t") for _ in range(2)]
        self.assertEqual([line[:2] for line in lines], [["quote", "BUY"], ["quote", "SELL"]])
        resting = {order["side"]: float(order["price"]) for order in self.open_orders(ME)}
        mid = sum(float(line[2]) for line in lines) / 2
        self.assertAlmostEqual(resting["BUY"] / mid, 0.995, delta=1e-3)
        self.assertAlmostEqual(resting["SELL"] / mid, 1.005, delta=1e-3)
        self.assertEqual(self.finish(program)[-1][0], "cancelled")
        self.assertEqual(self.open_orders(ME), [])


class Money(Examples):
    def balance(self, user):
        return float(self.get("/user/balance", user)["balance"])

    def test_transfer(self):
        before = [self.balance(user) for user in (OTHER, THIRD)]
        cells = self.example("transfer", "--to-vault", VAULT + THIRD, "--to-key", KEYS[THIRD][1], "--amount", "12.5",
                             user=OTHER)
        self.assertEqual([line[0] for line in cells], ["before", "transfer", "after"])
        self.assertEqual(cells[1][2], "true")
        after = [self.balance(user) for user in (OTHER, THIRD)]
        self.assertAlmostEqual(before[0] - after[0], 12.5, places=6)
        self.assertAlmostEqual(after[1] - before[1], 12.5, places=6)

    def test_withdraw(self):
        before = self.balance(OTHER)
        cells = self.example("withdraw", "--recipient", "0x1234", "--amount", "7.25", user=OTHER)
        self.assertEqual(cells[1][:2], ["WITHDRAWAL", "-7.250000"])
        self.assertAlmostEqual(before - self.balance(OTHER), 7.25, places=6)


class Streams(Examples):
    def test_public_trades(self):
        program = self.start("public_trades", "--count", 1)
        self.example("market_order", "--size", "0.003", user=ME)
        lines = self.finish(program)
        self.assertEqual(lines[0][1], "BTC-USD")
        self.assertIn(lines[0][2], ("BUY", "SELL"))
        known = [one["i"] for one in self.get("/info/markets/BTC-USD/trades")]
        self.assertIn(int(lines[0][6]), known)
        self.example("close_position", user=ME)

    def test_ws_latency(self):
        cells = self.example("ws_latency", "--market", "ETH-USD", "--count", 20)
        self.assertEqual(cells[0], ["messages", "20"])
        least, median = (float(cell.split()[-2]) for cell in cells[1][1:3])
        self.assertLessEqual(least, median)
        self.assertGreater(median, -5) # one clock

    def test_ws_book(self):
        cells = self.example("ws_book", "--count", 5, "--levels", 3)
        self.assertEqual(cells[0][0], "snapshot")
        for line in cells:
            if line[0] == "":
                self.assertLess(float(line[2]), float(line[3]))
        self.assertEqual(len([line for line in cells if line[0] == ""]), 15)

    def test_ws_best_prices(self):
        names = {line[0] for line in self.example("ws_best_prices", "--count", 25)}
        self.assertEqual(names, {"best_bid_ask", "mark_price", "index_price"})

    def test_ws_candles(self):
        cells = self.example("ws_candles", "--count", 2)
        self.assertEqual(len(cells[0]), 9)
        self.assertLessEqual(float(cells[0][6]), float(cells[0][4]))

    def test_ws_account(self):
        cells = self.example("ws_account", user=OTHER)
        self.assertEqual(sorted(line[0] for line in cells if line[1] == "how it stands"), ["BALANCE", "ORDER", "POSITION"])
        program = self.start("ws_account", "--count", 5, user=OTHER)
        for _ in range(3): # how it stands, before anything happens
            while "how it stands" not in program.line():
                pass
        self.example("order_and_cancel", user=OTHER)
        orders = [line for line in self.finish(program) if line[0] == "order"]
        self.assertIn("NEW", [line[6] for line in orders])

    def test_collect(self):
        with tempfile.TemporaryDirectory() as folder:
            ends = []
            for _ in range(2): # the second goes on behind the first
                program = self.start("collect", "--market", "BTC-USD", "--folder", folder, "--seconds", 2, "--full")
                self.example("market_order", "--size", "0.002", user=ME)
                self.example("close_position", user=ME)
                ends.append(self.finish(program)[-1])
            path = pathlib.Path(folder) / "btc_usd"
            books = list(csv.DictReader(open(path / "orderbook_depth.csv")))
            trades = list(csv.DictReader(open(path / "trades.csv")))
            state = json.loads((path / "state.json").read_text())
            full = list(csv.DictReader(open(path / "full_depth.csv")))
            checked = self.run_program(self.lua_file(
                'local bt = require "perigee.backtest"\n'
                'print(bt.data { arg[#arg] .. "/trades.csv", arg[#arg] .. "/orderbook_depth.csv" }.events)', ""), path)
        self.assertEqual(len(books), sum(int(end[1]) for end in ends))
        self.assertEqual(len(books[0]), 4 + 80)
        self.assertRegex(books[0]["datetime"], r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} UTC$")
        for row in books:
            self.assertLess(float(row["bid_price0"]), float(row["ask_price0"]))
        ids = [row["trade_id"] for row in trades]
        self.assertGreater(len(ids), 0)
        self.assertEqual(len(ids), len(set(ids)))
        self.assertEqual((state["books"], state["trades"]), (len(books), len(trades)))
        self.assertEqual(str(state["last_trade_id"]), ids[-1])
        self.assertEqual({row["side"] for row in full}, {"bid", "ask"})
        self.assertGreater(int(checked[0][0]), len(books))


def write_csv(path, header, rows):
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


TRADES = ["timestamp_ms", "datetime", "market", "side", "price", "quantity", "trade_id", "trade_type"]
BOOKS = ["timestamp_ms", "datetime", "market", "seq", "bid_price0", "bid_qty0", "ask_price0", "ask_qty0"]
START = 1_790_000_000_000


class Recordings(Case):
    """Examples on recordings whose answer is known: no exchange is needed."""

    def command(self, path, *arguments):
        return [PERIGEE, "lua", path, *map(str, arguments)]

    def example(self, name, *arguments):
        TESTED.add(name)
        return self.run_program(EXAMPLES / f"{name}.lua", *arguments)

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.random = random.Random(7)

    def write(self, trades, books):
        write_csv(self.folder / "trades.csv", TRADES,
                  [(t, "", "ETH-USD", side, price, size, i, "TRADE") for i, (t, side, price, size) in enumerate(trades)])
        write_csv(self.folder / "orderbook_depth.csv", BOOKS,
                  [(t, "", "ETH-USD", i, bid, 5, ask, 5) for i, (t, bid, ask) in enumerate(books)])

    def test_spread_analysis(self):
        """A book of 10 bps; trades at the touch; half of the spread stays after ten seconds."""
        books = [(START + 1000 * i, 1999, 2001) for i in range(100)]
        books += [(START + 100000 + 1000 * i, 2000, 2002) for i in range(100)]
        self.write([(START + 95500, "buy", 2001, 1)], books)
        said = by_name(self.example("spread_analysis", "--folder", self.folder))
        self.assertAlmostEqual(float(said["quoted"][0].split()[0]), 10, delta=0.01)
        self.assertAlmostEqual(float(said["effective"][0].split()[0]), 10, delta=0.01)
        self.assertAlmostEqual(float(said["realised"][0].split()[0]), 0, delta=0.01)

    def test_garch_test(self):
        """Simulated GARCH returns of 0.0005 a step of 5 s in the long run."""
        alpha, beta, steps = 0.1, 0.85, 6000
        omega = 0.0005 ** 2 * (1 - alpha - beta)
        variance, price, trades = 0.0005 ** 2, 3000.0, []
        for i in range(steps):
            trades.append((START + 5000 * i, "buy", f"{price:.6f}", 1))
            r = math.sqrt(variance) * self.random.gauss(0, 1)
            variance = omega + alpha * r * r + beta * variance
            price *= math.exp(r)
        self.write(trades, [])
        said = by_name(self.example("garch_test", "--trades", self.folder / "trades.csv"))
        expected = 0.0005 / math.sqrt(5)
        self.assertAlmostEqual(float(said["simple"][0].split()[0]) / expected, 1, delta=0.1)
        for name in ("normal", "student"):
            fit = said[name + " fit"][0].split()
            self.assertAlmostEqual(float(fit[1]), alpha, delta=0.05)
            self.assertAlmostEqual(float(fit[3]), beta, delta=0.07)

    def depths(self, kappa):
        """Trades that reach beyond the touch with the decay kappa, books that stand still."""
        books = [(START + 1000 * i, 2999.95, 3000.05) for i in range(3600)]
        trades = []
        for _ in range(12000):
            t, side = START + self.random.random() * 3.59e6, self.random.choice(["buy", "sell"])
            reach = math.floor(self.random.expovariate(kappa) / 0.1) * 0.1
            trades.append((int(t), side, f"{3000.05 + reach if side == 'buy' else 2999.95 - reach:.2f}", 0.1))
        self.write(sorted(trades), books)

    def test_kappa_test(self):
        self.depths(1.5)
        cells = self.example("kappa_test", "--folder", self.folder, "--tick", 0.1)
        self.assertEqual([line[0] for line in cells], ["bid", "ask", "both"])
        for line in cells:
            self.assertAlmostEqual(float(line[1].split()[1]), 1.5, delta=0.1)

    def test_virtual_quoting(self):
        self.depths(1.5)
        cells = self.example("virtual_quoting", "--folder", self.folder, "--tick", 0.1)
        self.assertEqual([line[0] for line in cells], ["bid", "ask"])
        for line in cells:
            self.assertAlmostEqual(float(line[1].split()[1]), 1.5, delta=0.2)
            self.assertGreater(float(line[3].split()[1]), 0.9)

    def test_message_parser(self):
        path = self.folder / "frames.jsonl"
        path.write_text(
            '{"type":"SNAPSHOT","data":{"t":"SNAPSHOT","m":"A-USD","b":[{"q":"1","p":"9"}],"a":[]},"ts":1,"seq":1}\n'
            '{"data":[{"i":2104498657029001217,"m":"A-USD","S":"BUY","tT":"TRADE","T":1,"p":"9","q":"1"}],"ts":2,"seq":2}\n'
            '{"type":"ORDER","data":{"isSnapshot":true,"orders":[]},"ts":3,"seq":3}\nno message\n')
        cells = self.example("message_parser", "--file", path)
        self.assertEqual(cells[0][0], "line 4")
        self.assertEqual(cells[1:], [["ORDER", "1", "messages", "1", "records"],
                                     ["SNAPSHOT", "1", "messages", "1", "records"],
                                     ["trades", "1", "messages", "1", "records"], ["bad", "1"]])

    @unittest.skipUnless(FRAMES.is_file(), "the recordings of ../shared are not here")
    def test_message_parser_on_a_recording(self):
        cells = self.example("message_parser", "--file", FRAMES)
        self.assertEqual(cells[-1], ["bad", "0"])


class All(unittest.TestCase):
    def test_zz_every_example_was_run(self):
        self.assertEqual({path.stem for path in EXAMPLES.glob("*.lua")} - TESTED, set())


if __name__ == "__main__":
    suites = [unittest.defaultTestLoader.loadTestsFromTestCase(case)
              for case in (Questions, Orders, Money, Streams, Recordings, All)]
    result = unittest.TextTestRunner(verbosity=2).run(unittest.TestSuite(suites))
    raise SystemExit(not result.wasSuccessful())

#!/usr/bin/env python3
"""Every example of examples/lighter on the built-in exchange: what it did there, and what it said.
Run by ctest: test_lighter_examples.py PERIGEE."""
import csv
import json
import math
import pathlib
import random
import sys
import time
import unittest

import local_lighter
from local import ROOT
from local_lighter import LIGHTER_KEYS, ME, OTHER, PUBLIC_KEYS, settings

local_lighter.Case.perigee = str(pathlib.Path(sys.argv.pop(1)).resolve())
MINUTE_MS = 60000


class Orders(local_lighter.Case):
    def test_order_and_cancel(self):
        cells = self.example("order_and_cancel", user=ME)
        self.assertEqual([line[0] for line in cells], ["order", "at the venue", "cancelled"])
        self.assertEqual((cells[1][1], cells[2][1]), ("open", "canceled"))
        self.assertGreater(int(cells[1][3]), 2**48)
        self.assertEqual(self.account()["total_order_count"], 0)

    def test_modify(self):
        cells = self.example("modify", user=ME)
        self.assertEqual([line[:3] for line in cells],
                         [["placed", "open", "0.0500"], ["changed", "open", "0.1000"]])
        self.assertGreater(float(cells[1][3]), float(cells[0][3]))
        self.assertEqual(self.account()["total_order_count"], 0)

    def test_market_order(self):
        cells = self.example("market_order", "--size", "0.07", user=ME)
        self.assertEqual([line[:2] for line in cells], [["position", "0.0700"], ["position", "0"]])
        self.assertGreater(float(cells[0][2]), 0)

    def test_close_position(self):
        self.lua('''assert(client:market_order {
            market = "ETH", side = "sell", size = "0.03", slippage = 0.01, wait = 5 })''', OTHER)
        self.assertEqual(self.position("ETH", OTHER)["sign"], -1)
        cells = self.example("close_position", user=OTHER)
        self.assertEqual(cells, [["position", "-0.0300"], ["position", "0"]])
        self.assertEqual(float(self.position("ETH", OTHER)["position"]), 0)

    def test_batch(self):
        cells = self.example("batch", "--count", 7, user=ME)
        nonces = [int(line[2]) for line in cells if line[0] == "order"]
        self.assertEqual(nonces, list(range(nonces[0], nonces[0] + 14)))
        self.assertEqual(cells[-2:], [["open", "14"], ["open", "0"]])

    def test_grouped_orders(self):
        cells = self.example("grouped_orders", user=OTHER)
        self.assertEqual(sorted(line[0] for line in cells), ["limit", "stop-loss", "take-profit"])
        entry = next(float(line[2]) for line in cells if line[0] == "limit")
        triggers = {line[0]: float(line[3]) for line in cells}
        self.assertLess(triggers["stop-loss"], entry)
        self.assertGreater(triggers["take-profit"], entry)
        self.lua("assert(client:cancel_all())", OTHER)

    def test_cancel_all_scheduled(self):
        before = time.time() * 1000
        cells = self.example("cancel_all_scheduled", user=ME)
        self.assertAlmostEqual(int(cells[0][1]), before + 360000, delta=60000)
        self.assertEqual(cells[1], ["armed for", "0"])
        self.example("cancel_all_scheduled", "--keep", user=ME)
        self.assertGreater(self.account()["cancel_all_time"], before)


class Accounts(local_lighter.Case):
    def test_leverage(self):
        """R4's names of the environment are taken; the leverage is never above what was asked for."""
        cells = self.example("leverage", user=ME, MARKET_SYMBOL="paxg", LEVERAGE="3", MARGIN_MODE="isolated")
        self.assertEqual(cells, [["PAXG", "2.999x", "isolated"]])
        held = self.position("PAXG")
        self.assertEqual((held["initial_margin_fraction"], held["margin_mode"]), ("33.34", 1))
        self.example("leverage", "--leverage", 2, "--margin-mode", "cross", user=ME, LEVERAGE="7")
        held = self.position("PAXG")
        self.assertEqual((held["initial_margin_fraction"], held["margin_mode"]), ("50.00", 0))

    def test_margin(self):
        cells = self.example("margin", "--usdc", "2.5", user=OTHER)
        self.assertAlmostEqual(float(cells[1][1]) - float(cells[0][1]), 2.5, places=5)
        self.assertEqual(float(self.position("ETH", OTHER)["position"]), 0)

    def test_balance(self):
        cells = {line[0]: line[1:] for line in self.example("balance", "--account", OTHER)}
        self.assertAlmostEqual(float(cells["value"][0]), 100000, delta=100)
        self.assertEqual(cells["asset"][0], "USDC")

    def test_user_stats(self):
        cells = self.example("user_stats", "--count", 1, "--account", ME)
        self.assertEqual(cells[0][0], "portfolio")
        self.assertAlmostEqual(float(cells[0][1]), 100000, delta=1000)

    def test_sub_account(self):
        before = float(self.account()["collateral"])
        cells = self.example("sub_account", "--usdc", "25.5", user=ME)
        index = int(cells[0][1])
        self.assertGreater(index, 2**47)
        self.assertEqual(float(self.account(index)["collateral"]), 25.5)
        self.assertAlmostEqual(before - float(self.account()["collateral"]), 25.5, places=5)

    def test_transfer(self):
        before = float(self.account(OTHER)["collateral"])
        self.example("transfer", "--to", OTHER, "--usdc", "10", "--fee", "3", "--l1-key", "env:ETH_KEY", "--memo",
                     "rent", user=ME)
        self.assertAlmostEqual(float(self.account(OTHER)["collateral"]) - before, 10, places=5)

    def test_change_key(self):
        self.example("change_key", "--new-key", "env:NEW_KEY", "--new-index", 7, "--l1-key", "env:ETH_KEY", user=ME,
                     NEW_KEY=LIGHTER_KEYS[2])
        keys = self.get(f"apikeys?account_index={ME}&api_key_index=7")["api_keys"]
        self.assertEqual(keys[0]["public_key"], PUBLIC_KEYS[2])
        more = settings(ME, API_KEY_PRIVATE_KEY=LIGHTER_KEYS[2], API_KEY_INDEX="7")
        cells = self.run_program(ROOT / "examples" / "lighter" / "order_and_cancel.lua", **more)  # and it trades
        self.assertEqual(cells[-1][1], "canceled")

    def test_account_orders(self):
        program = self.start("account_orders", "--count", 2, user=OTHER)
        self.assertEqual(program.line(), "subscribed")
        self.lua('''assert(client.exchange.create_order { market = "PAXG", side = "buy", size = 0.1,
            price = client:mid("PAXG") * 0.9, tif = "gtt", wait = 5 })''', OTHER)
        cells = self.finish(program)
        self.assertEqual((cells[0][1], cells[0][2], cells[0][4]), ("buy", "0.1000", "open"))


class Markets(local_lighter.Case):
    def test_market_info(self):
        cells = {line[0]: line[1:] for line in self.example("market_info", "--market", "paxg")}
        self.assertEqual(cells["market"], ["PAXG", "48", "active"])
        self.assertEqual(cells["decimals"], ["2", "4"])
        self.assertLess(float(cells["best"][0]), float(cells["best"][1]))

    def test_ws_trades(self):
        cells = self.example("ws_trades", "--count", 5, "--market", "ETH")
        ids = [int(line[3]) for line in cells]
        self.assertEqual((len(ids), ids), (5, sorted(set(ids))))
        self.assertLessEqual({line[0] for line in cells}, {"buy", "sell"})

    def test_ws_book(self):
        cells = self.example("ws_book", "--count", 5, "--market", "ETH")
        self.assertGreater(len(cells), 0)
        for line in cells:
            self.assertLess(float(line[1]), float(line[2]))
        nonces = [int(line[4]) for line in cells]
        self.assertEqual(nonces, sorted(set(nonces)))

    def test_collector(self):
        folder = self.folder()
        cells = self.example("collector", "--markets", "ETH,PAXG", "--folder", folder, "--seconds", 5, "--part-mb", 0.2)
        rows = {line[0]: [int(cell) for cell in line[1:]] for line in cells[1:]}
        self.assertEqual(set(rows), {"ETH", "PAXG"})
        for symbol, (books, trades, gaps) in rows.items():
            self.assertEqual(gaps, 0)
            self.check_rows(folder, symbol, books, trades)

    def check_rows(self, folder, symbol, books, trades):
        parts = sorted(folder.glob(f"prices_{symbol}_part??????.csv"))
        written = [row for part in parts for row in csv.DictReader(part.read_text().splitlines())]
        self.assertEqual(len(written), books)
        for row in written:
            self.assertLess(float(row["bid_price_0"]), float(row["ask_price_0"]))
            self.assertGreater(float(row["bid_price_0"]), float(row["bid_price_9"] or 0))
        told = {row["trade_id"]: row for part in folder.glob(f"trades_{symbol}_part??????.csv")
                for row in csv.DictReader(part.read_text().splitlines())}
        self.assertEqual(len(told), trades)
        for trade in self.get(f"recentTrades?market_id={48 if symbol == 'PAXG' else 0}&limit=100")["trades"]:
            row = told.get(str(trade["trade_id"]))
            if row:
                self.assertEqual((row["price"], row["size"], row["side"]),
                                 (trade["price"], trade["size"], "buy" if trade["is_maker_ask"] else "sell"))

    def write_collected(self, folder, kappa, sigma, hours=2):
        """What the collector would write of a random walk, with trades reaching exponentially far beyond the touch."""
        rng, mid, tick, start = random.Random(3), 4000.0, 0.01, int(time.time()) - hours * 3600
        header = ["timestamp", "offset", "gap"] + [f"{side}_{what}_{i}" for side in ("bid", "ask") for i in range(10)
                                                   for what in ("price", "size")]
        books, trades = [",".join(header)], ["timestamp,price,size,side,trade_id,usd_amount"]
        for second in range(hours * 3600):
            mid *= math.exp(rng.gauss(0, sigma))
            bid, ask = round(math.floor(mid / tick) * tick, 2), round(math.floor(mid / tick) * tick + tick, 2)
            cells = [f"{bid - i * tick:.2f},1.0" for i in range(10)] + [f"{ask + i * tick:.2f},1.0" for i in range(10)]
            books.append(f"{self.stamp(start + second)},{second},0," + ",".join(cells))
            side, far = rng.choice(("buy", "sell")), math.floor(rng.expovariate(kappa) / tick) * tick
            price = ask + far if side == "buy" else bid - far
            trades.append(f"{self.stamp(start + second + 0.5)},{price:.2f},0.1,{side},{second},{0.1 * price:.4f}")
        (folder / "prices_ETH_part000000.csv").write_text("\n".join(books) + "\n")
        (folder / "trades_ETH_part000000.csv").write_text("\n".join(trades) + "\n")

    @staticmethod
    def stamp(seconds):
        whole = time.gmtime(seconds)
        return time.strftime("%Y-%m-%dT%H:%M:%S", whole) + f".{int(1000 * (seconds % 1)):03d}Z"

    def test_parameters(self):
        """The decay and the volatility that the data were made with are found again."""
        folder, kappa, sigma = self.folder(), 2.0, 5e-5
        self.write_collected(folder, kappa, sigma)
        ran = self.example("parameters", "--market", "ETH", "--data", folder, "--out", folder / "params.json",
                           "--gamma", "0.1")
        said = {line[0]: line[1:] for line in ran}
        made = json.loads((folder / "params.json").read_text())
        self.assertEqual((made["symbol"], made["optimal_parameters"]["gamma"]), ("ETH", 0.1))
        mid = made["market_data"]["mid_price"]
        self.assertAlmostEqual(made["market_data"]["sigma"], made["sigma_rel"] * math.sqrt(86400))
        self.assertAlmostEqual(made["sigma_rel"] / sigma, 1, delta=0.1)
        for side in ("k_bid", "k_ask"):
            self.assertAlmostEqual(made["market_data"][side] / kappa, 1, delta=0.15)
        self.assertAlmostEqual(made["kappa_bid_rel"], made["market_data"]["k_bid"] * mid, delta=1e-6 * mid)
        self.assertGreater(made["limit_orders"]["delta_a"], 0)
        self.assertEqual(float(said["mid"][0]), mid)
        self.assertLess(abs(time.time() - made["time_s"]), 600)


class Trends(local_lighter.Case):
    """On candles of a file, made here: the venue of this machine has none of before its start."""

    def candles(self, closes):
        path = self.folder() / "candles.csv"
        first = (int(time.time() * 1000) // MINUTE_MS - len(closes)) * MINUTE_MS
        lines = ["timestamp_ms,open,high,low,close,volume"]
        before = closes[0]
        for i, close in enumerate(closes):
            low, high = min(before, close), max(before, close)
            lines.append(f"{first + i * MINUTE_MS},{before:.6f},{high:.6f},{low:.6f},{close:.6f},1")
            before = close
        path.write_text("\n".join(lines) + "\n")
        return path

    def walk(self, count, drift, deviation, seed=5):
        rng, price, closes = random.Random(seed), self.mid(), []
        for _ in range(count):
            closes.append(price)
            price *= math.exp(-rng.gauss(drift, deviation))  # backwards from the market's own price
        return closes[::-1]

    def mid(self):
        book = self.get("orderBookOrders?market_id=48&limit=1")
        return (float(book["bids"][0]["price"]) + float(book["asks"][0]["price"])) / 2

    def test_volatility(self):
        """The standard deviation of the candles, 1e-4 a minute, is found again by both."""
        path = self.candles(self.walk(1200, 0, 1e-4))
        cells = {line[0]: line[1:] for line in self.example("volatility", "--count", 1200, "--candles", path)}
        expected = 100 * 1e-4 * math.sqrt(1440)
        self.assertAlmostEqual(float(cells["rolling"][0].split()[0]), expected, delta=0.2 * expected)
        self.assertAlmostEqual(float(cells["used"][0].split()[0]), expected, delta=0.5 * expected)
        self.assertEqual(int(cells["candles"][0]), len(path.read_text().splitlines()) - 1)

    def test_trend_ema(self):
        for drift, word in ((1e-3, "up"), (-1e-3, "down")):
            closes = self.walk(120, drift, 0)
            out = self.folder() / "ema.json"
            cells = self.example("trend_ema", "--candles", self.candles(closes), "--count", 120, "--out", out)
            self.assertEqual(cells[0][0], word)
            state = json.loads(out.read_text())
            self.assertEqual(state["trend"], 1 if word == "up" else -1)
            fast = self.ema(closes[:-1], 9)
            self.assertAlmostEqual(state["ema_fast"] / fast, 1, delta=2e-3)

    @staticmethod
    def ema(closes, period):
        value = sum(closes[:period]) / period
        for close in closes[period:]:
            value += 2 / (period + 1) * (close - value)
        return value

    def test_trend_supertrend(self):
        """Long waves: the grid finds a profit in them, says that it is in-sample, and which way the last one goes."""
        mid, steps = self.mid(), 2000
        closes = [mid * math.exp(0.02 * math.sin(2 * math.pi * i / 400)) for i in range(steps - 60)]
        closes += [closes[-1] * (1 + 0.0005 * i) for i in range(60)]
        out = self.folder() / "supertrend.json"
        cells = self.example("trend_supertrend", "--candles", self.candles(closes), "--count", steps, "--period-step",
                             100, "--multiplier-step", 2, "--min-trades", 4, "--out", out)
        said = {line[0]: line[1:] for line in cells}
        self.assertEqual(said["trend"], ["1"])
        self.assertIn("best in-sample", said)
        made = json.loads(out.read_text())
        self.assertTrue(made["in_sample"])
        self.assertEqual((made["combinations"], made["current_signal"]["trend"]), (int(said["tried"][0]), 1))
        self.assertGreater(made["backtest_performance"]["cumulative_return_pct"], 0)
        self.assertGreaterEqual(made["backtest_performance"]["trades"], 4)


class Complete(unittest.TestCase):
    def test_every_example_is_tested_and_listed(self):
        names = {path.stem for path in (ROOT / "examples" / "lighter").glob("*.lua")}
        tests = pathlib.Path(__file__).read_text()
        listed = (ROOT / "examples" / "README.md").read_text()
        for name in names:
            self.assertIn(f'"{name}"', tests)
            self.assertIn(f"lighter/{name}.lua", listed)


if __name__ == "__main__":
    unittest.main()

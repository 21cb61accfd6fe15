#!/usr/bin/env python3
"""Every example of examples/hyperliquid on the built-in exchange: what it did there, and what it said.
Run by ctest: test_hyperliquid_examples.py PERIGEE."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

from local import ADDRESSES, KEYS, LIMIT_S, ROOT, Exchange, Program, environment, fields

PERIGEE = str(pathlib.Path(sys.argv.pop(1)).resolve())
EXAMPLES = ROOT / "examples" / "hyperliquid"
ME, OTHER, RICH, MAKER, POOR = ADDRESSES


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        funds = [word for address in (ME, OTHER, RICH, MAKER) for word in ("--fund", f"{address}=100000")]
        cls.exchange = Exchange(PERIGEE, "hyperliquid", "--no-limits", "--any-volume", *funds)
        cls.addClassCleanup(cls.exchange.stop)

    def command(self, path, *arguments, user=None):
        key = ["--key", "env:HL_KEY"] if user else []
        return [PERIGEE, "lua", path, "--url", self.exchange.url, "--network", "local", *key, *map(str, arguments)]

    def run_program(self, path, *arguments, user=None):
        """The cells that a program prints; it must end well."""
        key = KEYS[ADDRESSES.index(user)] if user else None
        ran = subprocess.run(self.command(path, *arguments, user=user), cwd=ROOT, env=environment(key),
                             capture_output=True, text=True, timeout=LIMIT_S)
        self.assertEqual((ran.returncode, ran.stderr), (0, ""), ran.stdout)
        return fields(ran.stdout)

    def example(self, name, *arguments, user=None):
        return self.run_program(EXAMPLES / f"{name}.lua", *arguments, user=user)

    def lua(self, text, user):
        """Runs a text with `client` connected for a user."""
        with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
            file.write('local hl = require "perigee.hyperliquid"\n'
                       'local client = hl.program { doc = "", key = true }\n' + text)
            file.flush()
            return self.run_program(file.name, user=user)

    def start(self, name, *arguments):
        program = Program(self.command(EXAMPLES / f"{name}.lua", *arguments))
        self.addCleanup(program.process.kill)
        return program

    def finish(self, program):
        lines = program.rest()
        status, errors = program.end()
        self.assertEqual((status, errors), (0, ""), lines)
        return [line.split("\t") for line in lines]

    def info(self, kind, **request):
        return self.exchange.ask("/info", {"type": kind, **request})

    def withdrawable(self, user):
        return float(self.info("clearinghouseState", user=user)["withdrawable"])

    def order(self, user, oid):
        return self.info("orderStatus", user=user, oid=int(oid))["order"]

    def balance(self, user, coin):
        balances = self.info("spotClearinghouseState", user=user)["balances"]
        return sum(float(one["total"]) for one in balances if one["coin"] == coin)

    def fills(self, user, oid=None):
        return [fill for fill in self.info("userFills", user=user) if oid in (None, fill["oid"])]


class Orders(Case):
    def test_info(self):
        self.lua('assert(client.exchange.order { coin = "ETH", side = "buy", price = "1000", size = "0.2", tif = "Gtc" })',
                 MAKER)
        self.addCleanup(self.lua, "assert(client:cancel_all())", MAKER)
        cells = {line[0]: line[1:] for line in self.example("info", "--user", MAKER)}
        self.assertLess(float(cells["best bid"][0]), float(cells["best bid"][2]))
        self.assertEqual(cells["mid"][0], "ETH")
        self.assertEqual(cells["account value"][0], "100000.0")
        self.assertEqual(cells["order"][:4], ["ETH", "B", "0.2", "1000.0"])
        self.assertEqual(float(cells["taker rate"][0]), 0.00045)

    def check_cancelled(self, cells, user=ME):
        oid = next(line[2] for line in cells if line[0] == "order")
        self.assertEqual([line[1] for line in cells if line[0] == "cancel"], ["success"])
        order = self.order(user, oid)
        self.assertEqual(order["status"], "canceled")
        return order["order"]

    def test_order_and_cancel(self):
        cells = self.example("order_and_cancel", user=ME)
        self.assertEqual([line[:2] for line in cells],
                         [["order", "resting"], ["at the venue", "open"], ["cancel", "success"]])
        order = self.check_cancelled(cells)
        self.assertEqual((order["coin"], order["side"], order["origSz"], order["tif"]), ("ETH", "B", "0.05", "Gtc"))

    def test_order_and_cancel_cloid(self):
        cloid = "0x" + "ab" * 16
        cells = self.example("order_and_cancel_cloid", "--cloid", cloid, user=ME)
        order = self.check_cancelled(cells)
        self.assertEqual((order["cloid"], order["tif"]), (cloid, "Alo"))

    def test_order_and_schedule_cancel(self):
        cells = self.example("order_and_schedule_cancel", user=RICH)
        self.assertEqual(cells[-1], ["at the venue", "scheduledCancel"])
        self.assertEqual(self.order(RICH, cells[0][2])["status"], "scheduledCancel")

    def approve(self):
        self.example("approve_builder_fee", "--builder", OTHER, user=ME)

    def test_order_with_builder_and_cancel(self):
        self.approve()
        cells = self.example("order_with_builder_and_cancel", "--builder", OTHER, user=ME)
        self.assertEqual(cells[0], ["approved", "10"])
        self.check_cancelled(cells)

    def test_market_order_and_cancel(self):
        cells = self.example("market_order_and_cancel", "--size", "0.07", user=OTHER)
        self.assertEqual([cells[0][:2], cells[1], cells[2][:2], cells[3]],
                         [["opened", "0.07"], ["position", "0.07"], ["closed", "0.07"], ["position", "none"]])
        self.assertEqual(sorted({fill["dir"] for fill in self.fills(OTHER)}), ["Close Long", "Open Long"])

    def test_market_order_with_builder_and_cancel(self):
        self.approve()
        cells = self.example("market_order_with_builder_and_cancel", "--builder", OTHER, user=ME)
        fees = [line for line in cells if line[0] == "fee"]
        self.assertGreater(len(fees), 0)
        for line in fees: # 10 tenths of a basis point, beside the venue's 4.5
            self.assertGreater(float(line[3]), 0)
            self.assertGreater(float(line[1]), float(line[3]))
        self.assertEqual(self.info("clearinghouseState", user=ME)["assetPositions"], [])

    def test_leverage(self):
        cells = self.example("leverage", "--leverage", 7, "--usd", "2.5", user=RICH)
        self.assertEqual(cells[:2], [["leverage", "cross", "7"], ["leverage", "isolated", "7"]])
        self.assertAlmostEqual(float(cells[3][1]) - float(cells[2][1]), 2.5, delta=1) # its value moves, too
        data = self.info("activeAssetData", user=RICH, coin="ETH")
        self.assertEqual((data["leverage"]["type"], data["leverage"]["value"]), ("isolated", 7))

    def test_spot_order(self):
        self.lua('assert(client.exchange.usd_class_transfer { amount = "500", to_perp = false })', ME)
        cells = self.example("spot_order", user=ME)
        order = self.check_cancelled(cells)
        pair = {line[0]: line[1:] for line in cells}["pair"]
        self.assertEqual((order["coin"], order["origSz"]), (pair[0], "200.0"))
        self.assertEqual(pair[1], "PURR/USDC")
        held = [float(line[4]) for line in cells if line[:2] == ["balance", "USDC"]]
        self.assertGreater(held[0], 0)


class Account(Case):
    def test_agent(self):
        cells = self.example("agent", "--name", "bot", user=ME)
        said = {line[0]: line[1:] for line in cells}
        agents = {one["name"]: one["address"] for one in self.info("extraAgents", user=ME)}
        self.assertEqual(agents["bot"].lower(), said["approved"][0])
        self.assertEqual(self.order(ME, said["order"][1])["status"], "canceled") # it was the account's order
        self.assertIn("only the account's own key", said["send"][0])

    def test_approve_builder_fee(self):
        cells = self.example("approve_builder_fee", "--builder", MAKER, "--rate", "0.05%", user=RICH)
        self.assertEqual(cells, [["approved", "50"]])
        self.assertEqual(self.info("maxBuilderFee", user=RICH, builder=MAKER), 50)

    def test_bridge_withdraw(self):
        before = self.withdrawable(MAKER)
        cells = self.example("bridge_withdraw", "--amount", "25", user=MAKER)
        self.assertAlmostEqual(before - self.withdrawable(MAKER), 25, delta=1.01) # of it or beside it 1 for the bridge
        self.assertIn("withdrawn", [line[0] for line in cells])
        updates = self.info("userNonFundingLedgerUpdates", user=MAKER)
        self.assertEqual([one["delta"]["type"] for one in updates].count("withdraw"), 1)

    def test_class_transfer(self):
        before = self.balance(OTHER, "USDC")
        cells = self.example("class_transfer", "--amount", "12.5", user=OTHER)
        amounts = [(float(line[2]), float(line[4])) for line in cells]
        self.assertAlmostEqual(amounts[0][0] - amounts[1][0], 12.5, places=4)
        self.assertAlmostEqual(amounts[1][1] - amounts[0][1], 12.5, places=4)
        self.assertEqual(amounts[2], amounts[0])
        self.assertEqual(self.balance(OTHER, "USDC"), before)

    def test_usdc_transfer(self):
        before = self.withdrawable(MAKER)
        cells = self.example("usdc_transfer", "--destination", MAKER, "--amount", "7.25", user=ME)
        self.assertAlmostEqual(self.withdrawable(MAKER) - before, 7.25, places=4)
        self.assertEqual(cells[-1][0], "theirs")

    def test_spot_transfer(self):
        self.lua('assert(client.exchange.usd_class_transfer { amount = "50", to_perp = false })', RICH)
        before = self.balance(MAKER, "USDC")
        cells = self.example("spot_transfer", "--destination", MAKER, "--amount", "5.5", user=RICH)
        self.assertTrue(cells[0][1].startswith("USDC:0x"), cells)
        self.assertAlmostEqual(self.balance(MAKER, "USDC") - before, 5.5, places=6)

    def test_vault_transfer(self):
        made = self.lua('print(assert(client.exchange.create_vault { name = "Vault of a test", initial_usd = 100,'
                        ' description = "Made by a test of an example" }))', OTHER)
        vault = made[0][0]
        self.assertEqual(self.info("vaultDetails", vaultAddress=vault)["leader"], OTHER)
        before = self.withdrawable(ME)
        cells = self.example("vault_transfer", "--vault", vault, "--usd", "150", user=ME)
        self.assertAlmostEqual(before - self.withdrawable(ME), 150, places=4)
        self.assertEqual(cells[0], ["deposited", "150"])
        equities = self.info("userVaultEquities", user=ME)
        self.assertEqual([(one["vaultAddress"], float(one["equity"])) for one in equities], [(vault, 150.0)])

    def test_set_referrer(self):
        self.lua('assert(client.exchange.register_referrer { code = "TESTCODE" })', MAKER)
        cells = self.example("set_referrer", "--code", "TESTCODE", user=RICH)
        self.assertEqual(cells, [["referrer", "set"], ["referred by", "TESTCODE"]])
        self.assertEqual(self.info("referral", user=RICH)["referredBy"], {"referrer": MAKER, "code": "TESTCODE"})
        cells = self.example("set_referrer", "--code", "NOSUCHCODE", user=OTHER)
        self.assertEqual(cells[0][1][:28], "Referral code not registered")

    def test_claim_rewards(self):
        cells = self.example("claim_rewards", user=OTHER)
        self.assertEqual([line[0] for line in cells], ["unclaimed", "claim", "unclaimed"])
        self.assertEqual(float(cells[2][1]), 0)

    def test_using_big_blocks(self):
        self.assertEqual(self.example("using_big_blocks", user=ME), [["big blocks", "on"]])
        self.assertEqual(self.example("using_big_blocks", "--off", user=ME), [["big blocks", "off"]])


class Streams(Case):
    def say(self, name, *arguments, count=1):
        return self.finish(self.start(name, "--count", count, *arguments))

    def test_ws_all_mids(self):
        cells = self.say("ws_all_mids")[0]
        mids = self.info("allMids")
        for name, price in ((cells[0], cells[1]), (cells[2], cells[3])):
            self.assertAlmostEqual(float(price) / float(mids[name]), 1, delta=0.05)

    def test_ws_bbo(self):
        for coin, bid, ask in self.say("ws_bbo", "--coin", "BTC", count=3):
            self.assertEqual(coin, "BTC")
            self.assertLess(float(bid), float(ask))

    def test_ws_l2_book(self):
        lines = self.say("ws_l2_book", count=2)
        self.assertEqual([line[0] for line in lines].count("time"), 2)
        self.assertEqual(len(lines), 12)
        best = lines[4]
        self.assertLess(float(best[1]), float(best[2]))

    def test_ws_trades(self):
        for coin, side, size, price, _ in self.say("ws_trades"):
            self.assertEqual(coin, "ETH")
            self.assertIn(side, ("buy", "sell"))
            self.assertGreater(float(size) * float(price), 0)

    def test_ws_candles(self):
        candle = self.say("ws_candles", "--interval", "5m")[0]
        self.assertEqual(candle[:2], ["ETH", "5m"])
        values = dict(zip(candle[2::2], map(float, candle[3::2])))
        self.assertLessEqual(values["low"], values["close"])
        self.assertLessEqual(values["close"], values["high"])

    def test_ws_active_asset_ctx(self):
        line = self.say("ws_active_asset_ctx")[0]
        self.assertEqual((line[0], line[1]), ("ETH", "mark"))
        self.assertGreater(float(line[2]), 0)

    def test_ws_spot_price(self):
        line = self.say("ws_spot_price")[0]
        self.assertEqual((line[0], line[2]), ("activeSpotAssetCtx", "mark"))
        self.assertGreater(float(line[3]), 0)

    def test_ws_active_asset_data(self):
        line = self.say("ws_active_asset_data", "--user", POOR)[0]
        self.assertEqual(line[0], "ETH")
        self.assertEqual(float(line[4]), 0) # nothing to buy with

    def test_ws_web_data2(self):
        line = self.say("ws_web_data2", "--user", ME)[0]
        self.assertEqual(line[:2], ["webData3", ME])

    def test_ws_orders(self):
        program = self.start("ws_orders", "--user", MAKER, "--count", 2)
        cells = self.meanwhile(program, "order_and_cancel", MAKER)
        oid = cells[0][2]
        lines = self.finish(program)
        self.assertEqual([(line[0], line[1], line[4], line[5]) for line in lines],
                         [("ETH", "buy", oid, "open"), ("ETH", "buy", oid, "canceled")])

    def test_ws_user_events(self):
        program = self.start("ws_user_events", "--user", MAKER, "--count", 2)
        cells = self.meanwhile(program, "market_order_and_cancel", MAKER)
        line = self.finish(program)[0]
        self.assertEqual(line[:3], ["fill", "ETH", "Open Long"])
        self.assertAlmostEqual(float(line[4]), float(cells[0][2]), delta=1)

    def test_ws_user_fundings(self):
        line = self.say("ws_user_fundings", "--user", ME)[0]
        self.assertEqual(line, ["so far", str(len(self.info("userFunding", user=ME, startTime=0)))])

    def test_ws_user_non_funding_ledger_updates(self):
        program = self.start("ws_user_non_funding_ledger_updates", "--user", RICH, "--count", 2)
        self.assertEqual(program.line().split("\t")[0], "so far")
        self.lua(f'assert(client.exchange.usd_send {{ destination = "{MAKER}", amount = "3" }})', RICH)
        lines = self.finish(program)
        self.assertIn(["new", "1"], lines)
        self.assertEqual(lines[-1][0], "internalTransfer")
        self.assertEqual(float(lines[-1][1]), 3)

    def test_ws_notification(self):
        """The venue notifies of resting orders that were filled."""
        program = self.start("ws_notification", "--user", RICH, "--count", 1)
        self.assertEqual(program.line(), "subscribed")
        self.lua('local bid = tonumber(assert(client.info.l2_book { coin = "ETH" }).levels[1][1].px)\n'
                 'assert(client.exchange.order { coin = "ETH", side = "buy", price = bid * 0.9999, size = "0.05", '
                 'tif = "Alo" })', RICH)
        self.lua('for _ = 1, 20 do\n'
                 'assert(client:market_open { coin = "ETH", side = "sell", size = 150, slippage = 0.03 })\n'
                 f'if #assert(client.info.open_orders {{ user = "{RICH}" }}) == 0 then break end\n'
                 'end assert(client:market_close { coin = "ETH", slippage = 0.05 })', OTHER)
        self.assertIn("Bought 0.05 ETH", self.finish(program)[0][0])

    def meanwhile(self, program, name, user):
        """Runs an example when a program that says nothing before has subscribed."""
        self.wait_for_subscriber(program)
        return self.example(name, user=user)

    def wait_for_subscriber(self, program):
        line = program.line()
        self.assertEqual(line, "subscribed")


class All(unittest.TestCase):
    def test_every_example_is_tested(self):
        names = {path.stem for path in EXAMPLES.glob("*.lua")}
        tested = {name.removeprefix("test_") for case in (Orders, Account, Streams) for name in dir(case)}
        self.assertEqual(len(names), 33)
        self.assertEqual(names - tested, set())


if __name__ == "__main__":
    unittest.main(verbosity=2)

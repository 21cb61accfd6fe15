#!/usr/bin/env python3
"""Hyperliquid's own Python SDK, unmodified, on the built-in exchange: only its base URL is another.
Run by ctest: setup hyperliquid_sdk.py PERIGEE."""
import time
import unittest

from local import KEYS, Exchange, wait_for

import eth_account
from hyperliquid.exchange import Exchange as Trader
from hyperliquid.info import Info
from hyperliquid.utils.error import ClientError, ServerError
from hyperliquid.utils.signing import (USD_SEND_SIGN_TYPES, sign_l1_action, sign_multi_sig_l1_action_payload,
                                       sign_multi_sig_user_signed_action_payload, sign_user_signed_action)
from hyperliquid.utils.types import Cloid

WALLETS = [eth_account.Account.from_key(key) for key in KEYS]
NOBODY = WALLETS[-1]
GTC, ALO, IOC = ({"limit": {"tif": tif}} for tif in ("Gtc", "Alo", "Ioc"))


def statuses(answer):
    assert answer["status"] == "ok", answer
    return answer["response"]["data"]["statuses"]


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.exchange = Exchange("--no-limits", "--any-volume",
                                funds=[(wallet.address, 100000) for wallet in WALLETS[:-1]])
        cls.addClassCleanup(cls.exchange.stop)
        cls.info = Info(cls.exchange.url, skip_ws=True)

    def trader(self, number, **options):
        return Trader(WALLETS[number], self.exchange.url, **options)

    def price(self, coin, factor):
        """A valid price near the mid."""
        return float(f"{float(self.info.all_mids()[coin]) * factor:.4g}")

    def open_orders(self, number):
        return {order["oid"]: order for order in self.info.open_orders(WALLETS[number].address)}

    def place(self, trader, factor, size=0.1, buy=True, **options):
        """The id of an order that rests."""
        answer = trader.order("ETH", buy, size, self.price("ETH", factor), GTC, **options)
        return statuses(answer)[0]["resting"]["oid"]

    def position(self, number, coin="ETH"):
        for held in self.info.user_state(WALLETS[number].address)["assetPositions"]:
            if held["position"]["coin"] == coin:
                return float(held["position"]["szi"])
        return 0


class Orders(Case):
    def setUp(self):
        self.trader0 = self.trader(0)
        self.address = WALLETS[0].address

    def tearDown(self):
        left = [{"coin": order["coin"], "oid": oid} for oid, order in self.open_orders(0).items()]
        if left:
            self.trader0.bulk_cancel(left)

    def test_place_and_cancel(self):
        oid = self.place(self.trader0, 0.9)
        order = self.open_orders(0)[oid]
        self.assertEqual((order["coin"], order["side"], float(order["sz"])), ("ETH", "B", 0.1))
        found = self.info.query_order_by_oid(self.address, oid)
        self.assertEqual((found["status"], found["order"]["status"]), ("order", "open"))
        self.assertEqual(statuses(self.trader0.cancel("ETH", oid)), ["success"])
        self.assertEqual(self.open_orders(0), {})
        self.assertEqual(self.info.query_order_by_oid(self.address, oid)["order"]["status"], "canceled")
        self.assertIn(oid, [order["order"]["oid"] for order in self.info.historical_orders(self.address)])

    def test_cancel_twice(self):
        oid = self.place(self.trader0, 0.9)
        self.assertEqual(statuses(self.trader0.cancel("ETH", oid)), ["success"])
        error = statuses(self.trader0.cancel("ETH", oid))[0]["error"]
        self.assertTrue(error.startswith("Order was never placed, already canceled, or filled."), error)

    def test_cloid(self):
        cloid = Cloid.from_int(7)
        oid = self.place(self.trader0, 0.9, cloid=cloid)
        self.assertEqual(self.info.query_order_by_cloid(self.address, cloid)["order"]["order"]["oid"], oid)
        self.assertEqual(statuses(self.trader0.cancel_by_cloid("ETH", cloid)), ["success"])
        self.assertEqual(self.info.query_order_by_cloid(self.address, cloid)["order"]["status"], "canceled")

    def test_bulk(self):
        orders = [{"coin": coin, "is_buy": True, "sz": 0.01, "limit_px": self.price(coin, 0.9), "order_type": ALO,
                   "reduce_only": False, "cloid": Cloid.from_int(100 + i)}
                  for i, coin in enumerate(("ETH", "BTC", "ETH"))]
        placed = [status["resting"] for status in statuses(self.trader0.bulk_orders(orders))]
        self.assertEqual([order["cloid"] for order in placed], [Cloid.from_int(100 + i).to_raw() for i in range(3)])
        self.assertEqual(set(self.open_orders(0)), {order["oid"] for order in placed})
        answer = self.trader0.bulk_cancel([{"coin": "ETH", "oid": placed[0]["oid"]}])
        self.assertEqual(statuses(answer), ["success"])
        answer = self.trader0.bulk_cancel_by_cloid([{"coin": coin, "cloid": Cloid.from_int(number)}
                                                    for coin, number in (("BTC", 101), ("ETH", 102))])
        self.assertEqual(statuses(answer), ["success", "success"])
        self.assertEqual(self.open_orders(0), {})

    def test_modify(self):
        oid = self.place(self.trader0, 0.9)
        price = self.price("ETH", 0.91)
        answer = self.trader0.modify_order(oid, "ETH", True, 0.2, price, GTC)
        new = statuses(answer)[0]["resting"]["oid"]
        self.assertNotEqual(new, oid)
        orders = self.open_orders(0)
        self.assertEqual(list(orders), [new])
        self.assertEqual((float(orders[new]["sz"]), float(orders[new]["limitPx"])), (0.2, price))
        answer = self.trader0.modify_order(oid, "ETH", True, 0.2, price, GTC)  # which is gone
        self.assertIn("Cannot modify canceled or filled order", statuses(answer)[0]["error"])

    def test_modify_by_cloid(self):
        cloid = Cloid.from_int(8)
        self.place(self.trader0, 0.9, cloid=cloid)
        answer = self.trader0.modify_order(cloid, "ETH", True, 0.3, self.price("ETH", 0.92), ALO, cloid=cloid)
        new = statuses(answer)[0]["resting"]["oid"]
        found = self.info.query_order_by_cloid(self.address, cloid)["order"]
        self.assertEqual((found["order"]["oid"], found["status"]), (new, "open"))

    def test_refusals(self):
        mid = float(self.info.all_mids()["ETH"])
        for words, arguments in {
            "Post only order would have immediately matched, bbo was": (0.1, self.price("ETH", 1.05), ALO),
            "Order could not immediately match against any resting orders.": (0.1, self.price("ETH", 0.9), IOC),
            "Order must have minimum value of $10.": (0.001, self.price("ETH", 0.9), GTC),
            "Insufficient margin to place order.": (10000, self.price("ETH", 0.99), GTC),
            "Order price cannot be more than 80% away from the reference price": (10, round(mid * 0.1), GTC),
            "Price must be divisible by tick size.": (0.1, int(mid) + 0.12, GTC),
        }.items():
            with self.subTest(words):
                error = statuses(self.trader0.order("ETH", True, *arguments))[0]["error"]
                self.assertTrue(error.startswith(words), error)
        error = statuses(self.trader0.order("ETH", True, 0.1, mid, GTC, reduce_only=True))[0]["error"]
        self.assertTrue(error.startswith("Reduce only order would increase position."), error)

    def test_expires_after(self):
        now = self.info.post("/info", {"type": "exchangeStatus"})["time"]
        self.trader0.set_expires_after(now - 1000)
        answer = self.trader0.order("ETH", True, 0.1, self.price("ETH", 0.9), GTC)
        self.assertEqual(answer["status"], "err")
        self.assertIn("expired", answer["response"])
        self.trader0.set_expires_after(now + 60000)
        self.place(self.trader0, 0.9)

    def test_schedule_cancel(self):
        self.place(self.trader0, 0.9)
        now = self.info.post("/info", {"type": "exchangeStatus"})["time"]
        soon = self.trader0.schedule_cancel(now + 1000)
        self.assertEqual(soon["status"], "err")
        self.assertEqual(self.trader0.schedule_cancel(now + 3600000)["status"], "ok")
        self.assertEqual(self.trader0.schedule_cancel(now + 5500)["status"], "ok")
        wait_for(lambda: not self.open_orders(0), "the scheduled cancel")
        self.assertEqual(self.info.historical_orders(self.address)[0]["status"], "scheduledCancel")
        self.assertEqual(self.trader0.schedule_cancel(None)["status"], "ok")

    def test_stranger(self):
        answer = Trader(NOBODY, self.exchange.url).order("ETH", True, 0.1, self.price("ETH", 0.9), GTC)
        self.assertEqual(answer["status"], "err")
        self.assertIn(f"User or API Wallet {NOBODY.address.lower()} does not exist.", answer["response"])

    def test_trigger_orders(self):
        statuses(self.trader0.market_open("ETH", True, 0.1))
        for kind, factor in (("sl", 0.9), ("tp", 1.1)):
            price = self.price("ETH", factor)
            answer = self.trader0.order("ETH", False, 0.1, price, reduce_only=True, order_type={
                "trigger": {"isMarket": True, "triggerPx": price, "tpsl": kind}})
            self.assertNotIn("error", statuses(answer)[0])
        waiting = self.info.frontend_open_orders(self.address)
        self.assertEqual({order["orderType"] for order in waiting}, {"Stop Market", "Take Profit Market"})
        self.assertTrue(all(order["isTrigger"] for order in waiting))
        self.assertIn("filled", statuses(self.trader0.market_close("ETH"))[0])


class Groups(Case):
    def group(self, trader, factor, order_type, size=0.1):
        price, low, high = (self.price("ETH", f) for f in (factor, 0.9, 1.1))
        child = {"coin": "ETH", "is_buy": False, "sz": size, "reduce_only": True}
        return trader.bulk_orders([
            {"coin": "ETH", "is_buy": True, "sz": size, "limit_px": price, "order_type": order_type,
             "reduce_only": False},
            {**child, "limit_px": high, "order_type": {"trigger": {"isMarket": True, "triggerPx": high, "tpsl": "tp"}}},
            {**child, "limit_px": low, "order_type": {"trigger": {"isMarket": True, "triggerPx": low, "tpsl": "sl"}}},
        ], grouping="normalTpsl")

    def test_normal_tpsl(self):
        trader = self.trader(1)
        answer = statuses(self.group(trader, 1.03, IOC))
        self.assertIn("filled", answer[0])
        self.assertEqual(answer[1:], ["waitingForTrigger", "waitingForTrigger"])
        children = self.info.frontend_open_orders(WALLETS[1].address)
        self.assertEqual({order["orderType"] for order in children}, {"Stop Market", "Take Profit Market"})
        trader.bulk_cancel([{"coin": "ETH", "oid": order["oid"]} for order in children])
        trader.market_close("ETH")
        self.assertEqual(self.position(1), 0)

    def test_parent_cancelled(self):
        trader = self.trader(2)
        answer = statuses(self.group(trader, 0.95, GTC))
        self.assertEqual(answer[1:], ["waitingForFill", "waitingForFill"])
        parent = self.info.frontend_open_orders(WALLETS[2].address)[0]
        self.assertEqual(len(parent["children"]), 2)
        self.assertEqual(statuses(trader.cancel("ETH", answer[0]["resting"]["oid"])), ["success"])
        self.assertEqual(self.info.frontend_open_orders(WALLETS[2].address), [])


class Trading(Case):
    def test_market_orders(self):
        trader, address = self.trader(3), WALLETS[3].address
        opened = statuses(trader.market_open("ETH", True, 0.5))[0]["filled"]
        self.assertEqual(float(opened["totalSz"]), 0.5)
        self.assertEqual(self.position(3), 0.5)
        closed = statuses(trader.market_close("ETH"))[0]["filled"]
        self.assertEqual(float(closed["totalSz"]), 0.5)
        self.assertEqual(self.position(3), 0)
        fills = self.info.user_fills(address)
        self.assertEqual({fill["dir"] for fill in fills}, {"Open Long", "Close Long"})
        self.assertAlmostEqual(sum(float(fill["sz"]) for fill in fills if fill["side"] == "B"), 0.5)
        spent = sum(float(fill["fee"]) - float(fill["closedPnl"]) for fill in fills)
        value = float(self.info.user_state(address)["marginSummary"]["accountValue"])
        self.assertAlmostEqual(value, 100000 - spent, places=4)
        again = self.info.user_fills_by_time(address, fills[-1]["time"], fills[0]["time"])
        self.assertEqual({fill["tid"] for fill in again}, {fill["tid"] for fill in fills})

    def test_maker(self):
        """Two clients of which one rests inside the spread and the other takes."""
        maker, taker = self.trader(4), self.trader(5)
        bids, asks = self.info.l2_snapshot("ETH")["levels"]
        oid = statuses(maker.order("ETH", True, 0.2, float(bids[0]["px"]), ALO))[0]["resting"]["oid"]
        size = round(float(bids[0]["sz"]) + 20, 4)
        statuses(taker.market_open("ETH", False, size))
        wait_for(lambda: self.position(4) == 0.2, "the maker's fill")
        fill = self.info.user_fills(WALLETS[4].address)[0]
        self.assertEqual((fill["oid"], fill["crossed"], fill["side"]), (oid, False, "B"))
        self.assertEqual(self.info.query_order_by_oid(WALLETS[4].address, oid)["order"]["status"], "filled")
        self.assertEqual(float(asks[0]["px"]) > float(bids[0]["px"]), True)

    def test_leverage_and_margin(self):
        trader, address = self.trader(6), WALLETS[6].address
        self.assertEqual(trader.update_leverage(5, "ETH")["status"], "ok")
        self.assertEqual(trader.update_leverage(1000, "ETH"), {"status": "err", "response": "Invalid leverage value"})
        self.assertEqual(trader.update_leverage(3, "BTC", is_cross=False)["status"], "ok")
        statuses(trader.market_open("ETH", True, 1))
        statuses(trader.market_open("BTC", False, 0.01))
        held = {item["position"]["coin"]: item["position"]
                for item in self.info.user_state(address)["assetPositions"]}
        self.assertEqual(held["ETH"]["leverage"], {"type": "cross", "value": 5})
        self.assertEqual((held["BTC"]["leverage"]["type"], held["BTC"]["leverage"]["value"]), ("isolated", 3))
        before = float(held["BTC"]["marginUsed"])
        self.assertEqual(trader.update_isolated_margin(100, "BTC")["status"], "ok")
        after = [item["position"] for item in self.info.user_state(address)["assetPositions"]
                 if item["position"]["coin"] == "BTC"][0]
        self.assertAlmostEqual(float(after["marginUsed"]), before + 100, delta=50)
        refused = trader.update_isolated_margin(100, "ETH")
        self.assertEqual(refused, {"status": "err", "response": "Position does not use isolated margin."})

    def test_agent(self):
        answer, key = self.trader(0).approve_agent("bot")
        self.assertEqual(answer["status"], "ok")
        self.assertEqual([agent["name"] for agent in self.info.extra_agents(WALLETS[0].address)], ["bot"])
        agent = eth_account.Account.from_key(key)
        self.assertEqual(self.info.user_role(agent.address)["role"], "agent")
        trader = Trader(agent, self.exchange.url, account_address=WALLETS[0].address)
        oid = self.place(trader, 0.9)
        self.assertIn(oid, self.open_orders(0))
        self.assertEqual(statuses(trader.cancel("ETH", oid)), ["success"])

    def test_builder_fee(self):
        trader, builder = self.trader(1), WALLETS[2].address
        wanted = {"b": builder, "f": 10}
        order = ("BTC", True, 0.01, self.price("BTC", 1.03), IOC)
        self.assertEqual(statuses(trader.order(*order, builder=dict(wanted)))[0]["error"],
                         "Builder fee has not been approved.")
        self.assertEqual(trader.approve_builder_fee(builder, "0.01%")["status"], "ok")
        self.assertEqual(self.info.post("/info", {"type": "maxBuilderFee", "user": WALLETS[1].address,
                                                  "builder": builder}), 10)
        self.assertIn("filled", statuses(trader.order(*order, builder=dict(wanted)))[0])
        fill = self.info.user_fills(WALLETS[1].address)[0]
        self.assertGreater(float(fill["builderFee"]), 0)
        statuses(trader.market_close("BTC"))

    def test_transfers(self):
        sender, to = self.trader(5), WALLETS[6].address
        records = len(self.info.user_non_funding_ledger_updates(to, 0))
        self.assertEqual(sender.usd_transfer(123.5, to)["status"], "ok")
        ledger = self.info.user_non_funding_ledger_updates(to, 0)
        self.assertEqual(len(ledger), records + 1)
        self.assertEqual((ledger[-1]["delta"]["type"], float(ledger[-1]["delta"]["usdc"])), ("internalTransfer", 123.5))
        self.assertEqual(sender.usd_transfer(1e9, to)["status"], "err")


class Spot(Case):
    """Tokens, builders' exchanges, sub-accounts, vaults."""
    USDC, HYPE = "USDC:0x6d1e7cde53ba9467b783cb7c530ce054", "HYPE:0x0d01dc56dcaaca66ad901c959b4011ec"

    def balance(self, address, token):
        for held in self.info.spot_user_state(address)["balances"]:
            if held["coin"] == token:
                return float(held["total"])
        return 0

    def ok(self, answer):
        self.assertEqual(answer["status"], "ok", answer)
        return answer["response"]

    def test_trade(self):
        trader, address = self.trader(0), WALLETS[0].address
        self.ok(trader.usd_class_transfer(2000, False))
        self.assertEqual(self.balance(address, "USDC"), 2000)
        price = self.price("@107", 1.03)
        filled = statuses(trader.order("HYPE/USDC", True, 5, price, IOC))[0]["filled"]
        self.assertEqual(float(filled["totalSz"]), 5)
        self.assertAlmostEqual(self.balance(address, "HYPE"), 5 * 0.9993)
        self.assertAlmostEqual(self.balance(address, "USDC"), 2000 - 5 * float(filled["avgPx"]), places=4)
        statuses(trader.market_open("PURR/USDC", True, 1000))
        self.assertAlmostEqual(self.balance(address, "PURR"), 999.3)
        oid = statuses(trader.order("HYPE/USDC", False, 2, self.price("@107", 1.2), GTC))[0]["resting"]["oid"]
        held = {item["coin"]: float(item["hold"]) for item in self.info.spot_user_state(address)["balances"]}
        self.assertEqual(held, {"USDC": 0, "HYPE": 2, "PURR": 0})
        self.assertEqual(statuses(trader.cancel("HYPE/USDC", oid)), ["success"])
        fill = self.info.user_fills(address)[0]
        self.assertEqual((fill["dir"], fill["feeToken"]), ("Buy", "PURR"))
        refused = statuses(trader.order("HYPE/USDC", False, 100, self.price("@107", 1.1), GTC))[0]["error"]
        self.assertTrue(refused.startswith("Insufficient spot balance"), refused)
        self.ok(trader.spot_transfer(1.5, WALLETS[1].address.lower(), self.HYPE))
        self.assertEqual(self.balance(WALLETS[1].address, "HYPE"), 1.5)
        self.ok(trader.usd_class_transfer(100, True))
        self.ok(trader.send_asset(WALLETS[2].address.lower(), "spot", "", self.USDC, 50))
        kinds = [item["delta"]["type"] for item in self.info.user_non_funding_ledger_updates(address, 0)]
        self.assertEqual(kinds[-4:], ["accountClassTransfer", "spotTransfer", "accountClassTransfer", "send"])

    def test_dex(self):
        trader, address = self.trader(3, perp_dexs=["", "xyz"]), WALLETS[3].address
        self.ok(trader.send_asset(address.lower(), "", "xyz", self.USDC, 1000))
        statuses(trader.market_open("xyz:SP500", True, 0.1))
        state = self.info.user_state(address, dex="xyz")
        self.assertEqual(state["assetPositions"][0]["position"]["coin"], "xyz:SP500")
        self.assertEqual(self.info.user_state(address)["assetPositions"], [])
        price = float(f"{float(self.info.all_mids('xyz')['xyz:SP500']) * 1.1:.4g}")
        self.assertIn("resting", statuses(trader.order("xyz:SP500", False, 0.1, price, GTC))[0])
        self.assertEqual(len(self.info.open_orders(address, dex="xyz")), 1)

    def test_sub_account(self):
        trader = self.trader(4)
        sub = self.ok(trader.create_sub_account("first"))["data"]
        self.ok(trader.sub_account_transfer(sub, True, 1000 * 10**6))
        inside = self.trader(4, vault_address=sub)
        filled = statuses(inside.market_open("ETH", True, 0.1))[0]["filled"]
        self.assertEqual(float(filled["totalSz"]), 0.1)
        found = self.info.query_sub_accounts(WALLETS[4].address)[0]
        self.assertEqual((found["name"], found["subAccountUser"]), ("first", sub))
        self.assertEqual(found["clearinghouseState"]["assetPositions"][0]["position"]["coin"], "ETH")
        self.assertEqual(self.info.user_role(sub)["role"], "subAccount")
        statuses(inside.market_close("ETH"))
        self.ok(trader.sub_account_transfer(sub, False, 900 * 10**6))

    def test_vault(self):
        """The SDK has no way to make one: what it signs is put together here."""
        leader, nonce = self.trader(5), int(time.time() * 1000)
        action = {"type": "createVault", "name": "the vault", "description": "bought and held",
                  "initialUsd": 1000 * 10**6, "nonce": nonce}
        signature = sign_l1_action(leader.wallet, action, None, nonce, None, False)
        vault = self.ok(leader._post_action(action, signature, nonce))["data"]
        self.ok(self.trader(6).vault_usd_transfer(vault, True, 500 * 10**6))
        self.assertEqual(float(self.info.user_vault_equities(WALLETS[6].address)[0]["equity"]), 500)
        inside = self.trader(5, vault_address=vault)
        statuses(inside.market_open("ETH", True, 0.1))
        details = self.info.post("/info", {"type": "vaultDetails", "vaultAddress": vault})
        self.assertEqual((details["name"], len(details["followers"])), ("the vault", 2))
        refused = self.trader(6).vault_usd_transfer(vault, False, 100 * 10**6)
        self.assertEqual(refused["status"], "err")

    def test_twap(self):
        trader, nonce = self.trader(6), int(time.time() * 1000)
        action = {"type": "twapOrder", "twap": {"a": 0, "b": True, "s": "1", "r": False, "m": 5, "t": False}}
        signature = sign_l1_action(trader.wallet, action, None, nonce, None, False)
        twap = self.ok(trader._post_action(action, signature, nonce))["data"]["status"]["running"]["twapId"]
        fill = wait_for(lambda: self.info.user_twap_slice_fills(WALLETS[6].address), "a slice")[0]
        self.assertEqual((fill["twapId"], fill["fill"]["twapId"]), (twap, twap))
        action = {"type": "twapCancel", "a": 0, "t": twap}
        signature = sign_l1_action(trader.wallet, action, None, nonce + 1, None, False)
        self.assertEqual(self.ok(trader._post_action(action, signature, nonce + 1))["data"]["status"], "success")
        history = self.info.post("/info", {"type": "twapHistory", "user": WALLETS[6].address})
        self.assertEqual([item["status"]["status"] for item in history], ["terminated", "activated"])


class Accounts(Case):
    """Several keys, staking, codes, settings."""

    def test_multi_sig(self):
        user, keys = self.trader(0), [WALLETS[1], WALLETS[2]]
        outer, nonce = self.trader(1), int(time.time() * 1000)
        answer = user.convert_to_multi_sig_user([key.address for key in keys], 2)
        self.assertEqual(answer["status"], "ok", answer)
        self.assertEqual(self.info.query_user_to_multi_sig_signers(WALLETS[0].address)["threshold"], 2)
        order = {"type": "order", "orders": [{"a": 0, "b": True, "p": f"{self.price('ETH', 0.9):g}", "s": "0.1",
                                              "r": False, "t": {"limit": {"tif": "Gtc"}}}], "grouping": "na"}
        signatures = [sign_multi_sig_l1_action_payload(key, order, False, None, nonce, None, WALLETS[0].address,
                                                       keys[0].address) for key in keys]
        self.assertIn("resting", statuses(outer.multi_sig(WALLETS[0].address, order, signatures, nonce))[0])
        self.assertEqual(outer.multi_sig(WALLETS[0].address, order, signatures[:1], nonce + 1)["status"], "err")
        send = {"type": "usdSend", "signatureChainId": "0x66eee", "hyperliquidChain": "Testnet",
                "destination": WALLETS[3].address.lower(), "amount": "12.5", "time": nonce + 2}
        signatures = [sign_multi_sig_user_signed_action_payload(
            key, send, False, USD_SEND_SIGN_TYPES, "HyperliquidTransaction:UsdSend", WALLETS[0].address,
            keys[0].address) for key in keys]
        answer = outer.multi_sig(WALLETS[0].address, send, signatures, nonce + 2)
        self.assertEqual(answer["status"], "ok", answer)
        self.assertEqual(user.usd_transfer(1, WALLETS[3].address)["status"], "err")

    def test_staking(self):
        trader, address = self.trader(4), WALLETS[4].address
        trader.usd_class_transfer(1000, False)
        statuses(trader.market_open("HYPE/USDC", True, 10))
        nonce = int(time.time() * 1000)
        action = {"type": "cDeposit", "wei": 5 * 10**8, "nonce": nonce}
        signature = sign_user_signed_action(
            trader.wallet, action, [{"name": "hyperliquidChain", "type": "string"}, {"name": "wei", "type": "uint64"},
                                    {"name": "nonce", "type": "uint64"}], "HyperliquidTransaction:CDeposit", False)
        self.assertEqual(trader._post_action(action, signature, nonce)["status"], "ok")
        validator = self.info.post("/info", {"type": "validatorSummaries"})[0]["validator"]
        self.assertEqual(trader.token_delegate(validator, 2 * 10**8, False)["status"], "ok")
        self.assertEqual(float(self.info.user_staking_summary(address)["undelegated"]), 3)
        self.assertEqual(float(self.info.user_staking_delegations(address)[0]["amount"]), 2)
        self.assertEqual(len(self.info.delegator_history(address)), 2)

    def test_settings(self):
        trader = self.trader(5)
        self.assertEqual(trader.set_referrer("NOBODY"), {"status": "err", "response": "Referral code not registered"})
        self.assertEqual(trader.use_big_blocks(True)["status"], "ok")
        self.assertEqual(trader.noop(int(time.time() * 1000))["status"], "ok")
        self.assertEqual(self.info.query_referral_state(WALLETS[5].address)["referredBy"], None)


class Questions(Case):
    def test_markets(self):
        self.assertEqual([coin["name"] for coin in self.info.meta()["universe"]], ["ETH", "BTC"])
        meta, contexts = self.info.meta_and_asset_ctxs()
        self.assertEqual(len(meta["universe"]), len(contexts))
        self.assertEqual([dex and dex["name"] for dex in self.info.perp_dexs()], [None, "xyz"])
        self.assertEqual([coin["name"] for coin in self.info.meta(dex="xyz")["universe"]], ["xyz:SP500"])
        self.assertEqual([token["name"] for token in self.info.spot_meta()["tokens"]], ["USDC", "PURR", "HYPE"])
        meta, contexts = self.info.spot_meta_and_asset_ctxs()
        self.assertEqual([pair["name"] for pair in meta["universe"]], [context["coin"] for context in contexts])
        self.assertEqual(set(self.info.all_mids()), {"ETH", "BTC", "PURR/USDC", "@107"})
        self.assertEqual(set(self.info.all_mids(dex="xyz")), {"xyz:SP500"})
        bids, asks = self.info.l2_snapshot("ETH")["levels"]
        self.assertLess(float(bids[0]["px"]), float(asks[0]["px"]))

    def test_candles(self):
        now = int(time.time() * 1000)

        def candles():
            return self.info.candles_snapshot("ETH", "1m", now - 3600000, now + 3600000)

        candle = wait_for(candles, "a candle")[-1]
        self.assertEqual((candle["s"], candle["i"], candle["T"] - candle["t"]), ("ETH", "1m", 59999))
        self.assertLessEqual(float(candle["l"]), float(candle["o"]))
        self.assertGreaterEqual(float(candle["h"]), float(candle["c"]))
        self.assertGreater(float(candle["v"]), 0)
        self.assertGreater(candle["n"], 0)

    def test_account(self):
        address, stranger = WALLETS[0].address, NOBODY.address
        self.assertEqual(float(self.info.user_state(address)["withdrawable"]), 100000)
        self.assertEqual(float(self.info.user_state(stranger)["withdrawable"]), 0)
        self.assertEqual(self.info.spot_user_state(address)["balances"], [])
        self.assertEqual(self.info.user_fees(address)["userCrossRate"], "0.00045")
        self.assertEqual(self.info.user_role(address), {"role": "user"})
        self.assertEqual(self.info.user_role(stranger), {"role": "missing"})
        self.assertGreater(self.info.user_rate_limit(address)["nRequestsCap"], 0)
        self.assertEqual(self.info.funding_history("ETH", 0), [])
        self.assertEqual(self.info.user_funding_history(address, 0), [])
        deposit = self.info.user_non_funding_ledger_updates(address, 0)[0]["delta"]
        self.assertEqual((deposit["type"], float(deposit["usdc"])), ("deposit", 100000))

    def test_what_is_not_here(self):
        """What this exchange has nothing of is empty, not an error."""
        address = WALLETS[0].address
        self.assertEqual(self.info.query_sub_accounts(address), None)
        self.assertEqual(self.info.query_user_to_multi_sig_signers(address), None)
        self.assertEqual(self.info.query_user_abstraction_state(address), "default")
        self.assertEqual(self.info.query_user_dex_abstraction_state(address), None)
        for empty in (self.info.user_vault_equities, self.info.user_twap_slice_fills,
                      self.info.user_staking_delegations, self.info.user_staking_rewards,
                      self.info.delegator_history):
            self.assertEqual(empty(address), [], empty.__name__)
        self.assertEqual(self.info.user_staking_summary(address)["nPendingWithdrawals"], 0)
        self.assertEqual(self.info.query_referral_state(address)["referredBy"], None)
        self.assertEqual([period for period, _ in self.info.portfolio(address)][0], "day")

    def test_bad_requests(self):
        with self.assertRaises(ClientError) as caught:
            self.info.post("/info", {"type": "nonsense"})
        self.assertEqual(caught.exception.status_code, 422)
        with self.assertRaises(ServerError):
            self.info.post("/info", {"type": "l2Book", "coin": "ETH", "nSigFigs": 9})


class Streams(Case):
    @classmethod
    def setUpClass(cls):
        # Cleanups run backwards, and the exchange must end first: the SDK's reader does not see its own socket being
        # closed until it looks again, after 10 s.
        cls.streams = []
        cls.addClassCleanup(lambda: [stream.disconnect_websocket() for stream in cls.streams])
        super().setUpClass()

    def setUp(self):
        self.stream = Info(self.exchange.url)
        self.streams.append(self.stream)
        self.seen = []

    def follow(self, **subscription):
        return self.stream.subscribe(subscription, self.seen.append)

    def first(self, channel, check=lambda data: True):
        def look():
            return next((frame["data"] for frame in list(self.seen)
                         if frame["channel"] == channel and check(frame["data"])), None)
        return wait_for(look, f"a frame of {channel}")

    def test_markets(self):
        for kind in ("l2Book", "bbo", "trades", "activeAssetCtx"):
            self.follow(type=kind, coin="ETH")
        self.follow(type="candle", coin="ETH", interval="1m")
        self.follow(type="allMids")
        self.follow(type="activeAssetCtx", coin="@107")
        self.assertEqual(self.first("activeSpotAssetCtx")["coin"], "@107")
        self.assertTrue(all(0 < len(side) <= 20 for side in self.first("l2Book")["levels"]))
        self.assertEqual(len(self.first("bbo")["bbo"]), 2)
        self.assertEqual(self.first("trades", bool)[0]["coin"], "ETH")
        self.assertGreater(float(self.first("activeAssetCtx")["ctx"]["markPx"]), 0)
        self.assertEqual(self.first("candle")["i"], "1m")
        self.assertIn("ETH", self.first("allMids")["mids"])

    def test_account(self):
        trader, user = self.trader(6), WALLETS[6].address
        for kind in ("orderUpdates", "userFills", "userEvents", "userFundings", "userNonFundingLedgerUpdates"):
            self.follow(type=kind, user=user)
        self.follow(type="activeAssetData", user=user, coin="ETH")
        self.assertTrue(self.first("userFills")["isSnapshot"])
        self.assertTrue(self.first("userFundings")["isSnapshot"])
        self.assertEqual(self.first("userNonFundingLedgerUpdates")["nonFundingLedgerUpdates"][0]["delta"]["type"],
                         "deposit")
        self.assertEqual(len(self.first("activeAssetData")["maxTradeSzs"]), 2)
        oid = self.place(trader, 0.9)
        self.first("orderUpdates", lambda data: [(u["order"]["oid"], u["status"]) for u in data] == [(oid, "open")])
        trader.cancel("ETH", oid)
        self.first("orderUpdates", lambda data: [(u["order"]["oid"], u["status"]) for u in data] == [(oid, "canceled")])
        filled = statuses(trader.market_open("ETH", True, 0.1))[0]["filled"]["oid"]
        self.first("userFills", lambda data: any(fill["oid"] == filled for fill in data["fills"]))
        self.first("user", lambda data: any(fill["oid"] == filled for fill in data.get("fills", [])))
        self.first("activeAssetData", lambda data: data["maxTradeSzs"][0] != data["maxTradeSzs"][1])
        statuses(trader.market_close("ETH"))

    def test_unsubscribe(self):
        number = self.follow(type="bbo", coin="ETH")
        self.first("bbo")
        self.assertTrue(self.stream.unsubscribe({"type": "bbo", "coin": "ETH"}, number))
        self.follow(type="allMids")
        self.first("allMids")


if __name__ == "__main__":
    unittest.main(verbosity=2)

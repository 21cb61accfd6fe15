#!/usr/bin/env python3
"""ccxt's hyperliquid classes, unmodified, on the built-in exchange: only their URLs are others.
Run by ctest: setup hyperliquid_ccxt.py PERIGEE."""
import asyncio
import time
import unittest

from local import KEYS, Exchange, wait_for

import ccxt
import ccxt.pro
import eth_account

WALLETS = [eth_account.Account.from_key(key) for key in KEYS]
ETH, BTC, SP500, HYPE, PURR = "ETH/USDC:USDC", "BTC/USDC:USDC", "XYZ-SP500/USDC:USDC", "HYPE/USDC", "PURR/USDC"


def cloid(number):
    return f"0x{number:032x}"


def client(kind, exchange, number):
    made = kind({"walletAddress": WALLETS[number].address, "privateKey": KEYS[number], "enableRateLimit": False})
    made.set_sandbox_mode(True)  # signs for the test network
    made.urls["api"] = {"public": exchange.url, "private": exchange.url,
                        "ws": {"public": exchange.url.replace("http", "ws", 1) + "/ws"}}
    return made


def start(cls):
    cls.exchange = Exchange("--no-limits", "--any-volume", funds=[(wallet.address, 100000) for wallet in WALLETS[:-1]])
    cls.addClassCleanup(cls.exchange.stop)


class Requests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        start(cls)

    def client(self, number):
        made = client(ccxt.hyperliquid, self.exchange, number)
        made.load_markets()
        return made

    def price(self, trader, factor, symbol=ETH):
        # Of a pair ccxt takes the context at the place of its index, where the venue's list has another one or none.
        last = trader.fetch_ticker(symbol)["last"] or trader.fetch_order_book(symbol)["bids"][0][0]
        return float(f"{last * factor:.4g}")

    def test_markets(self):
        c = self.client(0)
        self.assertEqual({symbol for symbol in c.markets if c.markets[symbol]["swap"]}, {ETH, BTC, SP500})
        self.assertEqual({symbol for symbol in c.markets if c.markets[symbol]["spot"]}, {HYPE, PURR})
        market = c.market(ETH)
        self.assertEqual((market["limits"]["leverage"]["max"], market["contractSize"]), (50, 1))
        self.assertIn("USDC", c.fetch_currencies())
        self.assertEqual(c.fetch_status()["status"], "ok")
        self.assertAlmostEqual(c.fetch_time(), time.time() * 1000, delta=5000)
        self.assertEqual(set(c.fetch_tickers()), {ETH, BTC, SP500, HYPE, PURR})
        book = c.fetch_order_book(ETH)
        self.assertLess(book["bids"][0][0], book["asks"][0][0])
        self.assertGreater(c.fetch_open_interest(BTC)["openInterestAmount"], -1)
        self.assertAlmostEqual(c.fetch_funding_rates()[ETH]["fundingRate"], 0, delta=0.01)
        self.assertEqual(c.fetch_funding_rate_history(ETH, c.milliseconds() - 3600000), [])
        bars = wait_for(lambda: c.fetch_ohlcv(ETH, "1m"), "a candle")
        self.assertGreaterEqual(bars[-1][2], bars[-1][3])

    def test_orders(self):
        c = self.client(0)
        order = c.create_order(ETH, "limit", "buy", 0.1, self.price(c, 0.9))
        found = c.fetch_order(order["id"], ETH)
        self.assertEqual((found["amount"], found["side"], found["status"], found["timeInForce"]),
                         (0.1, "buy", "open", "GTC"))
        self.assertEqual([o["id"] for o in c.fetch_open_orders(ETH)], [order["id"]])
        edited = c.edit_order(order["id"], ETH, "limit", "buy", 0.2, self.price(c, 0.91))
        self.assertNotEqual(edited["id"], order["id"])
        self.assertEqual(c.fetch_order(edited["id"], ETH)["amount"], 0.2)
        c.cancel_order(edited["id"], ETH)
        self.assertEqual(c.fetch_open_orders(ETH), [])
        self.assertEqual(c.fetch_order(edited["id"], ETH)["status"], "canceled")
        self.assertIn(edited["id"], [o["id"] for o in c.fetch_canceled_orders(ETH)])
        with self.assertRaises(ccxt.OrderNotFound):
            c.cancel_order(edited["id"], ETH)
        with self.assertRaises(ccxt.OrderNotFound):
            c.fetch_order("1", ETH)

    def test_client_ids(self):
        c = self.client(1)
        price = self.price(c, 0.9)
        orders = c.create_orders([{"symbol": ETH, "type": "limit", "side": "buy", "amount": 0.1, "price": price,
                                   "params": {"clientOrderId": cloid(i), "postOnly": True}} for i in (1, 2, 3)])
        self.assertEqual([o["clientOrderId"] for o in orders], [cloid(i) for i in (1, 2, 3)])
        self.assertEqual(c.fetch_order(None, ETH, {"clientOrderId": cloid(2)})["id"], orders[1]["id"])
        c.cancel_order(None, ETH, {"clientOrderId": cloid(1)})
        c.cancel_orders([orders[1]["id"], orders[2]["id"]], ETH)
        self.assertEqual(c.fetch_open_orders(ETH), [])

    def test_refusals(self):
        c = self.client(1)
        price = self.price(c, 0.9)
        for kind, arguments in (
            (ccxt.InvalidOrder, (ETH, "limit", "buy", 0.001, price)),
            (ccxt.InsufficientFunds, (ETH, "limit", "buy", 10000, self.price(c, 0.99))),
            (ccxt.InvalidOrder, (ETH, "limit", "buy", 0.1, self.price(c, 1.05), {"postOnly": True})),
            (ccxt.InvalidOrder, (ETH, "limit", "sell", 0.1, price, {"reduceOnly": True})),
        ):
            with self.subTest(arguments=arguments), self.assertRaises(kind):
                c.create_order(*arguments)
        stranger = self.client(len(WALLETS) - 1)
        with self.assertRaises(ccxt.BaseError):
            stranger.create_order(ETH, "limit", "buy", 0.1, price)

    def test_trading(self):
        c = self.client(2)
        c.set_leverage(5, ETH, {"marginMode": "cross"})
        order = c.create_order(ETH, "market", "buy", 0.5, self.price(c, 1))
        self.assertEqual(order["filled"], 0.5)
        self.assertEqual(c.fetch_order(order["id"], ETH)["status"], "closed")
        position = c.fetch_positions([ETH])[0]
        self.assertEqual((position["side"], position["contracts"], position["leverage"], position["marginMode"]),
                         ("long", 0.5, 5, "cross"))
        trades = c.fetch_my_trades(ETH)
        self.assertAlmostEqual(sum(t["amount"] for t in trades), 0.5)
        # ccxt has its builder approved, who takes 1 bp beside the exchange's 4.5 (ccxt itself counts it twice)
        self.assertAlmostEqual(sum(float(t["info"]["fee"]) for t in trades), sum(t["cost"] for t in trades) * 0.00055, places=4)
        self.assertEqual({t["takerOrMaker"] for t in trades}, {"taker"})
        price = self.price(c, 0.9)
        c.create_order(ETH, "market", "sell", 0.5, price, {"stopLossPrice": price, "reduceOnly": True})
        stop = c.fetch_open_orders(ETH)[0]
        self.assertEqual((stop["stopLossPrice"], stop["reduceOnly"]), (price, True))
        c.create_order(ETH, "market", "sell", 0.5, self.price(c, 1), {"reduceOnly": True})
        self.assertEqual([p for p in c.fetch_positions([ETH]) if p["contracts"]], [])
        balance = c.fetch_balance()["USDC"]
        self.assertTrue(99000 < balance["total"] < 100100)
        self.assertAlmostEqual(c.fetch_trading_fee(ETH)["taker"], 0.00045)
        self.assertEqual(c.fetch_ledger("USDC")[0]["amount"], 100000)
        self.assertEqual(c.fetch_deposits("USDC")[0]["amount"], 100000)
        self.assertEqual(c.fetch_withdrawals("USDC"), [])
        self.assertEqual(c.fetch_funding_history(ETH), [])

    def test_spot(self):
        c = self.client(6)
        c.transfer("USDC", 1000, "swap", "spot")
        self.assertEqual(c.fetch_balance({"type": "spot"})["USDC"]["free"], 1000)
        order = c.create_order(HYPE, "market", "buy", 5, self.price(c, 1, HYPE))
        self.assertEqual(order["filled"], 5)
        self.assertAlmostEqual(c.fetch_balance({"type": "spot"})["HYPE"]["total"], 5 * 0.9993)
        order = c.create_order(HYPE, "limit", "sell", 2, self.price(c, 1.2, HYPE))
        self.assertEqual(c.fetch_balance({"type": "spot"})["HYPE"]["used"], 2)
        self.assertEqual(c.fetch_open_orders(HYPE)[0]["id"], order["id"])
        c.cancel_order(order["id"], HYPE)
        self.assertEqual(c.fetch_my_trades(HYPE)[0]["fee"]["currency"], "HYPE")
        c.transfer("USDC", 100, "spot", "swap")
        book = c.fetch_order_book(HYPE)
        self.assertLess(book["bids"][0][0], book["asks"][0][0])

    def test_attached(self):
        c = self.client(3)
        orders = c.create_orders([{"symbol": ETH, "type": "market", "side": "buy", "amount": 0.1,
                                   "price": self.price(c, 1), "params": {
                                       "stopLoss": {"triggerPrice": self.price(c, 0.9), "type": "market"},
                                       "takeProfit": {"triggerPrice": self.price(c, 1.1), "type": "market"}}}])
        self.assertEqual(orders[0]["filled"], 0.1)
        self.assertEqual({o["info"]["orderType"] for o in c.fetch_open_orders(ETH)},
                         {"Stop Market", "Take Profit Market"})

    def test_margin(self):
        c = self.client(4)
        c.set_margin_mode("isolated", BTC, {"leverage": 4})
        c.create_order(BTC, "market", "sell", 0.01, self.price(c, 1, BTC))
        position = c.fetch_position(BTC)
        self.assertEqual((position["side"], position["marginMode"], position["leverage"]), ("short", "isolated", 4))
        c.add_margin(BTC, 50)
        c.reduce_margin(BTC, 20)
        self.assertAlmostEqual(c.fetch_position(BTC)["collateral"], position["collateral"] + 30, delta=20)

    def test_cancel_after(self):
        c = self.client(5)
        c.create_order(ETH, "limit", "buy", 0.1, self.price(c, 0.9))
        self.assertEqual(c.cancel_all_orders_after(5200)["status"], "ok")
        wait_for(lambda: not c.fetch_open_orders(ETH), "the scheduled cancel")


class Streams(unittest.IsolatedAsyncioTestCase):
    @classmethod
    def setUpClass(cls):
        start(cls)

    async def asyncSetUp(self):
        self.client = client(ccxt.pro.hyperliquid, self.exchange, 0)
        self.addAsyncCleanup(self.client.close)
        await self.client.load_markets()

    async def soon(self, waited):
        return await asyncio.wait_for(waited, 20)

    async def test_markets(self):
        c = self.client
        book = await self.soon(c.watch_order_book(ETH))
        self.assertLess(book["bids"][0][0], book["asks"][0][0])
        self.assertEqual((await self.soon(c.watch_trades(ETH)))[-1]["symbol"], ETH)
        self.assertGreater((await self.soon(c.watch_ticker(ETH)))["last"], 0)
        self.assertIn(ETH, await self.soon(c.watch_tickers([ETH])))
        self.assertEqual(len((await self.soon(c.watch_ohlcv(ETH, "1m")))[-1]), 6)
        await self.soon(c.un_watch_trades(ETH))

    async def test_orders(self):
        c = self.client
        price = float(f"{(await c.fetch_ticker(ETH))['last'] * 0.9:.4g}")
        updates = asyncio.create_task(c.watch_orders(ETH))
        fills = asyncio.create_task(c.watch_my_trades(ETH))
        await asyncio.sleep(0.3)
        order = await self.soon(c.create_order_ws(ETH, "limit", "buy", 0.1, price))
        seen = (await self.soon(updates))[-1]
        self.assertEqual((seen["id"], seen["status"]), (order["id"], "open"))
        updates = asyncio.create_task(c.watch_orders(ETH))
        edited = await self.soon(c.edit_order_ws(order["id"], ETH, "limit", "buy", 0.2, price))
        await self.soon(updates)
        await self.soon(c.cancel_order_ws(edited["id"], ETH))
        self.assertEqual(await c.fetch_open_orders(ETH), [])
        last = (await c.fetch_ticker(ETH))["last"]
        await self.soon(c.create_order_ws(ETH, "market", "buy", 0.1, last))
        trades = await self.soon(fills)
        self.assertEqual({trade["side"] for trade in trades}, {"buy"})
        positions = await self.soon(c.watch_positions([ETH]))
        self.assertEqual(positions[0]["contracts"], 0.1)

    async def test_balances(self):
        c = self.client
        self.assertGreater((await self.soon(c.watch_balance({"type": "swap"})))["USDC"]["total"], 99000)
        await self.soon(c.watch_balance({"type": "spot"}))


if __name__ == "__main__":
    unittest.main(verbosity=2)

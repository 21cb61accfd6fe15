#!/usr/bin/env python3
"""Lighter's own Python SDK with its binary signer, unmodified, on the built-in exchange.
Run by ctest: setup lighter_sdk.py PERIGEE."""
import asyncio
import json
import time
import unittest

from local import KEYS, Exchange

import eth_account
import lighter
import websockets
from lighter import SignerClient

OWNERS = [eth_account.Account.from_key(key) for key in KEYS]
ETH, BTC = 0, 1
TESTNET = 300
ACCOUNTS = [12, 13]
KEY = 5


def key_pair():
    private, public, error = lighter.create_api_key()
    assert error is None, error
    return private, public


class Clients(unittest.IsolatedAsyncioTestCase):
    @classmethod
    def setUpClass(cls):
        cls.keys = [key_pair() for _ in ACCOUNTS]
        funds = [(f"{account},{KEY}:{public},{owner.address},premium", 100000)
                 for account, (_, public), owner in zip(ACCOUNTS, cls.keys, OWNERS)]
        cls.exchange = Exchange("--no-limits", funds=funds, venue="lighter")
        cls.addClassCleanup(cls.exchange.stop)

    async def asyncSetUp(self):
        self.clients = [self.client(account, {KEY: private}) for account, (private, _) in zip(ACCOUNTS, self.keys)]
        api = self.clients[0].api_client
        self.orders, self.accounts = lighter.OrderApi(api), lighter.AccountApi(api)
        self.transactions = lighter.TransactionApi(api)
        details = await self.orders.order_book_details(market_id=ETH)
        self.scale = 10 ** details.order_book_details[0].price_decimals

    def client(self, account, keys, chain_id=TESTNET):
        made = SignerClient(url=self.exchange.url, account_index=account, api_private_keys=dict(keys), chain_id=chain_id)
        self.addAsyncCleanup(made.close)
        return made

    def token(self, number=0):
        token, error = self.clients[number].create_auth_token_with_expiry(600, api_key_index=KEY)
        self.assertIsNone(error)
        return token

    async def price(self, factor, ask=True):
        book = await self.orders.order_book_orders(market_id=ETH, limit=1)
        side = book.asks if ask else book.bids
        return int(float(side[0].price) * self.scale * factor)

    def sent(self, result):
        *_, reply, error = result
        self.assertIsNone(error)
        self.assertEqual(reply.code, 200)
        return reply.tx_hash

    async def outcome(self, result):
        """What became of a transaction: executed (2) or failed (0), with the words."""
        tx_hash = self.sent(result)
        end = time.monotonic() + 20
        while time.monotonic() < end:
            tx = await self.transactions.tx(by="hash", value=tx_hash)
            if tx.status != 1:
                return tx.status, json.loads(tx.event_info)["ae"]
            await asyncio.sleep(0.02)
        raise AssertionError(f"{tx_hash} was not executed")

    async def executed(self, result):
        self.assertEqual(await self.outcome(result), (2, ""))

    async def order(self, client_index, *, active, number=0):
        call = self.orders.account_active_orders if active else self.orders.account_inactive_orders
        limit = {} if active else {"limit": 50}
        found = await call(account_index=ACCOUNTS[number], authorization=self.token(number), **limit)
        return next((o for o in found.orders if o.client_order_index == client_index), None)

    async def test_markets(self):
        self.assertIsNone(self.clients[0].check_client())
        books = await self.orders.order_books()
        self.assertEqual({(b.symbol, b.market_id) for b in books.order_books}, {("ETH", ETH), ("BTC", BTC)})
        bid, ask = await self.price(1, ask=False), await self.price(1)
        self.assertLess(abs(bid / ask - 1), 0.01)  # of two answers: the market moves between them
        await self.orders.recent_trades(market_id=ETH, limit=10)
        await self.orders.exchange_stats()
        now = int(time.time() * 1000)
        candles = lighter.CandlestickApi(self.clients[0].api_client)
        await candles.candles(market_id=ETH, resolution="1m", start_timestamp=0, end_timestamp=now, count_back=10)
        await candles.fundings(market_id=ETH, resolution="1h", start_timestamp=now - 7200000, end_timestamp=now,
                               count_back=10)
        rates = await lighter.FundingApi(self.clients[0].api_client).funding_rates()
        self.assertEqual({rate.symbol for rate in rates.funding_rates}, {"ETH", "BTC"})
        self.assertEqual((await lighter.RootApi(self.clients[0].api_client).status()).status, 200)

    async def test_account(self):
        account = (await self.accounts.account(by="index", value="12")).accounts[0]
        self.assertEqual(account.l1_address.lower(), OWNERS[0].address.lower())
        subs = await self.accounts.accounts_by_l1_address(l1_address=OWNERS[0].address)
        self.assertEqual(subs.sub_accounts[0].index, 12)
        keys = await self.accounts.apikeys(account_index=12, api_key_index=255)
        self.assertIn(self.keys[0][1].removeprefix("0x"), [key.public_key for key in keys.api_keys])
        limits = await self.accounts.account_limits(account_index=12, authorization=self.token())
        self.assertEqual(limits.user_tier, "premium")

    async def test_order_life(self):
        c = self.clients[0]
        await self.executed(await c.create_order(
            market_index=ETH, client_order_index=101, base_amount=1000, price=await self.price(0.9), is_ask=False,
            order_type=c.ORDER_TYPE_LIMIT, time_in_force=c.ORDER_TIME_IN_FORCE_POST_ONLY))
        order = await self.order(101, active=True)
        self.assertEqual((order.status, order.remaining_base_amount, order.time_in_force), ("open", "0.1000", "post-only"))
        await self.executed(await c.modify_order(market_index=ETH, order_index=101, base_amount=2000,
                                                 price=await self.price(0.91), trigger_price=0))
        changed = await self.order(101, active=True)
        self.assertEqual((changed.order_index, changed.remaining_base_amount), (order.order_index, "0.2000"))
        await self.executed(await c.cancel_order(market_index=ETH, order_index=order.order_index))
        self.assertEqual((await self.order(101, active=False)).status, "canceled")
        status, words = await self.outcome(await c.cancel_order(market_index=ETH, order_index=order.order_index))
        self.assertEqual((status, words), (0, "given order is not an active order"))

    async def test_trading(self):
        c = self.clients[0]
        await self.executed(await c.update_leverage(ETH, c.CROSS_MARGIN_MODE, 3))
        await self.executed(await c.create_market_order(ETH, 201, 5000, await self.price(1.01), False))
        self.assertEqual((await self.order(201, active=False)).status, "filled")
        account = (await self.accounts.account(by="index", value="12")).accounts[0]
        position = next(p for p in account.positions if p.market_id == ETH)
        self.assertEqual((position.position, position.sign, position.initial_margin_fraction), ("0.5000", 1, "33.33"))
        trades = await self.orders.trades(sort_by="timestamp", limit=10, account_index=12, authorization=self.token())
        self.assertAlmostEqual(sum(float(t.size) for t in trades.trades if t.bid_account_id == 12), 0.5)
        stop = await self.price(0.9)
        await self.executed(await c.create_sl_order(ETH, 202, 0, stop, int(stop * 0.95), True, reduce_only=True))
        self.assertEqual((await self.order(202, active=True)).type, "stop-loss")
        await self.executed(await c.cancel_all_orders(c.CANCEL_ALL_TIF_IMMEDIATE, 0))
        self.assertIsNone(await self.order(202, active=True))
        await self.executed(await c.create_market_order(ETH, 203, 5000, await self.price(0.99, ask=False), True,
                                                        reduce_only=True))
        account = (await self.accounts.account(by="index", value="12")).accounts[0]
        self.assertEqual([p.position for p in account.positions if p.market_id == ETH], ["0.0000"])

    async def test_refusals(self):
        c, price = self.clients[1], await self.price(0.9)
        order = dict(market_index=ETH, base_amount=1000, price=price, is_ask=False, order_type=c.ORDER_TYPE_LIMIT,
                     time_in_force=c.ORDER_TIME_IN_FORCE_GOOD_TILL_TIME)
        for change, words in (({"base_amount": 1}, "21706"), ({"market_index": 77}, "21602"), ({"price": 10}, "21734")):
            with self.subTest(change=change):
                _, _, error = await c.create_order(client_order_index=301, **{**order, **change})
                self.assertIn(words, str(error))
        # The signer has one client for an account's key: each of these takes the place of the one before.
        for private, chain_id in ((key_pair()[0], TESTNET), (self.keys[1][0], 304)):
            with self.subTest(chain_id=chain_id):
                stranger = self.client(13, {KEY: private}, chain_id=chain_id)
                self.assertEqual(stranger.check_client() is None, chain_id != TESTNET)
                _, _, error = await stranger.create_order(client_order_index=301, **order)
                self.assertIn("21120", str(error))
        c = self.client(13, {KEY: self.keys[1][0]})
        nonce = (await self.transactions.next_nonce(account_index=13, api_key_index=KEY)).nonce
        for wrong in (nonce + 1, nonce + 2):
            _, _, error = await c.create_order(client_order_index=302, nonce=wrong, api_key_index=KEY, **order)
            self.assertIn("21104", str(error))
        await self.executed(await c.create_order(client_order_index=303, nonce=nonce, api_key_index=KEY, **order))
        _, _, error = await c.create_order(client_order_index=304, nonce=nonce, api_key_index=KEY, **order)
        self.assertIn("21104", str(error))

    async def test_key_and_money(self):
        private, public = key_pair()
        new = self.client(12, {7: private})
        await self.executed(await new.change_api_key(eth_private_key=KEYS[0], new_pubkey=public, api_key_index=7))
        self.assertIsNone(new.check_client())
        private, public = key_pair()
        with self.assertRaisesRegex(lighter.exceptions.BadRequestException, "21504"):
            await self.client(12, {8: private}).change_api_key(eth_private_key=KEYS[3], new_pubkey=public,
                                                              api_key_index=8)
        c = self.clients[0]
        await self.executed(await c.create_sub_account())
        subs = await self.accounts.accounts_by_l1_address(l1_address=OWNERS[0].address)
        sub = subs.sub_accounts[-1].index
        self.assertEqual(sub, 2 ** 48 - 2)
        await self.executed(await c.transfer_same_master_account(
            sub, c.ASSET_ID_USDC, c.ROUTE_PERP, c.ROUTE_PERP, 250.5, 0, "0x" + "00" * 32))
        found = (await self.accounts.account(by="index", value=str(sub))).accounts[0]
        self.assertEqual(found.collateral, "250.500000")

    async def test_batch(self):
        c, price = self.clients[1], await self.price(0.9)
        nonce = (await self.transactions.next_nonce(account_index=13, api_key_index=KEY)).nonce
        signed = [c.sign_create_order(ETH, 401 + i, 1000, price, False, c.ORDER_TYPE_LIMIT,
                                      c.ORDER_TIME_IN_FORCE_GOOD_TILL_TIME, nonce=nonce + i, api_key_index=KEY)
                  for i in range(3)]
        self.assertEqual([error for *_, error in signed], [None] * 3)
        reply = await c.send_tx_batch([s[0] for s in signed], [s[1] for s in signed])
        self.assertEqual((reply.code, reply.tx_hash), (200, [s[2] for s in signed]))
        end = time.monotonic() + 20
        while not await self.order(403, active=True, number=1) and time.monotonic() < end:
            await asyncio.sleep(0.02)
        self.assertEqual((await self.order(402, active=True, number=1)).status, "open")

    async def test_streams(self):
        c = self.clients[0]
        books = []
        ws = lighter.WsClient(ws_url=self.exchange.url.replace("http", "ws", 1) + "/stream", order_book_ids=[ETH],
                              account_ids=[12], on_order_book_update=lambda _, book: books.append(len(book["bids"])),
                              on_account_update=lambda *_: None)
        task = asyncio.create_task(ws.run_async())
        url = self.exchange.url.replace("http", "ws", 1) + "/stream"
        async with websockets.connect(url) as socket:
            self.assertEqual(json.loads(await socket.recv())["type"], "connected")
            await socket.send(json.dumps({"type": "subscribe", "channel": "account_all_orders/12",
                                          "auth": self.token()}))
            self.assertEqual(json.loads(await socket.recv())["type"], "subscribed/account_all_orders")
            nonce = (await self.transactions.next_nonce(account_index=12, api_key_index=KEY)).nonce
            kind, info, tx_hash, _ = c.sign_create_order(
                ETH, 501, 1000, await self.price(0.9), False, c.ORDER_TYPE_LIMIT,
                c.ORDER_TIME_IN_FORCE_GOOD_TILL_TIME, nonce=nonce, api_key_index=KEY)
            await socket.send(json.dumps({"type": "jsonapi/sendtx", "data": {"id": "one", "tx_type": kind,
                                                                             "tx_info": json.loads(info)}}))
            frames = [json.loads(await asyncio.wait_for(socket.recv(), 20)) for _ in range(2)]
        self.assertEqual((frames[0]["code"], frames[0]["tx_hash"], frames[0]["id"]), (200, tx_hash, "one"))
        self.assertEqual(frames[1]["orders"][str(ETH)][0]["client_order_index"], 501)
        end = time.monotonic() + 20
        while len(books) < 3 and time.monotonic() < end:
            await asyncio.sleep(0.05)
        task.cancel()
        self.assertGreater(books[-1], 0)
        self.assertIn("12", ws.account_states)


if __name__ == "__main__":
    unittest.main()

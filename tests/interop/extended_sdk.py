#!/usr/bin/env python3
"""Extended's own Python SDK, unmodified, on the built-in exchange: only its configuration has other addresses.
Run by ctest: setup extended_sdk.py PERIGEE."""
import asyncio
import dataclasses
import logging
import unittest
from datetime import timedelta
from decimal import Decimal

from local import Exchange

from fast_stark_crypto import get_public_key
from x10.clients.blocking import BlockingTradingClient
from x10.clients.rest import RestApiClient
from x10.clients.stream import StreamClient
from x10.clients.streamrpc.streamrpc_client import StreamRpcClient
from x10.clients.streamrpc.subscription_params import AccountParams, OrderbooksParams, PricesParams, TradesParams
from x10.config import MAINNET_CONFIG, TESTNET_CONFIG
from x10.core.client_config import EndpointsConfig
from x10.core.stark_account import StarkPerpetualAccount
from x10.errors import ApiError, ApiNotAuthorizedError
from x10.models.order import (OrderPriceType, OrderSide, OrderStatus, OrderTpslType, OrderTriggerDirection,
                              OrderTriggerPriceType, OrderType, TimeInForce)
from x10.signing.order_object import OrderConditionalTriggerParam, OrderTpslTriggerParam, create_order_object
from x10.tools.orderbook import OrderBook
from x10.utils.date import utc_now

MARKET = "ETH-USD"
FEE = Decimal("0.00025")
BUY, SELL = OrderSide.BUY, OrderSide.SELL
PRIVATE = [0x1234567, 0x7654321]
PUBLIC = [hex(get_public_key(key)) for key in PRIVATE]


class Case(unittest.IsolatedAsyncioTestCase):
    """An exchange, and clients of two of its accounts."""

    async def asyncSetUp(self):
        self.exchange = Exchange("--no-limits", venue="extended",
                                 funds=[(f"{10001 + i}:{PUBLIC[i]}:key-{i}", 100000) for i in range(2)])
        self.addCleanup(self.exchange.stop)
        url, socket = self.exchange.url, self.exchange.url.replace("http", "ws") + "/stream.extended.exchange"
        self.endpoints = EndpointsConfig(api_base_url=url + "/api/v1", api_base_order_management_url=url + "/api/v1",
                                         stream_url=socket + "/v1", stream_rpc_url=socket + "/v2/rpc",
                                         onboarding_url=url, vault_asset_name="XVS")
        self.config = dataclasses.replace(TESTNET_CONFIG, endpoints=self.endpoints)
        self.streams = StreamClient(api_url=self.endpoints.stream_url)
        self.clients = [self.client(0), self.client(1)]
        self.markets = await self.clients[0].info.get_markets_dict()

    async def asyncTearDown(self):
        for client in self.clients:
            await client.close()

    def account(self, number):
        return StarkPerpetualAccount(10001 + number, hex(PRIVATE[number]), PUBLIC[number], f"key-{number}")

    def client(self, number, config=None, account=None):
        return RestApiClient(config or self.config, account or self.account(number))

    async def price(self, away, side=BUY):
        """A price `away` from the best bid (BUY) or ask."""
        book = (await self.clients[0].info.get_orderbook_snapshot(market_name=MARKET)).data
        best = (book.bid if side == BUY else book.ask)[0].price
        return self.markets[MARKET].trading_config.round_price(best + Decimal(away))

    async def place(self, number=0, away=-20, side=BUY, size="0.1", **options):
        return (await self.clients[number].place_order(MARKET, Decimal(size), await self.price(away, side), side,
                                                       taker_fee=FEE, **options)).data

    async def until(self, check, what):
        for _ in range(200):
            value = await check()
            if value:
                return value
            await asyncio.sleep(0.02)
        self.fail(f"it did not happen: {what}")

    async def open_orders(self, number=0):
        return {order.id: order for order in (await self.clients[number].account.get_open_orders()).data}

    async def refused(self, code, awaitable):
        with self.assertRaises(ApiError) as caught:
            await awaitable
        self.assertIn(f'"code":{code}', str(caught.exception))


class Reading(Case):
    async def test_markets(self):
        self.assertEqual(set(self.markets), {"ETH-USD", "BTC-USD"})
        btc = self.markets["BTC-USD"]
        self.assertEqual(btc.trading_config.min_price_change, 1)
        self.assertEqual(btc.l2_config.synthetic_id, "0x4254432d3600000000000000000000")
        info = self.clients[0].info
        stats = (await info.get_market_statistics(market_name=MARKET)).data
        self.assertLess(stats.bid_price, stats.ask_price)
        self.assertGreater(stats.mark_price, 0)
        self.assertEqual({asset.name for asset in (await info.get_assets()).data}, {"USD", "ETH", "BTC"})
        candles = (await info.get_candles_history(market_name=MARKET, candle_type="mark-prices", interval="PT1M",
                                                  limit=10)).data
        self.assertLessEqual(len(candles), 10)
        now = utc_now()
        rates = await info.get_funding_rates_history(market_name=MARKET, start_time=now - timedelta(hours=1),
                                                     end_time=now)
        self.assertEqual(rates.data, [])
        with self.assertRaises(ApiError):
            await info.get_market_statistics(market_name="NO-USD")

    async def test_account(self):
        account = self.clients[0].account
        about = (await account.get_account()).data
        self.assertEqual((about.l2_vault, about.l2_key), (10001, PUBLIC[0]))
        self.assertEqual((await account.get_balance()).data.equity, 100000)
        fees = (await account.get_fees(market_names=[MARKET])).data
        self.assertEqual([(fee.market, fee.maker_fee_rate, fee.taker_fee_rate) for fee in fees], [(MARKET, 0, FEE)])
        self.assertEqual((await account.get_leverage(market_names=[MARKET])).data[0].leverage, 20)
        await account.update_leverage(market_name=MARKET, leverage=Decimal(10))
        self.assertEqual((await account.get_leverage(market_names=[MARKET])).data[0].leverage, 10)
        self.assertEqual([move.amount for move in (await account.asset_operations()).data], [100000])

    async def test_keys(self):
        stranger = StarkPerpetualAccount(10001, hex(PRIVATE[0]), PUBLIC[0], "no-key")
        client = self.client(0, account=stranger)
        self.clients.append(client)
        with self.assertRaises(ApiNotAuthorizedError):
            await client.account.get_balance()


class Orders(Case):
    async def test_place_and_cancel(self):
        placed = await self.place()
        order = (await self.open_orders())[placed.id]
        self.assertEqual((order.external_id, order.status, order.qty), (placed.external_id, "NEW", Decimal("0.1")))
        found = (await self.clients[0].account.get_order_by_external_id(placed.external_id)).data
        self.assertEqual([order.id for order in found], [placed.id])
        await self.clients[0].orders.cancel_order(placed.id)
        self.assertEqual((await self.clients[0].account.get_order_by_id(placed.id)).data.status, "CANCELLED")
        other = await self.place()
        await self.clients[0].orders.cancel_order_by_external_id(other.external_id)
        self.assertEqual(await self.open_orders(), {})

    async def test_replace(self):
        old = await self.place(post_only=True)
        new = await self.place(away=-30, previous_order_id=old.external_id, post_only=True)
        self.assertEqual(set(await self.open_orders()), {new.id})
        history = {order.id: order for order in (await self.clients[0].account.get_orders_history()).data}
        self.assertEqual(history[old.id].status_reason, "ORDER_REPLACED")
        await self.refused(1142, self.place(away=-40, previous_order_id=old.external_id))

    async def test_fill(self):
        placed = await self.place(away=20, side=SELL, time_in_force=TimeInForce.IOC, size="0.2")
        self.assertEqual((await self.clients[0].account.get_order_by_id(placed.id)).data.status, "CANCELLED")
        placed = await self.place(away=20, side=BUY, time_in_force=TimeInForce.IOC, size="0.2")
        trade = (await self.clients[0].account.get_trades(market_names=[MARKET])).data[0]
        self.assertEqual((trade.order_id, trade.is_taker), (placed.id, True))
        self.assertAlmostEqual(trade.fee, trade.value * FEE, places=3)
        position = (await self.clients[0].account.get_positions()).data[0]
        self.assertEqual((position.side, position.size), ("LONG", Decimal("0.2")))
        await self.place(away=-20, side=SELL, time_in_force=TimeInForce.IOC, size="0.2", reduce_only=True)
        self.assertEqual((await self.clients[0].account.get_positions()).data, [])
        closed = (await self.clients[0].account.get_positions_history()).data[0]
        self.assertEqual((closed.size, closed.exit_type), (Decimal("0.2"), "TRADE"))

    async def test_mass_cancel(self):
        placed = [await self.place(away=-20 - i) for i in range(4)]
        orders = self.clients[0].orders
        await orders.mass_cancel(order_ids=[placed[0].id], external_order_ids=[placed[1].external_id])
        self.assertEqual(set(await self.open_orders()), {placed[2].id, placed[3].id})
        await orders.mass_cancel(markets=[MARKET])
        self.assertEqual(await self.open_orders(), {})
        await self.place()
        await orders.mass_cancel(cancel_all=True)
        self.assertEqual(await self.open_orders(), {})

    async def test_stop_and_target(self):
        price = await self.price(5)

        def leg(trigger, limit):
            return OrderTpslTriggerParam(trigger_price=price + trigger, price=price + limit,
                                         trigger_price_type=OrderTriggerPriceType.LAST,
                                         price_type=OrderPriceType.MARKET)

        await self.place(away=5, tp_sl_type=OrderTpslType.ORDER, take_profit=leg(100, 90), stop_loss=leg(-100, -150))
        legs = [order for order in (await self.open_orders()).values() if order.type == OrderType.TPSL]
        self.assertEqual(len(legs), 2)
        self.assertEqual({order.status for order in legs}, {OrderStatus.UNTRIGGERED})
        self.assertEqual({bool(order.take_profit) for order in legs}, {True, False})

    async def test_conditional(self):
        price = await self.price(100)
        order = create_order_object(
            account=self.account(0), market=self.markets[MARKET], order_type=OrderType.CONDITIONAL,
            amount_of_synthetic=Decimal("0.1"), price=price, side=BUY, taker_fee=FEE,
            starknet_domain=self.config.signing.starknet_domain,
            trigger=OrderConditionalTriggerParam(trigger_price=price, trigger_price_type=OrderTriggerPriceType.MARK,
                                                 direction=OrderTriggerDirection.UP,
                                                 execution_price_type=OrderPriceType.LIMIT))
        placed = (await self.clients[0].orders.place_order(order)).data
        self.assertEqual((await self.open_orders())[placed.id].status, OrderStatus.UNTRIGGERED)

    async def test_refusals(self):
        await self.refused(1140, self.place(size="1000"))
        await self.refused(1141, self.place(away=1000))
        await self.refused(1120, self.place(size="0.0001"))
        await self.refused(1137, self.place(reduce_only=True))
        wrong = dataclasses.replace(MAINNET_CONFIG, endpoints=self.endpoints)
        client = self.client(0, wrong)
        self.clients.append(client)
        await self.refused(1101, client.place_order(MARKET, Decimal("0.1"), await self.price(-20), BUY, taker_fee=FEE))
        thief = StarkPerpetualAccount(10001, hex(PRIVATE[1]), PUBLIC[0], "key-0")
        client = self.client(0, account=thief)
        self.clients.append(client)
        await self.refused(1101, client.place_order(MARKET, Decimal("0.1"), await self.price(-20), BUY, taker_fee=FEE))
        self.assertEqual(await self.open_orders(), {})

    async def test_transfer(self):
        usd = (await self.clients[0].info.get_assets_dict())["USD"].to_settlement_asset()
        answer = (await self.clients[0].account.transfer(to_vault=10002, to_l2_public_key=PUBLIC[1],
                                                         amount=Decimal("12.5"), asset=usd)).data
        self.assertTrue(answer.valid_signature)
        balances = [(await client.account.get_balance()).data.balance for client in self.clients]
        self.assertEqual(balances, [Decimal("99987.5"), Decimal("100012.5")])
        await self.clients[0].account.withdraw(Decimal(2), usd, stark_address="0x1234")
        self.assertEqual((await self.clients[0].account.get_balance()).data.balance, Decimal("99985.5"))


class Streams(Case):
    async def test_account(self):
        async with self.streams.subscribe_to_account_updates("key-0") as stream:
            self.assertEqual([(await stream.recv()).type for _ in range(3)], ["ORDER", "BALANCE", "POSITION"])
            placed = await self.place(away=20, time_in_force=TimeInForce.IOC)
            seen, seq = {}, 3
            while not {"ORDER", "TRADE", "POSITION", "BALANCE"} <= set(seen):
                frame = await asyncio.wait_for(stream.recv(), 5)
                self.assertEqual(frame.seq, seq + 1)
                seq = frame.seq
                seen[frame.type] = frame.data
            self.assertEqual(seen["ORDER"].orders[-1].status, "FILLED")
            self.assertEqual(seen["TRADE"].trades[0].order_id, placed.id)
            self.assertEqual(seen["POSITION"].positions[0].size, Decimal("0.1"))

    async def test_book(self):
        """The SDK's own book, kept up by changes, is what REST says."""
        book = await OrderBook.create(self.config, market_name=MARKET, start=True)
        try:
            await self.until(lambda: asyncio.sleep(0, book.best_bid()), "a book")

            async def agrees():
                rest = (await self.clients[0].info.get_orderbook_snapshot(market_name=MARKET)).data
                return (book.best_bid().price, book.best_ask().price) == (rest.bid[0].price, rest.ask[0].price)

            for _ in range(5):
                await self.until(agrees, "the same best prices")
                await asyncio.sleep(0.1)
        finally:
            await book.close()

    async def test_public(self):
        async with self.streams.subscribe_to_orderbooks(MARKET, depth=1) as stream:
            frame = await asyncio.wait_for(stream.recv(), 5)
            self.assertEqual((frame.type, len(frame.data.bid), len(frame.data.ask)), ("SNAPSHOT", 1, 1))
        async with self.streams.subscribe_to_public_trades(MARKET) as stream:
            await self.place(away=20, time_in_force=TimeInForce.IOC)
            self.assertEqual((await asyncio.wait_for(stream.recv(), 5)).data[0].market, MARKET)
        async with self.streams.subscribe_to_candles(MARKET, "trades", "PT1M") as stream:
            self.assertGreater((await asyncio.wait_for(stream.recv(), 5)).data[0].close, 0)

    async def test_multiplexed(self):
        seen, breaks = {}, []

        def take(frame):
            seen.setdefault(frame.subscription, []).append(frame)

        async def broken(*what):
            breaks.append(what)

        async with StreamRpcClient(api_url=self.endpoints.stream_rpc_url, on_sequence_break=broken) as rpc:
            topics = [await rpc.subscribe(params=params, handler=take) for params in (
                OrderbooksParams(market=MARKET), TradesParams(), PricesParams(price_type="mark", market=MARKET),
                AccountParams(account="3001", api_key="key-0"))]
            self.assertEqual(set(await rpc.list_subscriptions()), set(topics))
            await self.place(away=20, time_in_force=TimeInForce.IOC)
            await self.until(lambda: asyncio.sleep(0, set(seen) == set(topics)), "frames of all topics")
            await self.until(lambda: asyncio.sleep(0, {"ACCOUNT.ORDER", "ACCOUNT.TRADE", "ACCOUNT.POSITION",
                                                       "ACCOUNT.BALANCE"} <= {frame.type for frame in
                                                                              seen["account.3001"]}), "the fill")
            await rpc.unsubscribe(topic_id="trades.all")
            await rpc.ping()
        self.assertEqual(breaks, [])

    async def test_blocking_client(self):
        client = await BlockingTradingClient.create(self.config, self.account(0))
        try:
            await asyncio.sleep(0.2)  # its stream connects on its own
            order = await client.create_and_place_order(MARKET, Decimal("0.1"), await self.price(-20), BUY,
                                                        taker_fee=FEE)
            self.assertEqual(order.status, "NEW")
            await client.cancel_order(order.external_id)
            self.assertEqual(await self.open_orders(), {})
        finally:
            await client.close()


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)  # the SDK's own words; what counts is asserted
    unittest.main(verbosity=2, warnings="ignore")  # it leaves sessions open

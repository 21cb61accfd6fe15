#!/usr/bin/env python3
"""Lighter's SDK: every question, channel and transaction on the built-in exchange, and where things go wrong.
Run by ctest: test_lighter_sdk.py PERIGEE."""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

import local_lighter
from local import ADDRESSES, LIMIT_S, ROOT, Exchange, Program, environment, fields
from local_lighter import LIGHTER_KEYS, ME, OTHER, PUBLIC_KEYS, settings

PERIGEE = str(pathlib.Path(sys.argv.pop(1)).resolve())
local_lighter.Case.perigee = PERIGEE
VECTORS = ROOT.parent / "shared" / "vectors" / "lighter" / "transactions.json"

# What the exchange of this machine does not have, and channels on which nothing happens by itself.
NOT_THERE = {"mark_price_candles", "pnl", "transfer_fee_info", "tokens", "create_token", "revoke_token",
             "acknowledge_notification", "tx_from_l1_tx_hash", "latest_deposit", "public_pools", "change_account_tier"}
NO_CHANNEL = {"spot_market_stats", "rfq"}

PRELUDE = """
local sdk = require "perigee.sdk"
local json = require "perigee.json"
local function show(what, value, why, detail)
  local words = {}
  for name, word in pairs(detail or {}) do
    if name ~= "body" and name ~= "tx" then words[#words + 1] = name .. "=" .. tostring(word):sub(1, 40) end
  end
  table.sort(words)
  print(what, value ~= nil, tostring(why):gsub("[\\t\\n]", " "), table.concat(words, " "))
  return value
end
local function buy(given)
  local order = { market = "ETH", side = "buy", price = "3000", size = "0.01", tif = "gtt", wait = 5 }
  for name, value in pairs(given or {}) do order[name] = value end
  return client.exchange.create_order(order)
end
"""


class Everything(local_lighter.Case):
    options = ("--wide-indexes",)

    def test_every_question_is_answered(self):
        rows = self.lua(PRELUDE + """
            local now = math.floor(sdk.now_ms())
            local own = { tx = { by = "hash", value = assert(buy()).hash },
              account = { by = "index", value = client.account },
              account_txs = { by = "account_index", value = client.account, limit = 5 },
              trades = { sort_by = "timestamp", limit = 5 },
              pnl = { by = "index", value = client.account, resolution = "1h", start_timestamp = now - 1e7,
                end_timestamp = now, count_back = 5 } }
            local samples = { market = "ETH", limit = 5, resolution = "1h", start_timestamp = now - 36e5,
              end_timestamp = now, count_back = 5, l1_address = "%s", api_key_index = 5,
              api_key_indexes = { 5 }, new_tier = "premium",
              name = "x", expiry = 2000000000, sub_account_access = false, token_id = 1, notif_id = "1", hash = "0x00",
              index = 0 }
            local n = 0
            for name, question in pairs(lighter.questions) do
              local given = own[name] or {}
              for _, field in ipairs(own[name] and {} or question.fields) do
                if not field.optional then given[field.name] = samples[field.name] end
              end
              n = n + 1
              local value, why = client.info[name](given)
              if value == nil then print(name, why) end
            end
            print("all", n)
            assert(client:cancel_all())
            assert(client.info.set_maker_only_api_keys { api_key_indexes = {} })""" % ADDRESSES[0])
        *failed, (_, count) = rows
        self.assertLessEqual({row[0] for row in failed}, NOT_THERE, failed)
        self.assertEqual(int(count), 37)

    def test_every_channel_is_confirmed(self):
        rows = self.lua(PRELUDE + """
            local n = 0
            for name, channel in pairs(lighter.channels) do
              local given = {}
              for _, part in ipairs(channel.parts) do
                given[part] = ({ market = "ETH", resolution = "1m" })[part]
              end
              n = n + 1
              local feed, why = client.subscribe[name](given)
              if not feed then print(name, why) end
              if feed and not channel.silent then
                local message, wrong = feed:next(10)
                if not message then print(name, wrong) end
              end
            end
            print("all", n)""")
        *failed, (_, count) = rows
        self.assertLessEqual({row[0] for row in failed}, NO_CHANNEL, failed)
        self.assertEqual(int(count), 24)

    def test_every_transaction(self):
        """Each kind is known by its number, signed, and taken by the venue, or refused by its state, not its form."""
        rows = self.lua(PRELUDE + """
            local ffi = require "ffi"
            local C, i, number = require("perigee.host").C, 0, ffi.new "int32_t[1]"
            local kinds = {}
            while C.pg_sdk_li_kind(i, number) ~= nil do
              kinds[number[0]], i = ffi.string(C.pg_sdk_li_kind(i, number)), i + 1
            end
            local known = 0
            for name, entry in pairs(lighter.transactions) do
              assert(kinds[entry.type]:lower() == name:gsub("_", ""), name)
              known = known + 1
            end
            print("kinds", i, known)
            local x = client.exchange
            show("create_public_pool", x.create_public_pool { operator_fee = "0.1", initial_total_shares = 1000000,
              min_operator_share_rate = "0.05", wait = 5 })
            local pool
            local list = client.info.accounts_by_l1_address { l1_address = "%s" }.sub_accounts
            for _, one in ipairs(list) do
              if one.account_type ~= 1 then pool = one.index end
            end
            pool = pool or 281474976710654
            show("update_public_pool", x.update_public_pool { pool = pool, status = 0, operator_fee = "0.05",
              min_operator_share_rate = "0.05", wait = 5 })
            show("mint_shares", x.mint_shares { pool = pool, shares = 1000, wait = 5 })
            show("burn_shares", x.burn_shares { pool = pool, shares = 500, wait = 5 })
            show("withdraw", x.withdraw { asset = "USDC", amount = "5", wait = 5 })
            show("stake_assets", x.stake_assets { staking_pool = pool, shares = 1, wait = 5 })
            show("unstake_assets", x.unstake_assets { staking_pool = pool, shares = 1, wait = 5 })
            show("update_account_config", x.update_account_config { trading_mode = 1, wait = 5 })
            show("update_account_config", x.update_account_config { trading_mode = 0, wait = 5 })
            show("update_account_asset_config", x.update_account_asset_config { asset = "USDC", margin_mode = 1,
              wait = 5 })
            show("approve_integrator", x.approve_integrator { integrator = %d, max_perps_taker_fee = 100,
              max_perps_maker_fee = 50, max_spot_taker_fee = 0, max_spot_maker_fee = 0,
              approval_expiry = math.floor(sdk.now_ms()) + 86400000, l1_key = "env:ETH_KEY", wait = 5 })
            """ % (ADDRESSES[0], OTHER))
        self.assertEqual(rows[0], ["kinds", "20", "20"])
        for name, taken, why, *detail in rows[1:]:
            if taken != "true":  # the venue's own reasons, of its state
                self.assertNotRegex(why, "signature|tx info|nonce|is missing|is no ", (name, why, detail))
                self.assertRegex(detail[0], "code=|failed=true", (name, why))
        good = {row[0] for row in rows[1:] if row[1] == "true"}
        self.assertLessEqual({"create_public_pool", "withdraw", "update_account_config", "approve_integrator"}, good,
                             rows)

    def test_indexes_beyond_2_53(self):
        rows = self.lua(PRELUDE + """
            for _, way in ipairs { "number", "text" } do
              local order = assert(client:find_order(assert(buy()).client_order_index))
              local text = tostring(order.order_index):gsub("LL", "")
              print(order.order_id, text, text == order.order_id)
              assert(client.exchange.cancel_order { market = "ETH", wait = 5,
                index = way == "text" and order.order_id or order.order_index })
              print(assert(client:find_order(order.order_index)).status)
            end""")
        for order, cancelled in zip(rows[::2], rows[1::2]):
            self.assertGreater(int(order[0]), 2**53)
            self.assertEqual((order[2], cancelled), ("true", ["canceled"]))

    def test_refused_here(self):
        rows = self.lua(PRELUDE + """
            show("tick", buy { price = "3000.001" })
            show("lot", buy { size = "0.00001" })
            show("small", buy { size = "0.0026", price = "30.00" })
            show("market", buy { market = "NONE" })
            show("expiry", buy { expiry = 1 })
            show("leverage", client.exchange.update_leverage { market = "ETH", leverage = 51, margin_mode = "cross" })
            show("oco", client.exchange.create_grouped_orders { grouping = "oco", orders = {
              { market = "ETH", side = "buy", price = "3000", size = "0.01", tif = "gtt" },
              { market = "ETH", side = "buy", price = "3000", size = "0.01", tif = "gtt" } } })
            show("wrong", pcall(buy, { tif = false }))
            for _, bad in ipairs { { tif = "never" }, { prices = 1 }, { slippage = 0.1 }, { type = "market" } } do
              print("misuse", select(2, pcall(buy, bad)))
            end""")
        said = {row[0]: row[1:] for row in rows if row[0] != "misuse"}
        for what, words in (("tick", "more than 2 decimals"), ("lot", "more than 4 decimals"),
                            ("small", "worth at least 10"), ("market", "there is no market NONE"),
                            ("leverage", "at most 50")):
            self.assertEqual(said[what][0], "false", what)
            self.assertIn(words, said[what][1])
            self.assertIn("unsent=true", said[what][2])
        self.assertEqual(said["oco"][0], "false")
        misuse = [row[1] for row in rows if row[0] == "misuse"]
        for words, text in zip(("tif should be gtt or ioc or post_only", "there is no argument 'prices'",
                                "give price or slippage", "tif of a market order cannot be gtt"), misuse):
            self.assertIn(words, text)

    def test_over_the_socket(self):
        rows = self.lua(PRELUDE + """
            local own = assert(lighter.connect { network = "local", url = options.url, key = client.key,
              account = client.account, api_key_index = client.key_index, over_socket = true })
            local order = assert(own.exchange.create_order { market = "ETH", side = "buy", price = "3000",
              size = "0.01", tif = "post_only", wait = 5 })
            local drafts = {}
            for i = 1, 3 do
              drafts[i] = assert(own:draft("create_order", { market = "ETH", side = "sell", price = 5000 + i,
                size = 0.01, tif = "gtt" }))
            end
            print(#assert(own:batch(drafts, { wait = 5 })), #assert(own:open_orders()))
            show("refused", own.exchange.create_order { market = "ETH", side = "buy", price = "3000",
              size = "0.01", tif = "gtt", client_order_index = order.client_order_index })
            assert(own:cancel_all())""")
        self.assertEqual(rows[0], ["3", "4"])
        self.assertEqual(rows[1][1], "false")
        self.assertIn("code=21728", rows[1][3])

    def test_two_programs_with_one_key(self):
        """The nonces of one are used up by the other: they are read again, and nothing is lost."""
        with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
            file.write('local lighter = require "perigee.lighter"\n'
                       'local client, options = lighter.program { doc = "", key = true }\n' + PRELUDE + """
                assert(buy())
                print "ready"
                repeat client:sleep(0.1) until #assert(client:open_orders()) == 2
                show("order", buy())
                assert(client:cancel_all())""")
            file.flush()
            program = Program(self.command(file.name), **settings(OTHER))
            self.addCleanup(program.process.kill)
            self.assertEqual(program.line(), "ready")
            self.lua(PRELUDE + "assert(buy())", OTHER)
            rows = self.finish(program)
        self.assertEqual(rows[0][:2], ["order", "true"])


class Wrong(unittest.TestCase):
    def start(self, faults=()):
        with tempfile.NamedTemporaryFile("w", suffix=".json") as plan:
            json.dump(list(faults), plan)
            plan.flush()
            self.exchange = Exchange(PERIGEE, "lighter", "--no-limits", "--no-delays", "--coin", "ETH", "--fund",
                                     f"{ME},5:{PUBLIC_KEYS[0]},premium=100000", "--faults", plan.name)
        self.addCleanup(self.exchange.stop)

    def run_lua(self, text, **more):
        with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
            file.write('local lighter = require "perigee.lighter"\n'
                       'local client, options = lighter.program { doc = "", key = true }\n' + PRELUDE + text)
            file.flush()
            return subprocess.run([PERIGEE, "lua", file.name, "--network", "local", "--url", self.exchange.url],
                                  cwd=ROOT, env=environment(**settings(ME, **more)), capture_output=True, text=True,
                                  timeout=LIMIT_S)

    def lua(self, text):
        ran = self.run_lua(text)
        self.assertEqual((ran.returncode, ran.stderr), (0, ""), ran.stdout)
        return fields(ran.stdout)

    def test_questions(self):
        path = "/api/v1/recentTrades"
        self.start([{"channel": path, "fault": "html", "count": 1},
                    {"channel": path, "fault": "status", "code": 429, "text": "<html>", "after": 1, "count": 1},
                    {"channel": path, "fault": "status", "code": 405, "text": "", "after": 2, "count": 1},
                    {"channel": path, "fault": "truncate", "after": 3, "count": 1},
                    {"channel": path, "fault": "drop", "after": 4, "count": 1},
                    {"channel": path, "fault": "cut", "after": 6}])  # also what a new connection tries again
        rows = self.lua("""
            for _, what in ipairs { "html", "429", "405", "truncate", "drop", "well", "cut" } do
              show(what, client.info.recent_trades { market = "ETH", limit = 1,
                timeout = what == "drop" and 0.3 or nil })
            end
            show("refused", client.info.account { by = "index", value = 7 })""")
        said = {row[0]: row[1:] for row in rows}
        self.assertEqual(said["well"][0], "true")
        for what, words in (("html", "the answer is no JSON"), ("429", "too many requests"), ("405", "firewall"),
                            ("truncate", "the answer is no JSON"), ("cut", "no answer"), ("drop", "no answer"),
                            ("refused", "account not found (21100)")):
            self.assertEqual(said[what][0], "false", what)
            self.assertIn(words, said[what][1])
            self.assertNotIn("<html", said[what][1].split(": ")[0])
        self.assertIn("code=21100", said["refused"][2])

    def test_transactions(self):
        """Each answer is missing in another way: the client says whether the order may stand all the same, tells how to
        look for it, and its next transaction has the right nonce."""
        path = "/api/v1/sendTx"
        self.start([{"channel": path, "fault": "status", "code": 502, "count": 1},
                    {"channel": path, "fault": "html", "after": 2, "count": 1},
                    {"channel": path, "fault": "status", "code": 429, "after": 4, "count": 1},
                    {"channel": path, "fault": "drop", "after": 6, "count": 1}])
        rows = self.lua("""
            for _, what in ipairs { "502", "html", "429", "drop" } do
              local order, why, detail = buy { timeout = what == "drop" and 0.3 or nil }
              show(what, order, why, detail)
              if detail and detail.unknown then
                print("there", what, client:find_order(detail.client_order_index, 0.3) ~= nil)
              end
              show("next", buy())
            end
            assert(client:cancel_all())""")
        said = {row[0]: row[1:] for row in rows if row[0] in ("502", "html", "429", "drop")}
        for what in ("502", "html", "drop"):
            self.assertEqual(said[what][0], "false")
            self.assertIn("unknown=true", said[what][2])
            self.assertIn("look before you send it again", said[what][1])
        self.assertIn("unknown=false", said["429"][2])
        self.assertEqual([row[1] for row in rows if row[0] == "next"], ["true"] * 4)
        self.assertIn(["there", "html", "true"], rows)  # it was done, only the answer was spoilt

    def test_a_gap_in_the_book(self):
        self.start([{"channel": "order_book", "fault": "drop", "after": 3, "count": 1}])
        rows = self.lua("""
            local book, gaps = assert(client:book("ETH")), 0
            for _ = 1, 15 do
              local changed, why, detail = book:next(10)
              if not changed then
                assert(detail.gap, why)
                gaps = gaps + 1
              end
            end
            local bid, ask = book:levels("bids", 1)[1], book:levels("asks", 1)[1]
            print(gaps, book.gaps, tonumber(bid.price) < tonumber(ask.price))""")
        self.assertEqual(rows, [["1", "1", "true"]])

    def test_keys(self):
        self.start()
        ran = self.run_lua("", API_KEY_PRIVATE_KEY=LIGHTER_KEYS[1])
        self.assertEqual(ran.returncode, 1)
        self.assertIn("key 5 of account 1000 is another one at the venue", ran.stderr)
        ran = self.run_lua("", API_KEY_PRIVATE_KEY="12345")
        self.assertEqual(ran.returncode, 1)
        self.assertNotIn("12345", ran.stderr)
        ran = self.run_lua('for name, value in pairs(client) do print(name, value) end; error(client.key.address)')
        self.assertNotIn(LIGHTER_KEYS[0], ran.stdout + ran.stderr)

    @unittest.skipUnless(VECTORS.exists(), "there are no vectors")
    def test_vectors(self):
        """Every recorded transaction gets the hash that its signer gave it."""
        self.start()
        rows = self.lua("""
            local ffi, C = require "ffi", require("perigee.host").C
            local file = assert(io.open("%s"))
            local document = assert(json.decode(file:read "*a"))
            local made, right, all, types = ffi.new "pg_sdk_li_signed", 0, 0, {}
            for _, vector in ipairs(document.vectors or document) do
              local info = assert(json.decode(vector.tx_info))
              info.Sig = nil
              local text = json.encode(info)
              if vector.tx_type ~= 8 then -- there the public key is the signer's own
                all = all + 1
                assert(sdk.call(C.pg_sdk_li_sign, client.signer, made, vector.chain_id, vector.tx_type, text, #text,
                  nil))
                if ffi.string(made.hash) == vector.tx_hash then right = right + 1 end
                types[vector.tx_type] = true
              end
            end
            local n = 0
            for _ in pairs(types) do n = n + 1 end
            print(all, right, n)""" % VECTORS)
        all_of, right, types = map(int, rows[0])
        self.assertGreater(all_of, 19)
        self.assertEqual((right, types), (all_of, 19))


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
"""Every question, subscription and action of Hyperliquid's SDK against the built-in exchange, and what accounts do with
each other. Run by ctest: test_hyperliquid_everything.py PERIGEE."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

from local import ADDRESSES, KEYS, LIMIT_S, ROOT, Exchange, environment, fields

PERIGEE = str(pathlib.Path(sys.argv.pop(1)).resolve())
ME, OTHER, THIRD, MULTI, NEW = ADDRESSES

# The exchange has no such question, or nothing ever to say.
NOT_THERE = {"usdc_routing"}
SILENT = {"notification", "order_updates", "outcome_meta_updates", "user_events"}

PRELUDE = """
local hl = require "perigee.hyperliquid"
local sdk = require "perigee.sdk"
local client, options = hl.program { doc = "", key = true }
local samples = { coin = "ETH", dex = "xyz", id = 50, interval = "1m", start_time = 1700000000000, oid = 5,
  builder = client.address, source = client.address, vault_address = client.address,
  token_id = "0x6d1e7cde53ba9467b783cb7c530ce054" }
local function sample(fields)
  local arguments = {}
  for _, field in ipairs(fields) do
    if not field.optional then arguments[field.name] = samples[field.name] end
  end
  return arguments
end
"""


class Everything(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        funds = [word for address in (ME, OTHER, THIRD, MULTI) for word in ("--fund", f"{address}=100000")]
        cls.exchange = Exchange(PERIGEE, "hyperliquid", "--no-limits", "--any-volume", *funds)
        cls.addClassCleanup(cls.exchange.stop)

    def lua(self, text, user=ME):
        with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
            file.write(PRELUDE + text)
            file.flush()
            ran = subprocess.run([PERIGEE, "lua", file.name, "--network", "local", "--url", self.exchange.url, "--key",
                                  "env:HL_KEY"], cwd=ROOT, env=environment(KEYS[ADDRESSES.index(user)]),
                                 capture_output=True, text=True, timeout=LIMIT_S)
        self.assertEqual((ran.returncode, ran.stderr), (0, ""), ran.stdout)
        return fields(ran.stdout)

    def info(self, kind, **request):
        return self.exchange.ask("/info", {"type": kind, **request})

    def test_every_question_is_answered(self):
        rows = self.lua("""
            local n = 0
            for name, question in pairs(hl.questions) do
              n = n + 1
              local value, why = client.info[name](sample(question.fields))
              if value == nil then print(name, why) end
            end
            print("all", n)""")
        *failed, (_, count) = rows
        self.assertLessEqual({row[0] for row in failed}, NOT_THERE, failed)
        self.assertGreater(int(count), 60)

    def test_every_subscription_is_confirmed(self):
        rows = self.lua("""
            local waiting, n = {}, 0
            for name, entry in pairs(hl.subscriptions) do
              if name ~= "web_data2" then -- it is the same as web_data3
                waiting[assert(client.subscribe[name](sample(entry.fields)), name)] = name
                n = n + 1
              end
            end
            local silent = { %s }
            local limit = sdk.ticks() + 20
            while sdk.ticks() < limit do
              local left = false
              for _, name in pairs(waiting) do left = left or not silent[name] end
              if not left then break end
              local message, feed = client:next(10)
              if message then waiting[feed] = nil end
            end
            for _, name in pairs(waiting) do print(name) end
            print("all", n)""" % ", ".join(f"{name} = true" for name in SILENT))
        *quiet, (_, count) = rows
        self.assertLessEqual({row[0] for row in quiet}, SILENT)
        self.assertGreater(int(count), 25)

    def test_packed_contexts(self):
        """fastAssetCtxs comes as base64 of DEFLATE: first all coins."""
        rows = self.lua("""
            local feed = assert(client.subscribe.fast_asset_ctxs())
            local message = assert(feed:next(10))
            print(message.packing_error, message.data.ETH.markPx, message.data.BTC.markPx)""")
        self.assertEqual(rows[0][0], "nil")
        self.assertAlmostEqual(float(rows[0][1]) / float(self.info("allMids")["ETH"]), 1, delta=0.05)

    def test_sub_account(self):
        """Money goes to it, it trades by `vault`, and the money comes back."""
        rows = self.lua("""
            local sub = assert(client.exchange.create_sub_account { name = "second" })
            assert(client.exchange.sub_account_transfer { sub_account_user = sub, is_deposit = true, usd = "250" })
            local own = assert(hl.connect { network = "local", url = options.url, key = client.key, vault = sub })
            local order = assert(own.exchange.order { coin = "ETH", side = "buy", price = 3000, size = 0.01,
              tif = "Gtc" })
            local found = assert(client.info.order_status { user = sub, oid = order.oid })
            print(sub, found.order.status, order.oid)
            assert(own:cancel_all())
            assert(client.exchange.sub_account_transfer { sub_account_user = sub, is_deposit = false, usd = 50 })
            print(assert(own.info.clearinghouse_state()).withdrawable)""")
        sub = rows[0][0]
        self.assertEqual(rows[0][1], "open")
        self.assertEqual(rows[1], ["200.0"])
        listed = [one for one in self.info("subAccounts", user=ME) if one["subAccountUser"] == sub]
        self.assertEqual(listed[0]["name"], "second")
        self.assertEqual(self.info("userFills", user=sub), [])

    def test_twap(self):
        rows = self.lua("""
            local twap = assert(client.exchange.twap_order { coin = "ETH", side = "buy", size = 1, minutes = 5 })
            print(twap.status, twap.twap_id)
            local feed = assert(client.subscribe.twap_states())
            print(#assert(feed:next(10)).data.states)
            print(assert(client.exchange.twap_cancel { coin = "ETH", twap_id = twap.twap_id }).status)
            local again, why, detail = client.exchange.twap_cancel { coin = "ETH", twap_id = twap.twap_id }
            print(again, why, detail.class)""", OTHER)
        self.assertEqual(rows[0][0], "running")
        self.assertEqual(rows[1:3], [["1"], ["success"]])
        self.assertIn("TWAP was never placed, already canceled, or filled.", rows[3][1])

    def test_trigger_orders(self):
        """A parent with its take-profit and stop-loss, and a stop that stands alone."""
        rows = self.lua("""
            local function child(kind, price)
              return { coin = "ETH", side = "sell", size = "0.01", reduce_only = true, slippage = "0.05",
                trigger = { price = price, kind = kind, is_market = true } }
            end
            local results = assert(client.exchange.order { grouping = "normalTpsl",
              { coin = "ETH", side = "buy", price = "3500", size = "0.01", tif = "Gtc" }, child("tp", "4400"),
              child("sl", "3400") })
            for _, result in ipairs(results) do print(result.status) end
            assert(client:cancel_all())""", THIRD)
        self.assertEqual(rows, [["resting"], ["waiting_for_fill"], ["waiting_for_fill"]])
        self.assertEqual(self.info("frontendOpenOrders", user=THIRD), [])

    def test_vault(self):
        """A leader trades for the vault."""
        rows = self.lua("""
            local vault = assert(client.exchange.create_vault { name = "Test of a vault", initial_usd = 500,
              description = "A vault of a test" })
            local order = assert(client.exchange.order { coin = "ETH", side = "buy", price = 3000, size = 0.01,
              tif = "Gtc", vault = vault })
            print(vault, assert(client.info.order_status { user = vault, oid = order.oid }).order.status)
            assert(client.exchange.vault_modify { vault_address = vault, allow_deposits = false })
            print(assert(client.info.vault_details { vault_address = vault }).allowDeposits)""", OTHER)
        self.assertEqual((rows[0][1], rows[1][0]), ("open", "false"))

    def test_several_keys(self):
        """An account that two keys sign for: neither alone, both together."""
        rows = self.lua("""
            assert(client.exchange.convert_to_multi_sig_user { authorized_users = { "%s", "%s" }, threshold = 2 })
            local alone, why = client.exchange.order { coin = "ETH", side = "buy", price = 3000, size = 0.01,
              tif = "Gtc" }
            print(alone, why)""" % (ME, OTHER), MULTI)
        self.assertEqual(rows[0][0], "nil")
        self.assertEqual(sorted(self.info("userToMultiSigSigners", user=MULTI)["authorizedUsers"]), sorted([ME, OTHER]))
        with tempfile.NamedTemporaryFile("w") as key: # made with mode 0600
            key.write(KEYS[ADDRESSES.index(OTHER)])
            key.flush()
            rows = self.lua("""
                local second = assert(hl.connect { network = "local", url = options.url, key = "file:%s" })
                local action = assert(client:action("order", { coin = "ETH", side = "buy", price = 3000, size = 0.01,
                  tif = "Gtc" }))
                local envelope = { nonce = client:next_nonce() }
                local user, outer = "%s", client.signer_address
                local parts = { assert(client:sign_part(action, user, outer, envelope)) }
                local few, why = client:act_for(action, user, parts, envelope)
                print(few, why)
                envelope = { nonce = client:next_nonce() }
                parts = { assert(client:sign_part(action, user, outer, envelope)),
                  assert(second:sign_part(action, user, outer, envelope)) }
                local order = assert(client:act_for(action, user, parts, envelope))
                print(assert(client.info.order_status { user = user, oid = order.oid }).order.status)
                """ % (key.name, MULTI))
        self.assertEqual(rows[0][0], "nil")
        self.assertEqual(rows[1], ["open"])

    def test_assets_between_accounts(self):
        """Dollars to spot and to a builder's exchange, staking, and codes of referral."""
        rows = self.lua("""
            assert(client.exchange.usd_class_transfer { amount = 1000, to_perp = false })
            assert(client.exchange.order { coin = "HYPE/USDC", side = "buy", size = 5, tif = "Ioc",
              price = tonumber(assert(client:mid "HYPE/USDC")) * 1.02 })
            assert(client.exchange.c_deposit { amount = "2" })
            print(assert(client.info.delegator_summary()).undelegated)
            print(client.exchange.register_referrer { code = "EVERYTHING" })
            print(assert(client.info.referral()).referrerState.stage)
            local gold = assert(client:asset "xyz:SP500")
            print(gold.id)""", THIRD)
        self.assertEqual(float(rows[0][0]), 2)
        self.assertEqual(rows[1:], [["true"], ["ready"], ["110000"]])

    def test_every_action_is_understood(self):
        """What the exchange does not do it refuses in words: none of the actions is malformed, or by another."""
        rows = self.lua("""
            local who, token = "%s", "USDC:0x6d1e7cde53ba9467b783cb7c530ce054"
            local address = { destination = true, sub_account_user = true, vault_address = true, agent_address = true,
              builder = true, user = true, validator = true, trading_user = true, from_sub_account = true }
            local words = { coin = "ETH", token = token, code = "NOCODE", name = "name", agent_name = "n",
              description = "a description", display_name = "n", max_fee_rate = "0.01%%", abstraction = "disabled",
              operation = "supply", data = "0x", ip = "1.2.3.4", dex = "xyz", source_dex = "", destination_dex = "spot",
              destination_recipient = who, address_encoding = "hex" }
            local numbers = { ntl = 1000000000, initial_usd = 100, gas_limit = 200000, destination_chain_id = 42161,
              slot_id = 0, threshold = 1 }
            local given = { order = { coin = "ETH", side = "buy", price = 3000, size = 0.01, tif = "Gtc" },
              cancel = { coin = "ETH", oid = 1 }, modify = { oid = 1, coin = "ETH", side = "buy", price = 3000,
              size = 0.01, tif = "Alo" }, twap_order = { coin = "ETH", side = "buy", size = 0.001, minutes = 5 },
              convert_to_multi_sig_user = {} }
            local n = 0
            for name, entry in pairs(hl.actions) do
              local arguments = given[name] or {}
              for _, field in ipairs(not given[name] and entry.fields or {}) do
                local key = field.name
                if address[key] then arguments[key] = who
                elseif key == "token" and field.type == "integer" then arguments[key] = 0
                elseif words[key] then arguments[key] = words[key]
                elseif field.type == "boolean" then arguments[key] = false
                elseif not field.optional then arguments[key] = numbers[key] or 1 end
              end
              local value, why, detail = client.exchange[name](arguments)
              n = n + 1
              local here = detail and detail.reason and (detail.class ~= "fatal" or why:find "^Vault not registered")
              if value == nil and not here then print(name, why) end
            end
            print("all", n)""" % NEW, THIRD)
        *wrong, (_, count) = rows
        self.assertEqual(wrong, [])
        self.assertGreater(int(count), 50)


if __name__ == "__main__":
    unittest.main(verbosity=2)

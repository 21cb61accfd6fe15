#!/usr/bin/env python3
"""The SDK of Extended on the built-in exchange: what it refuses, what it does when things go wrong, keys, and vectors.
Run by ctest: test_extended_sdk.py PERIGEE."""
import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

from extended import KEYS, ME, OTHER, PERIGEE, VAULT, Case, Venue, api_key, variables
from local import LIMIT_S, ROOT, environment, fields

VECTORS = ROOT.parent / "shared" / "vectors" / "extended"
PRELUDE = """
local extended = require "perigee.extended"
local client, options = extended.program { doc = "", key = true, { name = "file", doc = "" } }
local bid = tonumber((client:best "BTC-USD"))
local function show(name, value, why, detail)
  local words = {}
  for key, one in pairs(detail or {}) do words[#words + 1] = key .. "=" .. tostring(one) end
  table.sort(words)
  print(name, value ~= nil and value ~= false, why or "", table.concat(words, " "))
end
local function buy(given)
  local made = { market = "BTC-USD", side = "buy", price = bid * 0.98, size = "0.01", tif = "GTT" }
  for key, one in pairs(given or {}) do made[key] = one end
  return client.exchange.order(made)
end
"""


class Sdk(Case):
    def start(self, *arguments, faults=None):
        if faults:
            file = tempfile.NamedTemporaryFile("w", suffix=".json")
            self.addCleanup(file.close)
            json.dump(faults, file)
            file.flush()
            arguments += ("--faults", file.name)
        self.exchange = Venue("--no-limits", "--coin", "BTC", *arguments)
        self.addCleanup(self.exchange.stop)

    def lua(self, text, user=ME):
        return self.run_program(self.lua_file(text, PRELUDE), user=user)

    def fails(self, text, *words, user=ME, env=None, prelude=PRELUDE):
        ran = self.run_lua(self.lua_file(text, prelude), user=user, env=env)
        self.assertEqual(ran.returncode, 1, ran.stdout)
        for word in words:
            self.assertIn(word, ran.stderr)
        for secret in (KEYS[ME][0][2:], api_key(ME)):
            self.assertNotIn(secret, ran.stdout + ran.stderr)


class Refused(Sdk):
    """What the venue would refuse is refused here, with its code, and no order is sent."""

    def test_orders(self):
        self.start()
        rows = self.lua("""
            local sent, over_http = 0, client.over_http
            client.over_http = function(self, what)
              if what.method ~= "GET" then sent = sent + 1 end
              return over_http(self, what)
            end
            local leg = { trigger_price = bid * 0.9, trigger_type = "MARK", price = bid * 0.88, price_type = "MARKET" }
            show("least", buy { size = "0.00001" })
            show("step", buy { size = "0.0100001" })
            show("tick", buy { price = bid .. ".5" })
            show("value", buy { size = "1000" })
            show("band", buy { price = bid * 1.2 })
            show("zero", buy { price = "0" })
            show("exponent", buy { size = "1e-2" })
            show("market", buy { market = "XXX-USD" })
            show("expiry", buy { expiry = 1790000000000 })
            show("long", buy { expires_in = 86400 * 100 })
            show("fee", buy { fee = "-0.1" })
            show("trigger", buy { legs = "ORDER", take_profit = leg })
            show("leverage", client.exchange.update_leverage { market = "BTC-USD", leverage = 51 })
            show("nobody", client:close_position { market = "BTC-USD" })
            show("money", client.exchange.withdraw { recipient = "0x1", amount = 1 })
            print("sent", sent)""")
        words = ["1120", "1121", "1124", "1122", "1141", "1141", "", "no market 'XXX-USD'", "1135", "1135", "",
                 "should be above", "1050", "no position to close", "transfers = true"]
        for row, word in zip(rows[:-1], words, strict=True):
            self.assertEqual(row[1], "false", row)
            self.assertIn(word, row[2], row)
            self.assertIn("unsent=true", row[3], row)
        self.assertEqual(rows[-1], ["sent", "0"])
        self.assertEqual(self.open_orders(ME), [])

    def test_numbers_are_rounded(self):
        """Texts are sent as they are; numbers to what the venue takes, on the careful side."""
        self.start()
        rows = self.lua("""
            local order = assert(buy { price = math.floor(bid * 0.98) + 0.7, size = 0.0123456 })
            local record = assert(client:await_order(order.id, "NEW"))
            print(record.price == ("%d"):format(math.floor(bid * 0.98)), record.qty)
            order = assert(buy { side = "sell", price = math.floor(bid * 1.02) + 0.3, size = 0.1 + 0.2 })
            record = assert(client:await_order(order.id, "NEW"))
            print(record.price == ("%d"):format(math.floor(bid * 1.02) + 1), record.qty)""")
        self.assertEqual([row[0] for row in rows], ["true", "true"])
        self.assertEqual([float(row[1]) for row in rows], [0.01234, 0.3])

    def test_what_the_venue_refuses(self):
        self.start()
        rows = self.lua("""
            local order = assert(buy { external_id = "mine-1" })
            show("twice", buy { external_id = "mine-1" })
            show("cancel", client.exchange.cancel { external_id = "nothing" })
            show("order", client.info.order { id = 1 })
            show("replace", client.exchange.replace { external_id = "nothing", market = "BTC-USD", side = "buy",
              price = bid * 0.97, size = "0.01", tif = "GTT" })
            local crossing = assert(buy { price = bid * 1.01, post_only = true })
            local record = assert(client:await_order(crossing.id))
            print("crossing", record.status, record.statusReason)
            show("funds", buy { size = "100", price = bid * 0.99, reduce_only = false })
            show("cancelled", client:cancel_all())""")
        self.assertIn("1134", rows[0][2])
        self.assertRegex(rows[0][3], "class=duplicate.*external_id=mine-1.*unknown=true")
        for row in rows[1:4]:
            self.assertEqual(row[1], "false", row)
        self.assertIn("1142", rows[3][2])
        self.assertIn("class=gone", rows[3][3])
        self.assertEqual(rows[4][2], "POST_ONLY_FAILED")
        self.assertEqual(rows[5][1], "false")
        self.assertEqual(rows[6][1], "true")
        self.assertEqual(self.open_orders(ME), [])


class Faults(Sdk):
    def test_unknown_outcome(self):
        """No answer to an order: it is found by its external id."""
        self.start(faults=[{"channel": "/user/order", "fault": "drop", "count": 1}])
        rows = self.lua("""
            local order, why, detail = buy { timeout = 0.7 }
            show("order", order, why, detail)
            show("found", client:find_order(detail.external_id, 3))
            show("nothing", client:find_order("never-sent", 0.3))""")
        self.assertEqual(rows[0][1], "false")
        self.assertIn("unknown=true", rows[0][3])
        self.assertEqual((rows[1][1], rows[2][1]), ("true", "false"))
        self.assertIn("the venue knows no order never-sent", rows[2][2])

    def test_status_codes(self):
        self.start(faults=[{"channel": "/info/markets/stats", "fault": "status", "code": 503, "count": 1},
                           {"channel": "/user/balance", "fault": "status", "code": 404, "count": 1}])
        rows = self.lua("""
            show("stats", client.info.market_stats { market = "BTC-USD" })
            show("again", client.info.market_stats { market = "BTC-USD" })
            print(client.info.balance().equity, client.info.balance().equity)""")
        self.assertIn("HTTP 503", rows[0][2])
        self.assertEqual(rows[1][1], "true")
        self.assertEqual(rows[2], ["0", "100000.000000"])

    def test_too_many_requests(self):
        """After 429 nothing is sent for a while."""
        self.start(faults=[{"channel": "/info/settings", "fault": "status", "code": 429, "count": 1}])
        rows = self.lua("""
            show("limit", client.info.settings())
            show("short", client.info.settings { timeout = 0.3 })
            show("patient", client.info.settings { timeout = 5 })""")
        self.assertIn("429", rows[0][2])
        self.assertIn("wants no requests", rows[1][2])
        self.assertIn("unsent=true", rows[1][3])
        self.assertEqual(rows[2][1], "true")

    def test_connection_comes_back(self):
        """The book is empty when its connection is lost, and whole again with the next snapshot."""
        self.start(faults=[{"channel": "orderbooks", "fault": "cut", "after": 4, "count": 1}])
        rows = self.lua("""
            local book, seen, lost = assert(client:book { market = "BTC-USD" }), {}, nil
            for _ = 1, 40 do
              local what, why, detail = book:next(10)
              if not what then lost = { why, #book:bids(), detail.closed } else seen[#seen + 1] = what end
              if lost and what then break end
            end
            print(lost[1], lost[2], lost[3])
            print(seen[1], seen[#seen], #book:bids() > 0)""")
        self.assertIn("the connection was lost", rows[0][0])
        self.assertEqual(rows[0][1:], ["0", "true"])
        self.assertEqual(rows[1], ["snapshot", "snapshot", "true"])

    def test_missing_messages(self):
        """A gap in a book makes the connection anew; in trades it is told."""
        self.start(faults=[{"channel": "orderbooks", "fault": "drop", "after": 3, "count": 1}])
        rows = self.lua("""
            local book = assert(client:book { market = "BTC-USD" })
            for _ = 1, 40 do
              local what, why, detail = book:next(10)
              if not what then
                print(why, #book:bids())
                print(book:next(10))
                break
              end
            end""")
        self.assertIn("1 messages did not come: the connection is made again", rows[0][0])
        self.assertEqual(rows[0][1], "0")
        self.assertEqual(rows[1], ["snapshot"])

    def test_missing_trades_are_told(self):
        """Trades go on after a gap: what is missing is told, and each comes once."""
        self.start(faults=[{"channel": "publicTrades", "fault": "drop", "after": 1, "count": 1}])
        rows = self.lua("""
            local trades, seen = assert(client.subscribe.trades { market = "BTC-USD" }), {}
            for i = 1, 8 do
              assert(client:market_order { market = "BTC-USD", side = i % 2 == 0 and "sell" or "buy", size = "0.01" })
              client:sleep(0.15)
            end
            local message, why, detail = trades:next(0)
            while message or not detail.timeout do
              for _, trade in ipairs(message and message.data or {}) do
                if seen[extended.text(trade.i)] then print("twice", trade.i) end
                seen[extended.text(trade.i)] = true
              end
              if not message then print(why, detail.gap) end
              message, why, detail = trades:next(0)
            end
            print("trades", next(seen) ~= nil)""")
        self.assertEqual(rows, [["trades: 1 messages did not come", "1"], ["trades", "true"]])

    def test_wrong_streams(self):
        self.start()
        rows = self.lua("""
            show("market", client.subscribe.trades { market = "XXX-USD" })
            local trades = assert(client.subscribe.trades { market = "BTC-USD" })
            show("twice", client.subscribe.trades { market = "BTC-USD" })
            trades:close()
            show("after", client.subscribe.trades { market = "BTC-USD" })
            show("closed", trades:next(0.1))
            show("rfq", client.subscribe.rfq_orderbook { market = "BTC-USD", timeout = 1 })""")
        self.assertEqual([row[1] for row in rows], ["false", "false", "true", "false", "false"])
        self.assertIn("subscribed already", rows[1][2])


class Connecting(Sdk):
    def test_wrong_keys(self):
        self.start()
        env = variables(ME)
        for change, words in (({"STARK_PRIVATE": ""}, "STARK_PRIVATE"),
                              ({"STARK_PRIVATE": KEYS[OTHER][0], "STARK_PUBLIC": KEYS[OTHER][1]}, "does not belong"),
                              ({"STARK_PUBLIC": KEYS[OTHER][1]}, "0x277c5cea"),
                              ({"VAULT_NUMBER": str(VAULT + 1)}, f"the vault is {VAULT + 1}"),
                              ({"API_KEY": "another"}, "401"),
                              ({"EXTENDED_ENV": "mainnet"}, "chain 'SN_SEPOLIA'")):
            self.fails("", words, env={**env, **change})

    def test_names_of_a_dotenv_file(self):
        """R1's names, in a .env file."""
        self.start()
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / ".env"
            path.write_text("".join(f"{name}={value}\n" for name, value in variables(ME).items()))
            os.chmod(path, 0o600)
            names = set(variables(ME))
            env = {name: value for name, value in environment(None).items() if name not in names}
            ran = subprocess.run([PERIGEE, "lua", ROOT / "examples/extended/balance.lua", "--url", self.exchange.url],
                                 cwd=folder, env=env, capture_output=True, text=True, timeout=LIMIT_S)
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        self.assertIn(["equity", "100000.000000"], fields(ran.stdout))

    def test_without_keys(self):
        self.start()
        prelude = ('local extended = require "perigee.extended"\n'
                   'local client = extended.program { doc = "" }\n')
        rows = self.run_program(self.lua_file('print(client.info.market_stats { market = "BTC-USD" } ~= nil)', prelude))
        self.assertEqual(rows, [["true"]])
        self.fails("client.info.balance()", "the client has no API key", user=None, prelude=prelude)
        self.fails("client.exchange.order {}", "the client has no API key", user=None, prelude=prelude)

    def test_misuse_is_named(self):
        self.start()
        for text, words in (("client.info.orderbook { marked = 1 }", "orderbook: market is missing"),
                            ("client.info.nothing()", "there is no question 'nothing'"),
                            ("buy { side = 'up' }", "order: side should be BUY, SELL"),
                            ("buy { tif = 'FOK' }", "order: tif should be GTT, IOC"),
                            ("client.exchange.order { market = 'BTC-USD', side = 'buy', price = 1, size = 1 }",
                             "tif is missing"),
                            ("buy { type = 'CONDITIONAL' }", "a conditional order has a trigger"),
                            ("buy { type = 'LIMIT', trigger = {} }", "others have none"),
                            ("buy { builder_fee = 0.1 }", "builder_fee and builder_id go together"),
                            ("client.exchange.cancel {}", "cancel: give either id or external_id"),
                            ("client.exchange.mass_cancel {}", "mass_cancel: say what"),
                            ("extended.connect { network = 'prod' }", "network should be mainnet, testnet or local"),
                            ("extended.connect { network = 'testnet', key = '0x12', api_key = 'env:X', vault = 1 }",
                             "the key itself is never an argument")):
            self.fails(text, words)

    def test_annotations_name_everything(self):
        """lua/perigee/extended/meta.lua has what the tables have, and nothing else."""
        self.start()
        rows = self.lua("""
            for class, list in pairs { Info = extended.questions, Exchange = extended.actions,
              Subscribe = extended.subscriptions } do
              for name in pairs(list) do print(class, name) end
            end""")
        text, found, current = (ROOT / "lua/perigee/extended/meta.lua").read_text(), set(), None
        for line in text.splitlines():
            if match := re.match(r"---@class perigee\.extended\.(Info|Exchange|Subscribe)\b", line):
                current = match[1]
            elif match := re.match(r"---@field (\w+) fun", line):
                found.add((current, match[1]))
        self.assertEqual(found, {tuple(row) for row in rows})

    def test_the_manual_runs(self):
        """The program in lua/README.md, on the built-in exchange."""
        self.start()
        text = (ROOT / "lua" / "README.md").read_text().split("### Extended")[1]
        program = text.split("```lua")[1].split("```")[0]
        program = program.replace('network = "testnet"', f'network = "local", url = "{self.exchange.url}"')
        rows = self.run_program(self.lua_file(program, ""), user=ME)
        self.assertEqual(rows[0][0], "accepted")
        self.assertEqual(rows[-1], ["cancelled", "1"])
        self.assertEqual(self.open_orders(ME), [])


@unittest.skipUnless(VECTORS.is_dir(), "the vectors of ../shared are not here")
class Vectors(unittest.TestCase):
    def test_orders(self):
        """Bodies from Lua, byte for byte as the vectors have them."""
        vectors = json.loads((VECTORS / "orders.json").read_text())["vectors"]
        with tempfile.TemporaryDirectory() as folder:
            for vector in vectors:
                inputs = vector["inputs"]
                with open(pathlib.Path(folder) / inputs["public_key"], "w",
                          opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
                    file.write(inputs["private_key"])
            ran = subprocess.run([PERIGEE, "lua", "tests/sdk/extended_vectors.lua", VECTORS / "orders.json", folder],
                                 cwd=ROOT, capture_output=True, text=True, timeout=LIMIT_S)
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        *wrong, (_, checked, cases) = fields(ran.stdout)
        self.assertEqual(wrong, [])
        self.assertEqual(int(checked), len(vectors))
        self.assertEqual(checked, cases)


if __name__ == "__main__":
    unittest.main(verbosity=2)

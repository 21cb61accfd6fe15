#!/usr/bin/env python3
"""Hyperliquid's SDK where things go wrong, and its signatures. Run by ctest: test_hyperliquid_sdk.py PERIGEE."""
import http.server
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

from local import ADDRESSES, KEYS, LIMIT_S, ROOT, Exchange, environment, fields

PERIGEE = str(pathlib.Path(sys.argv.pop(1)).resolve())
VECTORS = ROOT.parent / "shared" / "vectors" / "hyperliquid"
ME, OTHER = ADDRESSES[:2]

# Prints the answer of a call: true, or nil, the text and the words of the details.
PRELUDE = """
local hl = require "perigee.hyperliquid"
local client, options = hl.program { doc = "", key = true, { name = "over-socket", flag = true, doc = "" } }
local function show(what, value, why, detail)
  local words = {}
  for name, word in pairs(detail or {}) do words[#words + 1] = name .. "=" .. tostring(word):sub(1, 40) end
  table.sort(words)
  print(what, value ~= nil, tostring(why):gsub("[\\t\\n]", " "), table.concat(words, " "))
end
local function buy(given)
  local order = { coin = "ETH", side = "buy", price = "3000", size = "0.01", tif = "Gtc" }
  for name, value in pairs(given or {}) do order[name] = value end
  return client.exchange.order(order)
end
"""


class Case(unittest.TestCase):
    def start(self, *arguments, faults=None):
        options = ["--no-limits", "--any-volume", "--fund", f"{ME}=100000", *arguments]
        if faults:
            plan = tempfile.NamedTemporaryFile("w", suffix=".json", delete=False)
            self.addCleanup(os.unlink, plan.name)
            with plan:
                json.dump(faults, plan)
            options += ["--faults", plan.name]
        self.exchange = Exchange(PERIGEE, "hyperliquid", *options)
        self.addCleanup(self.exchange.stop)
        return self.exchange.url

    def run_lua(self, url, text, *arguments, key=KEYS[0], prelude=PRELUDE):
        with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
            file.write(prelude + text)
            file.flush()
            return subprocess.run([PERIGEE, "lua", file.name, "--network", "local", "--url", url, "--key", "env:HL_KEY",
                                   *arguments], cwd=ROOT, env=environment(key), capture_output=True, text=True,
                                  timeout=LIMIT_S)

    def lua(self, url, text, *arguments):
        ran = self.run_lua(url, text, *arguments)
        self.assertEqual((ran.returncode, ran.stderr), (0, ""), ran.stdout)
        return fields(ran.stdout)

    def open_orders(self):
        return self.exchange.ask("/info", {"type": "openOrders", "user": ME})


class BadAnswers(Case):
    def test_questions(self):
        url = self.start(faults=[
            {"channel": "/info", "fault": "html", "count": 1},
            {"channel": "/info", "fault": "status", "code": 429, "text": "null", "after": 1, "count": 1},
            {"channel": "/info", "fault": "status", "code": 503, "text": "busy", "after": 2, "count": 1},
            {"channel": "/info", "fault": "truncate", "after": 3, "count": 1},
            {"channel": "/info", "fault": "cut", "after": 4, "count": 1},
            {"channel": "/info", "fault": "drop", "after": 5, "count": 1}])
        rows = self.lua(url, """
            for _, what in ipairs { "html", "429", "503", "truncate", "cut", "drop", "well" } do
              show(what, client.info.all_mids { timeout = what == "drop" and 0.3 or nil })
            end""")
        said = {row[0]: row[1:] for row in rows}
        self.assertEqual(said["well"][0], "true")
        for what, words in (("html", "allMids: the answer is no JSON (byte 1: no value that JSON has)"),
                            ("429", "allMids: HTTP 429, too many requests"), ("503", "HTTP 503, the venue is not"),
                            ("truncate", "the answer is no JSON (byte"), ("cut", "allMids: no answer"),
                            ("drop", "allMids: no answer")):
            self.assertEqual(said[what][0], "false", what)
            self.assertIn(words, said[what][1])
        self.assertIn("http=429", said["429"][2])
        self.assertNotIn("<", said["503"][1])

    def test_actions(self):
        """Each answer is missing in another way; the client says whether the order may stand all the same."""
        url = self.start(faults=[
            {"channel": "/exchange", "fault": "status", "code": 502, "count": 1},
            {"channel": "/exchange", "fault": "html", "after": 1, "count": 1},
            {"channel": "/exchange", "fault": "status", "code": 429, "after": 2, "count": 1},
            {"channel": "/exchange", "fault": "drop", "after": 3, "count": 1},
            {"channel": "action", "fault": "reject", "text": "Insufficient margin to place order.", "after": 2,
             "count": 1}])
        rows = self.lua(url, """
            for _, what in ipairs { "502", "html", "429", "drop", "reject", "well" } do
              local order, why, detail = buy { timeout = what == "drop" and 0.5 or nil }
              show(what, order, why, detail)
              if detail and detail.unknown then show("found " .. what, client:find_order(detail.cloid, 1)) end
            end""")
        said = {row[0]: row[1:] for row in rows}
        for what in ("502", "html", "drop"):
            self.assertIn("it may have been done", said[what][1])
            self.assertIn("unknown=true", said[what][2])
        self.assertEqual([said["found " + what][0] for what in ("502", "html", "drop")], ["false", "true", "true"])
        self.assertIn("HTTP 429", said["429"][1])
        self.assertIn("unknown=false", said["429"][2])
        self.assertIn("reason=margin", said["reject"][2])
        self.assertEqual(said["well"][0], "true")
        self.assertEqual(len(self.open_orders()), 3) # html, drop, well

    def test_nobody_there(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{free.getsockname()[1]}"
        rows = self.lua(url, """
            show("ask", client.info.all_mids { timeout = 2 })
            show("order", buy { timeout = 2 })
            show("feed", client.subscribe.all_mids { timeout = 0.5 })""")
        self.assertEqual([row[1] for row in rows], ["false"] * 3)
        self.assertIn("no answer", rows[0][2])
        self.assertIn("meta: no answer", rows[1][2])
        self.assertIn("no connection in 0.5 s", rows[2][2])

    def test_nonsense(self):
        """A server that answers with JSON of another kind."""
        answers = ["[]", "{}", '{"status":"ok"}', '{"status":"ok","response":{"type":"order","data":{"statuses":[]}}}',
                   '{"status":"ok","response":{"type":"order","data":{"statuses":["strange"]}}}', "7", '"text"']

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                metas = {"meta": '{"universe":[{"name":"ETH","szDecimals":4,"maxLeverage":50}]}',
                         "spotMeta": '{"tokens":[],"universe":[]}'}
                answer = metas.get(request.get("type")) or answers.pop(0)
                self.send_response(200)
                self.end_headers()
                self.wfile.write(answer.encode())

            def log_message(self, *_):
                pass

        server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        rows = self.lua(f"http://127.0.0.1:{server.server_port}", """
            for i = 1, 7 do
              local order, why, detail = buy()
              show(i, order and order.status == "strange" or nil, why, detail)
            end""")
        self.assertEqual([row[1] for row in rows], ["false"] * 4 + ["true"] + ["false"] * 2)
        for number, words in ((0, "has no status"), (1, "has no status"), (2, "says nothing of it"), (3, "0 statuses"),
                              (5, "has no status"), (6, "has no status")):
            self.assertIn(words, rows[number][2])
            self.assertIn("unknown=true", rows[number][3])


class Socket(Case):
    def test_orders_over_the_socket(self):
        url = self.start()
        rows = self.lua(url, """
            client.over_socket = true
            local order = assert(buy())
            show("order", order)
            show("status", assert(client.info.order_status { oid = order.oid }))
            show("cancel", client.exchange.cancel { coin = "ETH", oid = order.oid })
            show("again", client.exchange.cancel { coin = "ETH", oid = order.oid })""")
        self.assertEqual([row[1] for row in rows], ["true", "true", "true", "false"])
        self.assertIn("class=gone", rows[3][3])
        self.assertEqual(self.open_orders(), [])

    def test_post_without_an_answer(self):
        url = self.start(faults=[{"channel": "post", "fault": "drop", "count": 1},
                                 {"channel": "post", "fault": "status", "code": 429, "after": 1, "count": 1}])
        rows = self.lua(url, """
            client:asset "ETH"
            client.over_socket = true
            show("none", client.info.all_mids { timeout = 0.3 })
            show("429", client.info.all_mids())
            show("well", client.info.all_mids())""")
        self.assertIn("no answer in 0.3 s", rows[0][2])
        self.assertIn("http=429", rows[1][3])
        self.assertEqual(rows[2][1], "true")

    def test_connection_comes_back(self):
        """A feed tells of the break, is subscribed again, and goes on."""
        url = self.start(faults=[{"channel": "bbo", "fault": "cut", "after": 5, "count": 1}])
        rows = self.lua(url, """
            local feed = assert(client.subscribe.bbo { coin = "ETH" })
            local breaks, after = 0, 0
            for _ = 1, 60 do
              local message, why, detail = feed:next(10)
              if message and breaks > 0 then after = after + 1 end
              if detail and detail.closed then breaks = breaks + 1 show("broken", nil, why, detail) end
              if after == 3 then break end
            end
            print("breaks", breaks, after)""")
        self.assertIn("the connection was lost", rows[0][2])
        self.assertEqual(rows[-1], ["breaks", "1", "3"])

    def test_old_break_is_not_an_answer(self):
        """A break that was long over when something new is subscribed has nothing to do with that."""
        url = self.start(faults=[{"channel": "bbo", "fault": "cut", "after": 3, "count": 1}])
        rows = self.lua(url, """
            local feed = assert(client.subscribe.bbo { coin = "ETH" })
            while client.hub.stream:is_open() do client:sleep(0.02) end
            while not client.hub.stream:is_open() do client:sleep(0.02) end
            show("trades", client.subscribe.trades { coin = "ETH" })
            local told = 0
            for _ = 1, 20 do
              local _, _, detail = feed:next(10)
              if detail and detail.closed then told = told + 1 end
            end
            print("told", told)""")
        self.assertEqual(rows[0][1], "true")
        self.assertEqual(rows[1], ["told", "1"])

    def test_bad_frames(self):
        url = self.start(faults=[{"channel": "bbo", "fault": "truncate", "after": 2, "count": 1},
                                 {"channel": "bbo", "fault": "unknown", "after": 3, "count": 1}])
        rows = self.lua(url, """
            local feed = assert(client.subscribe.bbo { coin = "ETH" })
            for i = 1, 6 do show(i, feed:next(10)) end""")
        self.assertEqual([row[1] for row in rows], ["true", "true", "false", "true", "true", "true"])
        self.assertIn("a message cannot be read", rows[2][2])

    def test_wrong_subscriptions(self):
        url = self.start()
        rows = self.lua(url, """
            show("coin", client.subscribe.bbo { coin = "NOTHERE" })
            assert(client.subscribe.trades { coin = "ETH" })
            show("twice", client.subscribe.trades { coin = "ETH" })
            show("spot", client.subscribe.active_asset_data { coin = "PURR/USDC" })
            show("book", client.subscribe.l2_book { coin = "ETH", mantissa = 2 })
            assert(client.subscribe.order_updates { user = "%s" })
            show("user", client.subscribe.order_updates { user = "%s" })
            show("quiet", client.subscribe.user_events():next(0.1))""" % (ME, OTHER))
        words = ["Hyperliquid has no asset 'NOTHERE'", "subscribed already", "for perpetuals only",
                 "only with n_sig_figs = 5", "subscribed already", "no message in 0.1 s"]
        for row, word in zip(rows, words, strict=True):
            self.assertEqual(row[1], "false")
            self.assertIn(word, row[2])

    def test_ten_users_a_connection(self):
        url = self.start()
        rows = self.lua(url, """
            local function fills(i) return client.subscribe.user_fills { user = ("0x%040x"):format(i) } end
            local feeds = {}
            for i = 1, 10 do feeds[i] = assert(fills(i)) end
            show("eleventh", fills(11))
            assert(client.subscribe.user_fundings { user = ("0x%040x"):format(10) })
            feeds[1]:close()
            show("after", fills(11))""")
        self.assertIn("10 users at most", rows[0][2])
        self.assertEqual(rows[1][1], "true")

    def test_feeds_share_a_connection(self):
        url = self.start()
        rows = self.lua(url, """
            local eth = assert(client.subscribe.trades { coin = "ETH" })
            local btc = assert(client.subscribe.trades { coin = "BTC" })
            for _ = 1, 5 do
              for _, feed in ipairs { eth, btc } do print(assert(feed:next(20)).data[1].coin) end
            end
            btc:close()
            show("closed", btc:next(1))
            local message, feed = assert(client:next(20))
            print(feed == eth, message.data[1].coin)""")
        self.assertEqual([row[0] for row in rows[:10]], ["ETH", "BTC"] * 5)
        self.assertIn("it is closed", rows[10][2])
        self.assertEqual(rows[11], ["true", "ETH"])


class Refused(Case):
    """What the venue would refuse is refused here, with the reason, and nothing is sent."""

    def test_orders(self):
        url = self.start()
        rows = self.lua(url, """
            local requests = 0
            local send = client.send
            client.send = function(...)
              requests = requests + 1
              return send(...)
            end
            local sl = { price = "2900", kind = "sl", is_market = true }
            show("tick", buy { price = "3000.123" })
            show("size", buy { size = "0.00001" })
            show("zero", buy { size = 0.000001 })
            show("value", buy { size = "0.003" })
            show("coin", buy { coin = "eth" })
            show("negative", buy { price = "-1" })
            show("fee", buy { builder = { address = client.address, fee = 101 } })
            show("leverage", client.exchange.update_leverage { coin = "ETH", leverage = 999, is_cross = true })
            show("schedule", client.exchange.schedule_cancel { time = 1700000000000 })
            show("twap", client.exchange.twap_order { coin = "ETH", side = "buy", size = "1", minutes = 4 })
            show("reduce", client.exchange.order { coin = "ETH", side = "sell", size = "0.01", price = "2800",
              trigger = sl })
            show("sl", client.exchange.order { coin = "ETH", side = "sell", size = "0.01", price = "2950",
              trigger = sl, reduce_only = true })
            show("group", client.exchange.order { grouping = "normalTpsl",
              { coin = "ETH", side = "buy", price = "3000", size = "0.01", tif = "Gtc" } })
            local cloid = hl.new_cloid()
            local one = { coin = "ETH", side = "buy", price = "3000", size = "0.01", tif = "Gtc", cloid = cloid }
            show("cloid", client.exchange.order { one, one })
            show("vault", client.exchange.create_vault { name = "Vault", description = "of a test, small",
              initial_usd = 99 })
            print("requests", requests)""")
        words = ["too_many_decimals", "too_many_decimals", "rounds to zero", "is worth 9", "no asset 'eth'",
                 "not_positive", "0 to 100 tenths", "leverage of at most", "at least 5 s ahead", "5 to 10080 minutes",
                 "must be reduce_only", "Invalid TP/SL price", "one or two children", "the same cloid", "100 USD"]
        for row, word in zip(rows[:-1], words, strict=True):
            self.assertEqual(row[1], "false", row)
            self.assertIn(word, row[2])
        self.assertEqual(rows[-1], ["requests", "0"])
        self.assertEqual(self.open_orders(), [])

    def test_numbers_are_rounded(self):
        """Texts are sent as they are; numbers to what the venue takes, on the careful side."""
        url = self.start()
        self.lua(url, """
            assert(buy { price = 3000.1234, size = 0.01239999 })
            assert(buy { price = "3000.50", size = "0.0130" })
            assert(client.exchange.order { coin = "ETH", side = "sell", price = 4800.1234, size = 0.1 + 0.2,
              tif = "Alo" })""")
        orders = sorted((order["limitPx"], order["sz"]) for order in self.open_orders())
        self.assertEqual(orders, [("3000.1", "0.0123"), ("3000.5", "0.013"), ("4800.2", "0.3")])

    def test_batches(self):
        """One refused order of a batch leaves the others standing."""
        url = self.start()
        rows = self.lua(url, """
            local function order(price) return { coin = "ETH", side = "buy", price = price, size = "0.01", tif = "Alo" } end
            local results = assert(client.exchange.order { order "3000", order "4500", order "3100" })
            for _, result in ipairs(results) do print(result.status, result.reason, result.cloid ~= nil) end
            local moved = assert(client.exchange.modify { oid = results[1].oid, coin = "ETH", side = "buy",
              price = "3050", size = "0.02", tif = "Alo" })
            print(moved.status, moved.oid ~= results[1].oid)
            print(client:cancel_all { coin = "ETH" })""")
        self.assertEqual([row[0] for row in rows[:3]], ["resting", "error", "resting"])
        self.assertEqual(rows[1][1], "post_only")
        self.assertEqual(rows[3:], [["resting", "true"], ["2"]])
        self.assertEqual(self.open_orders(), [])


class Manual(Case):
    def test_its_program_runs(self):
        """The program in lua/README.md, with another address."""
        text = (ROOT / "lua" / "README.md").read_text().split("### Hyperliquid")[1]
        program = text.split("```lua")[1].split("```")[0]
        url = self.start()
        program = program.replace('network = "testnet"', f'network = "local", url = "{url}"')
        run = self.run_lua(url, program, prelude="")
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        self.assertEqual([row[0] for row in fields(run.stdout)], ["resting", "0"])
        self.assertEqual(self.open_orders(), [])


class Keys(Case):
    def fails(self, run, *words):
        self.assertEqual(run.returncode, 1, run.stdout)
        for word in words:
            self.assertIn(word, run.stderr)
        self.assertNotIn(KEYS[0][2:], run.stdout + run.stderr)

    def test_key_of_nobody(self):
        url = self.start()
        self.fails(self.run_lua(url, "", key=None), "HL_KEY is set neither in the environment nor in .env")
        self.fails(self.run_lua(url, "", key="0x1234"), "environment variable HL_KEY")
        rows = fields(self.run_lua(url, 'show("order", buy())', key=KEYS[4]).stdout)
        self.assertIn("does not exist", rows[0][2])
        self.assertIn("class=fatal", rows[0][3])

    def test_agent_of_another(self):
        url = self.start()
        run = self.run_lua(url, "", "--account", ME, key=KEYS[1])
        self.fails(run, f"the key {OTHER} is no agent of the account {ME}")

    def test_open_file(self):
        url = self.start()
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(KEYS[0])
            file.flush()
            connect = 'print(hl.connect { network = "local", url = options.url, key = "file:%s" })' % file.name
            os.chmod(file.name, 0o644)
            self.assertIn("nil\t", self.run_lua(url, connect).stdout)
            os.chmod(file.name, 0o600)
            self.assertIn("table", self.run_lua(url, connect).stdout)

    def test_key_is_not_an_argument(self):
        url = self.start()
        run = self.run_lua(url, 'hl.connect { network = "local", url = options.url, key = "%s" }' % KEYS[0])
        self.fails(run, "the key itself is never an argument")

    def test_network_is_part_of_the_signature(self):
        url = self.start()
        run = self.run_lua(url, 'show("order", buy())', "--network", "mainnet")
        self.assertIn("does not exist", run.stdout)

    def test_misuse_is_named(self):
        url = self.start()
        for text, words in (("client.info.l2_book { coim = 1 }", "l2_book: "), ("client.info.nothing()", "no question"),
                            ("buy { side = 1 }", "order: side should be buy or sell"),
                            ("client.exchange.cancel { coin = 'ETH' }", "cancel: give either oid or cloid"),
                            ("hl.connect { network = 'prod' }", "network should be mainnet, testnet or local"),
                            ("client.info.all_mids { timeout = 'x' }", "timeout should be a number of seconds")):
            self.fails(self.run_lua(url, text), words)
        run = subprocess.run([PERIGEE, "lua", "examples/hyperliquid/ws_bbo.lua", "--coim", "ETH"], cwd=ROOT,
                             capture_output=True, text=True, timeout=LIMIT_S)
        self.assertEqual(run.returncode, 2)
        self.assertIn("there is no option --coim", run.stderr)


@unittest.skipUnless(VECTORS.is_dir(), "the vectors of ../shared are not here")
class Vectors(unittest.TestCase):
    def check(self, name):
        path = VECTORS / f"{name}.json"
        vectors = json.loads(path.read_text())["vectors"]
        with tempfile.TemporaryDirectory() as folder:
            for vector in vectors:
                keys = zip(vector.get("signers", [vector.get("signer")]),
                           vector.get("signer_private_keys", [vector.get("private_key")]))
                for address, key in keys:
                    with open(pathlib.Path(folder) / address, "w", opener=lambda path, flags:
                              os.open(path, flags, 0o600)) as file:
                        file.write(key)
            run = subprocess.run([PERIGEE, "lua", "tests/sdk/vectors.lua", path, folder], cwd=ROOT,
                                 capture_output=True, text=True, timeout=LIMIT_S)
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        *wrong, (_, checked, cases) = fields(run.stdout)
        self.assertEqual(wrong, [])
        self.assertEqual(checked, cases)
        self.assertGreater(int(checked), 0)

    def test_l1_actions(self):
        self.check("l1_actions")

    def test_user_signed_actions(self):
        self.check("user_signed_actions")

    def test_multi_sig(self):
        self.check("multi_sig")


if __name__ == "__main__":
    unittest.main(verbosity=2)

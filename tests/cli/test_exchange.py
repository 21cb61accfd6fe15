#!/usr/bin/env python3
"""`perigee exchange` as its user meets it. Run by ctest: test_exchange.py PERIGEE."""
import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

PERIGEE = str(pathlib.Path(sys.argv.pop(1)).resolve())
ADDRESS = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
STARK_KEY = "0x1ef15c18599971b7beced415a40f0c7deacfd9b0d1819e03d723d8bc943cfca"
LISTENING = "listening on http://127.0.0.1:"


class Server:
    """A running exchange: its URL, questions to it, its end."""

    def __init__(self, *arguments, venue="hyperliquid"):
        self.process = subprocess.Popen([PERIGEE, "exchange", venue, *map(str, arguments)],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.line = self.process.stdout.readline()
        self.url = self.line.strip().removeprefix("listening on ")

    def ask(self, **request):
        body = json.dumps(request).encode()
        made = urllib.request.Request(self.url + "/info", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(made, timeout=10) as answer:
            return json.load(answer)

    def get(self, path, **headers):
        made = urllib.request.Request(self.url + "/api/v1" + path, headers=headers)
        with urllib.request.urlopen(made, timeout=10) as answer:
            return json.load(answer)["data"]

    def stop(self, number=signal.SIGINT):
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=10)
        return self.process.returncode, out, err


class Exchange(unittest.TestCase):
    def assertFails(self, status, *arguments, words):
        run = subprocess.run([PERIGEE, "exchange", *map(str, arguments)], capture_output=True, text=True, timeout=20)
        self.assertEqual(run.returncode, status, run.stdout + run.stderr)
        self.assertIn(words, run.stderr)
        self.assertEqual(run.stdout, "")

    def wait(self, check):
        for _ in range(100):
            if check():
                return
            time.sleep(0.05)
        self.fail("it did not happen in 5 s")

    def test_synthetic(self):
        server = Server("--fund", f"{ADDRESS}=2500")
        self.assertTrue(server.line.startswith(LISTENING), server.line)
        self.assertEqual([coin["name"] for coin in server.ask(type="meta")["universe"]], ["ETH", "BTC"])
        first = server.ask(type="l2Book", coin="ETH")
        self.assertEqual([len(side) for side in first["levels"]], [20, 20])
        self.wait(lambda: server.ask(type="l2Book", coin="ETH")["levels"] != first["levels"])  # it lives
        state = server.ask(type="clearinghouseState", user=ADDRESS)
        self.assertEqual(state["marginSummary"]["accountValue"], "2500.0")
        status, out, err = server.stop()
        self.assertEqual((status, out, err), (0, "", ""))

    def test_coins(self):
        server = Server("--coin", "SOL", "--coin", "NEW=12.5", "--seed", 7, "--block", 0)
        mids = server.ask(type="allMids")
        self.assertEqual(set(mids), {"SOL", "NEW"})
        self.assertAlmostEqual(float(mids["NEW"]), 12.5, delta=0.5)
        self.assertEqual(server.stop(signal.SIGTERM)[0], 0)

    def test_names(self):
        """The name of a coin says what it is."""
        server = Server()
        self.assertEqual(set(server.ask(type="allMids")), {"ETH", "BTC", "PURR/USDC", "@107"})
        self.assertEqual(server.ask(type="perpDexs")[1]["name"], "xyz")
        server.stop()
        server = Server("--coin", "ETH", "--coin", "abc:ETH", "--coin", "NEW/USDC=3", "--post-only", 60000)
        self.assertEqual(set(server.ask(type="allMids")), {"ETH", "@1"})
        self.assertEqual(set(server.ask(type="allMids", dex="abc")), {"abc:ETH"})
        self.assertEqual([token["name"] for token in server.ask(type="spotMeta")["tokens"]], ["USDC", "NEW"])
        self.assertEqual(server.stop()[0], 0)
        for name, words in (("/USDC", "none of a token and USDC"), ("ETH/BTC", "none of a token and USDC"),
                            ("x:ETH", "dex:NAME"), ("XYZ:ETH", "no perpetuals exchange"), ("xyz:", "dex:NAME")):
            self.assertFails(1, "hyperliquid", "--coin", name, words=words)

    def test_tape(self):
        with tempfile.TemporaryDirectory() as folder:
            tape = pathlib.Path(folder) / "eth.tape"
            made = subprocess.run([PERIGEE, "data", "generate", tape, "--hours", "0.05", "--price", "2000"],
                                  capture_output=True, text=True, timeout=60)
            self.assertEqual(made.returncode, 0, made.stderr)
            server = Server("--data", tape, "--speed", 50)
            self.assertAlmostEqual(float(server.ask(type="allMids")["ETH"]), 2000, delta=50)
            self.wait(lambda: len(server.ask(type="recentTrades", coin="ETH")) > 20)
            self.assertEqual(server.stop()[0], 0)

    def test_faults(self):
        with tempfile.TemporaryDirectory() as folder:
            plan = pathlib.Path(folder) / "plan.json"
            plan.write_text('[{"channel": "/info", "fault": "status", "code": 503, "count": 1}]')
            server = Server("--faults", plan)
            with self.assertRaises(urllib.error.HTTPError) as caught:
                server.ask(type="meta")
            self.assertEqual(caught.exception.code, 503)
            caught.exception.close()
            self.assertIn("universe", server.ask(type="meta"))
            self.assertEqual(server.stop()[0], 0)
            plan.write_text('[{"channel": "/info", "fault": "nonsense"}]')
            self.assertFails(1, "hyperliquid", "--faults", plan, words="plan.json: fault 1: the member 'fault'")

    def test_port_taken(self):
        server = Server()
        port = server.url.rsplit(":", 1)[1]
        self.assertFails(1, "hyperliquid", "--port", port, words=port)
        server.stop()

    def test_misuse(self):
        self.assertFails(2, words="say whose protocol it speaks")
        self.assertFails(2, "nasdaq", words="there is no venue 'nasdaq'")
        self.assertFails(2, "hyperliquid", "--port", "70000", words="--port takes a whole number of 0 to 65535")
        self.assertFails(2, "hyperliquid", "--fund", ADDRESS, words="--fund takes ADDRESS=USD")
        self.assertFails(1, "hyperliquid", "--fund", "0x12=5", words="address")
        self.assertFails(1, "hyperliquid", "--coin", "X=1e-9", words="a synthetic X cannot have the price 1e-09")
        self.assertFails(1, "hyperliquid", "--coin", "ETH", "--coin", "ETH", words="the coin 'ETH' is given twice")
        self.assertFails(1, "hyperliquid", "--data", "/nowhere.tape", words="/nowhere.tape")
        self.assertFails(2, "hyperliquid", "extended", words="'extended' is one word too many")

    def test_help(self):
        for words, expected in ((["--help"], "VENUE"), (["hyperliquid", "--help"], "--any-volume"),
                                (["extended", "-h"], "VAULT:PUBLIC_KEY:API_KEY")):
            run = subprocess.run([PERIGEE, "exchange", *words], capture_output=True, text=True, timeout=20)
            self.assertEqual((run.returncode, run.stderr), (0, ""))
            self.assertIn(expected, run.stdout)

    def test_extended(self):
        server = Server("--fund", f"10001:{STARK_KEY}:a:key=2500", "--coin", "SOL", "--coin", "NEW=12.5",
                        "--network", "mainnet", venue="extended")
        self.assertTrue(server.line.startswith(LISTENING), server.line)
        self.assertEqual([market["name"] for market in server.get("/info/markets")], ["SOL-USD", "NEW-USD"])
        self.assertEqual(server.get("/info/starknet")["chainId"], "SN_MAIN")
        self.assertEqual(server.get("/user/balance", **{"X-Api-Key": "a:key"})["equity"], "2500.000000")
        self.assertEqual(server.get("/user/account/info", **{"X-Api-Key": "a:key"})["l2Key"], STARK_KEY)
        price = float(server.get("/info/markets/NEW-USD/stats")["markPrice"])
        self.assertAlmostEqual(price, 12.5, delta=0.5)
        self.wait(lambda: server.get("/info/markets/SOL-USD/trades"))  # it lives
        self.assertEqual(server.stop(), (0, "", ""))

    def test_extended_tape(self):
        with tempfile.TemporaryDirectory() as folder:
            tape = pathlib.Path(folder) / "eth.tape"
            made = subprocess.run([PERIGEE, "data", "generate", tape, "--hours", "0.05", "--price", "2000"],
                                  capture_output=True, text=True, timeout=60)
            self.assertEqual(made.returncode, 0, made.stderr)
            server = Server("--data", tape, "--speed", 50, venue="extended")
            self.assertEqual(server.get("/info/markets")[0]["name"], "ETH-USD")
            self.wait(lambda: len(server.get("/info/markets/ETH-USD/trades")) > 20)
            self.assertEqual(server.stop()[0], 0)

    def test_extended_misuse(self):
        self.assertFails(2, "extended", "--fund", "10001=5", "--any-volume", words="--any-volume")
        self.assertFails(1, "extended", "--fund", "10001=5", words="VAULT:PUBLIC_KEY:API_KEY")
        self.assertFails(1, "extended", "--fund", f"0:{STARK_KEY}:key=5", words="the vault of an account is 1 to")
        self.assertFails(1, "extended", "--fund", "1:0x12345:key=5", words="not on the curve")
        self.assertFails(1, "extended", "--fund", f"1:{STARK_KEY}:a b=5", words="no header can have")
        self.assertFails(1, "extended", "--fund", f"1:{STARK_KEY}:k=5", "--fund", f"2:{STARK_KEY}:k=5",
                         words="of another account")


if __name__ == "__main__":
    unittest.main(verbosity=2)

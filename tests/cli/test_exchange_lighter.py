#!/usr/bin/env python3
"""`perigee exchange lighter` as its user meets it. Run by ctest: test_exchange_lighter.py PERIGEE."""
import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.request

PERIGEE = str(pathlib.Path(sys.argv.pop(1)).resolve())
KEY = "2db191eb16d3314974f8708363909aeee607d06fb743156b18d3b353a5d40fef70ae377dd68d06fe"
ADDRESS = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"


class Server:
    def __init__(self, *arguments):
        self.process = subprocess.Popen([PERIGEE, "exchange", "lighter", *map(str, arguments)],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip().removeprefix("listening on ")

    def get(self, path):
        with urllib.request.urlopen(f"{self.url}/api/v1/{path}", timeout=10) as answer:
            return json.load(answer)

    def stop(self, number=signal.SIGINT):
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=10)
        return self.process.returncode, out, err


class Exchange(unittest.TestCase):
    def serve(self, *arguments):
        server = Server(*arguments)
        self.addCleanup(lambda: self.assertEqual(server.stop(), (0, "", "")))
        return server

    def assertFails(self, status, *arguments, words):
        run = subprocess.run([PERIGEE, "exchange", "lighter", *map(str, arguments)], capture_output=True, text=True,
                             timeout=20)
        self.assertEqual(run.returncode, status, run.stdout + run.stderr)
        self.assertIn(words, run.stderr)
        self.assertEqual(run.stdout, "")

    def test_markets(self):
        server = self.serve("--coin", "PAXG", "--coin", "NEW=0.5")
        books = {book["symbol"]: book for book in server.get("orderBooks")["order_books"]}
        self.assertEqual({name: book["market_id"] for name, book in books.items()}, {"PAXG": 48, "NEW": 100})
        self.assertEqual([book["supported_price_decimals"] + book["supported_size_decimals"] for book in books.values()],
                         [6, 6])
        book = server.get("orderBookOrders?market_id=48&limit=5")
        self.assertLess(float(book["bids"][0]["price"]), float(book["asks"][0]["price"]))

    def test_funds(self):
        server = self.serve("--fund", f"12,5:{KEY},{ADDRESS},premium=2500", "--fund", "13=1")
        account = server.get("account?by=index&value=12")["accounts"][0]
        self.assertEqual((account["collateral"], account["l1_address"], account["account_type"]),
                         ("2500.000000", ADDRESS.lower(), 1))
        self.assertEqual(server.get("apikeys?account_index=12&api_key_index=5")["api_keys"][0]["public_key"], KEY)
        with self.assertRaises(urllib.error.HTTPError) as refused:
            server.get("account?by=index&value=14")
        self.assertEqual(json.load(refused.exception), {"code": 21100, "message": "account not found"})

    def test_limits(self):
        server = self.serve()
        with self.assertRaises(urllib.error.HTTPError) as refused:
            for _ in range(200):
                server.get("currentHeight")
        self.assertEqual(refused.exception.code, 429)
        self.assertEqual(json.load(refused.exception)["code"], 23000)

    def test_misuse(self):
        self.assertFails(2, "--fund", "12", words="--fund takes INDEX")
        self.assertFails(1, "--fund", "x=5", words="does not begin with the index of an account")
        self.assertFails(1, "--fund", f"12,5:{KEY[:-1]}=5", words="the public key 5 is not 80 hexadecimal digits")
        self.assertFails(1, "--fund", "12=5", "--fund", "12=5", words="12 is no index of a master account, or given twice")
        self.assertFails(1, "--fund", "12,gold=5", words="'gold' is no part of an account")
        self.assertFails(1, "--coin", "ETH", "--coin", "ETH", words="ETH")
        self.assertFails(2, "--chain-id", "x", words="--chain-id takes a whole number")
        with tempfile.TemporaryDirectory() as folder:
            plan = pathlib.Path(folder, "plan.json")
            plan.write_text('[{"channel":"order_book"}]')
            self.assertFails(1, "--faults", plan, words="plan.json: fault 1")

    def test_help(self):
        run = subprocess.run([PERIGEE, "exchange", "lighter", "--help"], capture_output=True, text=True, timeout=20)
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        for words in ("INDEX[,KEY:PUBLICKEY]", "--no-delays", "/stream"):
            self.assertIn(words, run.stdout)


if __name__ == "__main__":
    unittest.main()

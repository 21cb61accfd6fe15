#!/usr/bin/env python3
"""The live host on Extended: real processes, the local exchange, keys from the environment. Run by ctest:
test_run_extended.py PERIGEE."""
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

PERIGEE = str(pathlib.Path(sys.argv.pop(1)).resolve())
PATIENCE_S = 40
PRIVATE = "0x4de14a066141f17b5b6dbb23b9b654efa8a04547a61d178ae86c1e357c4ea51"  # of vectors/extended: a throw-away key
PUBLIC = "0x277c5cea5ead298d38319d424f4977972bef319d7f81d732303533526120e4e"
API_KEY = "canary-4c1f9a0be77d"
VAULT = "10001"

# Joins the touch, so that it is filled soon.
JOINER = """
local S = strategy { name = "joiner", params = { size = { 0.01, min = 0, unit = "base" } } }
function S:on_book(ctx)
  if not ctx.bid or not ctx.ask then return ctx:quote_none "one side is empty" end
  ctx:quote { bid = { ctx.bid, self.params.size }, ask = { ctx.ask, self.params.size } }
end
return S
"""

MARKET = ('market {{ venue = "ext", symbol = "BTC-USD", strategy = "joiner.lua", capital = 10000{} }}\n'
          'web {{ enabled = false }}\nhost {{ guard_timeout_s = 5 }}\n')
BUILT_IN = 'venue "ext" { kind = "extended", network = "local", data = "synthetic" }\n'
OWN = ('venue "ext" {{ kind = "extended", network = env "EXTENDED_ENV", url = "{}", key = env "STARK_PRIVATE",'
       ' api_key = env "API_KEY", vault = env "VAULT_NUMBER", account = env "STARK_PUBLIC", dead_man_s = 3,'
       ' order_lifetime_s = 120 }}\n')


class Process:
    def __init__(self, arguments, folder, name, environment=None):
        self.out = folder / f"{name}.out"
        with open(self.out, "w") as out:
            self.process = subprocess.Popen([PERIGEE, *arguments], cwd=folder, stdout=out, stderr=out,
                                            stdin=subprocess.DEVNULL, env={**os.environ, **(environment or {})})

    def wait_for(self, pattern):
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            found = re.search(pattern, self.out.read_text(), re.M)
            if found:
                return found
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        raise AssertionError(f"in vain: {pattern}\n{self.out.read_text()}")

    def end(self, number=signal.SIGINT):
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Extended(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.dir = pathlib.Path(self.folder.name)
        (self.dir / "joiner.lua").write_text(JOINER)
        self.processes = []

    def tearDown(self):
        for process in self.processes:
            process.kill()
        self.folder.cleanup()

    def start(self, arguments, name, environment=None):
        process = Process(arguments, self.dir, name, environment)
        self.processes.append(process)
        return process

    def fills(self):
        path = self.dir / "perigee.db"
        if not path.exists():
            return []
        run = subprocess.run([PERIGEE, "ledger", "fills", "--json"], cwd=self.dir, capture_output=True, text=True,
                             timeout=PATIENCE_S)
        return json.loads(run.stdout) if run.returncode == 0 and run.stdout.strip() else []

    def wait_until(self, what):
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            if what():
                return
            time.sleep(0.05)
        raise AssertionError("in vain:\n" + "\n".join(p.out.read_text() for p in self.processes))

    def test_ping_pong_on_the_built_in_exchange(self):
        (self.dir / "config.lua").write_text(BUILT_IN + MARKET.format(', mode = "ping_pong", close_on_stop = true'))
        host = self.start(["run"], "host")
        host.wait_for("BTC-USD of ext: quoting")
        self.wait_until(lambda: len(self.fills()) >= 3)
        self.assertEqual(host.end(), 0)
        said = host.out.read_text()
        self.assertIn("0 open at the venue", said)
        self.assertRegex(said, r"BTC-USD: position \+0, ")
        held = most = 0
        for fill in self.fills():  # after a fill only the other side, until that fills
            held += (1 if fill["side"] == "buy" else -1) * round(float(fill["size"]) * 1e5)
            most = max(most, abs(held))
        self.assertEqual(held, 0)
        self.assertLessEqual(most, 1000)

    def orders(self, url):
        request = urllib.request.Request(url + "/api/v1/user/orders",
                                         headers={"X-Api-Key": API_KEY, "User-Agent": "test"})
        return json.load(urllib.request.urlopen(request, timeout=PATIENCE_S))["data"]

    def serve(self, *more):
        exchange = self.start(["exchange", "extended", "--port", "0", "--coin", "BTC", "--fund",
                               f"{VAULT}:{PUBLIC}:{API_KEY}=100000", *more], "exchange")
        url = exchange.wait_for(r"http://127\.0\.0\.1:\d+").group(0)
        (self.dir / "config.lua").write_text(OWN.format(url) + MARKET.format(""))
        return url, {"EXTENDED_ENV": "local", "STARK_PRIVATE": PRIVATE, "STARK_PUBLIC": PUBLIC, "API_KEY": API_KEY,
                     "VAULT_NUMBER": VAULT}

    def test_killed_and_started_again(self):
        """kill -9 of the host and its guard: the venue's own switch cancels; the next session finds its feet."""
        url, environment = self.serve()
        host = self.start(["run"], "host", environment)
        host.wait_for("the dead-man's switch is set")
        self.wait_until(lambda: len(self.orders(url)) >= 1)
        children = subprocess.run(["pgrep", "-P", str(host.process.pid)], capture_output=True, text=True).stdout
        for child in [int(line) for line in children.split()]:
            os.kill(child, signal.SIGKILL)
        host.kill()
        self.wait_until(lambda: self.orders(url) == [])
        again = self.start(["run"], "again", environment)
        again.wait_for("BTC-USD of ext: quoting")
        self.wait_until(lambda: len(self.orders(url)) >= 1)
        self.assertEqual(again.end(), 0)
        self.assertIn("0 open at the venue", again.out.read_text())
        self.assertEqual(self.orders(url), [])
        self.no_secret_anywhere()

    def test_switch_that_cannot_be_set_again(self):
        """Quotes are pulled in good order before it goes off, and come back when it can be set again."""
        (self.dir / "faults.json").write_text(json.dumps(
            [{"channel": "/user/deadmanswitch", "fault": "status", "code": 503, "after": 1, "count": 5}]))
        url, environment = self.serve("--faults", "faults.json")
        host = self.start(["run"], "host", environment)
        host.wait_for("the dead-man's switch is set")
        host.wait_for("the dead-man's switch could not be set")
        host.wait_for("the dead-man's switch cannot be set again")
        self.wait_until(lambda: self.orders(url) == [])
        self.wait_until(lambda: len(self.orders(url)) >= 1)
        self.assertGreaterEqual(host.out.read_text().count("could not be set"), 5)
        self.assertEqual(host.end(), 0)
        self.assertEqual(self.orders(url), [])

    def refused(self, words, *more, **wrong):
        """A host with a wrong setting, on an exchange with more options, says so, sends nothing and shows no key."""
        url, environment = self.serve(*more)
        host = self.start(["run"], "host", {**environment, **wrong})
        host.wait_for(words)
        host.end()
        self.assertEqual(self.orders(url), [])
        self.no_secret_anywhere()

    def test_wrong_keys(self):
        self.refused("the venue does not take the API key", API_KEY="canary-of-nobody")

    def test_wrong_vault(self):
        self.refused("the vault is 77, that of the API key's account is 10001", VAULT_NUMBER="77")

    def test_wrong_private_key(self):
        self.refused(f"public key {PUBLIC} is not that of the private key", STARK_PRIVATE="0x5")

    def test_wrong_domain(self):
        self.refused("the venue signs for chain 'SN_MAIN', this network for 'SN_SEPOLIA'", "--network", "mainnet")

    def no_secret_anywhere(self):
        for path in self.dir.rglob("*"):
            if path.is_file():
                data = path.read_bytes()
                self.assertNotIn(PRIVATE[2:].encode(), data, path)
                self.assertNotIn(API_KEY.encode(), data, path)


if __name__ == "__main__":
    unittest.main(verbosity=1)

#!/usr/bin/env python3
"""The live host as its user meets it: real processes, the built-in exchange, a console, a ledger. Run by ctest:
test_run.py PERIGEE."""
import contextlib
import json
import os
import pathlib
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PERIGEE = str(pathlib.Path(sys.argv.pop(1)).resolve())
PATIENCE_S = 30
KEY = "4f3edf983ac636a65a842ce7c78d9aa706d3b113bce9c46f30d7d21715b23b1d"  # a published test key (Ganache's first)

# Joins the touch, so that it is filled soon.
JOINER = """
local S = strategy {
  name = "joiner",
  params = { size = { 0.1, min = 0, unit = "base" }, back = { 0, min = 0, max = 1000, unit = "quote" } },
  estimators = { sigma = { "sigma_ewma", step_ms = 50, min_returns = 2 } },
}
function S:on_start() self.state.books = 0 end
function S:on_book(ctx)
  self.state.books = self.state.books + 1
  if not ctx.bid or not ctx.ask then return ctx:quote_none "one side is empty" end
  ctx:explain("back", self.params.back)
  ctx:quote { bid = { ctx.bid - self.params.back, self.params.size }, ask = { ctx.ask + self.params.back, self.params.size } }
end
return S
"""

FAILS = """
local S = strategy { name = "fails" }
local n = 0
function S:on_book(ctx)
  n = n + 1
  if n > 20 then error "enough of this" end
  if ctx.bid then ctx:quote { bid = { ctx.bid * 0.99, 0.01 } } end
end
return S
"""


def config(markets="", more="", venue="", eth="size = 0.1"):
    return (f'venue "paper" {{ kind = "hyperliquid", network = "local", data = "synthetic"{venue} }}\n'
            f'market {{ venue = "paper", symbol = "ETH", strategy = "joiner.lua", params = {{ {eth} }},'
            ' capital = 10000, max_position = 5 }\n'
            f'{markets}\n'
            'web { enabled = false }\n'
            'host { guard_timeout_s = 5, shadow_events = 5, probation_s = 5 }\n'
            f'{more}')


BTC = ('market { venue = "paper", symbol = "BTC", strategy = "strategies/symmetric.lua", '
       'params = { half_spread_bps = 3, size = 0.002 }, capital = 10000, max_position = 0.02 }')


def children(pid):
    """Process ids of all descendants."""
    found, parents = [], {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError):
                parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
    todo = [pid]
    while todo:
        parent = todo.pop()
        more = [child for child, its in parents.items() if its == parent]
        found += more
        todo += more
    return found


def is_alive(pid):
    with contextlib.suppress(OSError):
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    return False


class Host:
    """A running host in its own folder."""

    def __init__(self, folder, environment=None, arguments=()):
        self.dir = folder
        self.out, self.err = folder / "out", folder / "err"
        with open(self.out, "a") as out, open(self.err, "a") as err:
            self.process = subprocess.Popen([PERIGEE, "run", *arguments], cwd=folder, stdout=out, stderr=err,
                                            stdin=subprocess.DEVNULL, env={**os.environ, **(environment or {})})
        self.family = []

    def said(self):
        return self.out.read_text() + self.err.read_text()

    def wait(self, what, pattern=None):
        """Until `what` is true, or the pattern was said."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            if pattern and re.search(pattern, self.said(), re.M) or what and what():
                return
            if self.process.poll() is not None and not (pattern and re.search(pattern, self.said(), re.M)):
                raise AssertionError(f"the host ended ({self.process.returncode}):\n{self.said()}")
            time.sleep(0.02)
        raise AssertionError(f"in vain: {pattern or what}\n{self.said()}")

    def wait_for(self, pattern):
        self.wait(None, pattern)

    def attach(self, line, write=False):
        return subprocess.run([PERIGEE, "attach", *(["--write"] if write else []), "-e", line], cwd=self.dir,
                              capture_output=True, text=True, timeout=PATIENCE_S)

    def answer(self, line, write=False):
        run = self.attach(line, write)
        if run.returncode != 0:
            raise AssertionError(f"{line}: {run.stdout}{run.stderr}")
        return run.stdout

    def wait_for_orders(self, count=1):
        def there():
            run = self.attach("orders ETH")
            return run.returncode == 0 and run.stdout.count(" live ") >= count
        self.wait(there)
        self.family = children(self.process.pid)

    def end(self, number=signal.SIGINT):
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Run(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.dir = pathlib.Path(self.folder.name)
        self.hosts = []
        (self.dir / "joiner.lua").write_text(JOINER)
        (self.dir / "fails.lua").write_text(FAILS)

    def tearDown(self):
        for host in self.hosts:
            host.kill()
        self.folder.cleanup()

    def start(self, text, environment=None, arguments=()):
        (self.dir / "config.lua").write_text(text)
        self.hosts.append(Host(self.dir, environment, arguments))
        return self.hosts[-1]

    def refused(self, text):
        """A start that fails: what it says to stderr."""
        (self.dir / "config.lua").write_text(text)
        run = subprocess.run([PERIGEE, "run"], cwd=self.dir, capture_output=True, text=True, timeout=PATIENCE_S)
        self.assertEqual(run.returncode, 1, run.stdout + run.stderr)
        return run.stderr

    def ledger(self, *arguments):
        run = subprocess.run([PERIGEE, "ledger", *arguments, "--json"], cwd=self.dir, capture_output=True, text=True,
                             timeout=PATIENCE_S)
        self.assertEqual(run.returncode, 0, run.stderr)
        return json.loads(run.stdout)

    def assertEnded(self, host, code=0):
        """In order: nobody of its family is left, and nothing is open."""
        self.assertEqual(code, 0, host.said())
        self.assertIn("0 open at the venue", host.said())
        end = time.monotonic() + PATIENCE_S
        while [pid for pid in host.family if is_alive(pid)] and time.monotonic() < end:
            time.sleep(0.02)
        self.assertEqual([pid for pid in host.family if is_alive(pid)], [])
        self.assertEqual(self.ledger("orders", "--open"), [])
        self.assertFalse((self.dir / ".perigee/console.sock").exists())

    # ---- a session ----

    def test_session(self):
        host = self.start(config(BTC))
        host.wait_for_orders(2)
        self.assertGreaterEqual(len(host.family), 2)  # the exchange and the guard
        self.look(host)
        self.change(host)
        host.wait(lambda: "+0  PnL" not in host.answer("positions ETH"))  # filled
        host.wait_for(r"paper ETH  joiner [0-9a-f]{7}  mid [\d.]+  spr [\d.]+bp  sig [\d.]+%/d  pos ")
        host.wait_for(r"paper BTC  symmetric [0-9a-f]{7}  mid [\d.]+  spr [\d.]+bp  pos ")
        self.assertEnded(host, host.end())
        self.assertRegex(host.said(), r"(?m)^stopping \(interrupted\): cancel all")
        self.assertRegex(host.said(), r"(?m)^ETH: position [+-][\d.]+ kept, [1-9]\d* fills, PnL ")
        self.books()
        self.replay()

    def look(self, host):
        self.assertRegex(host.answer("status"), r"paper ETH  joiner")
        self.assertRegex(host.answer("status"), r"paper BTC  symmetric")
        why = host.answer("why ETH")
        for word in ("bid ", "ask ", "bound: ", "back 0"):
            self.assertIn(word, why)
        self.assertGreaterEqual(host.answer("book ETH 3").count(" x "), 6)
        self.assertRegex(host.answer("orders"), r"(?m)^BTC  \d+  buy ")
        self.assertRegex(host.answer("positions"), r"(?m)^ETH  [+-]")
        self.assertRegex(host.answer("params ETH"), r"(?m)^joiner +size +0.1 +base")
        self.assertRegex(host.answer("risk"), r"(?m)^ETH  normal")
        self.assertRegex(host.answer("versions"), r"(?m)^ETH  [0-9a-f]{7}  joiner.lua")
        self.assertEqual(host.answer("eval ETH 1 + 1"), "2\n")
        self.assertGreater(float(host.answer("ETH.ctx.mid")), 0)
        host.wait(lambda: re.match(r"\d", host.answer("ETH.sigma:value()")))
        self.assertEqual(host.answer("eval ETH state.nothing, 'two'"), "nil\ntwo\n")
        for line in ("eval ETH 1 +", "ETH.ctx.mid + {}", "eval ETH error 'mine'", "nonsense", "why SOL", "why",
                     "ETH.os.exit()", "set ETH nothing 1"):
            run = host.attach(line, write=True)
            self.assertEqual((run.returncode, run.stdout), (1, ""), line)
            self.assertTrue(run.stderr.strip(), line)
        started = time.monotonic()
        self.assertIn("ms of CPU time", host.attach("eval ETH (function() while true do end end)()").stderr)
        self.assertLess(time.monotonic() - started, 5)
        self.assertIn("memory", host.attach("eval ETH (function() local t = {} "
                                            "while true do t[#t+1] = ('x'):rep(1e6) .. #t end end)()").stderr)
        self.assertEqual(host.answer("eval ETH 1 + 1"), "2\n")

    def change(self, host):
        for line in ("set ETH back 1", "ETH.params.back = 1", "pause ETH", "resume", "cancel", "kill", "reload ETH",
                     "rollback ETH", "eval ETH ctx:cancel_all()", "eval ETH params.back == 0 and state.x()",
                     "eval ETH (function() state.books = 0 end)()"):
            self.assertEqual(host.attach(line).returncode, 1, line)
        self.assertIn("--write", host.attach("pause ETH").stderr)
        self.assertIn("0 -> 3", host.answer("set ETH back 3", write=True))
        self.assertIn("3 -> 2", host.answer("ETH.params.back = 2", write=True))
        self.assertIn("above its maximum", host.attach("set ETH back 1e9", write=True).stderr)
        self.assertIn("paused", host.answer("pause ETH", write=True))
        host.wait(lambda: "no open orders" in host.answer("orders ETH"))
        self.assertIn("paused", host.answer("why ETH"))
        self.assertIn("goes on", host.answer("resume ETH", write=True))
        host.wait_for_orders(2)
        before = re.findall(r"(?m)^ETH  (\d+)", host.answer("orders ETH"))
        self.assertIn("are being cancelled", host.answer("cancel ETH", write=True))
        host.wait(lambda: not set(before) & set(re.findall(r"(?m)^ETH  (\d+)", host.answer("orders ETH"))))
        host.wait_for_orders(2)
        host.answer("eval ETH (function() state.books = -1e6; ctx:quote_none 'by hand' end)()", write=True)
        self.assertLess(float(host.answer("ETH.state.books")), 0)
        host.wait_for_orders(2)
        host.answer("set ETH back 0", write=True)

    def books(self):
        """What the ledger says of the session."""
        sessions = [row for row in self.ledger("events") if row["kind"] == "session"]
        self.assertEqual([row["name"] for row in sessions], ["live"])
        set_by_hand = [(row["name"], row["text"]) for row in self.ledger("events") if row["kind"] == "parameter"]
        self.assertEqual(set_by_hand, [("back", "3 by console"), ("back", "2 by console"), ("back", "0 by console")])
        self.assertIn("joiner.lua", json.dumps(self.ledger("versions")))
        self.assertLessEqual({row["state"] for row in self.ledger("orders")}, {"cancelled", "filled", "rejected"})
        fills = self.ledger("fills")
        self.assertTrue(fills)
        self.assertEqual({row["market"] for row in fills}, {"ETH"})
        with contextlib.closing(sqlite3.connect(self.dir / "perigee.db")) as db:
            orders, bare, unknown, versions = db.execute(
                "SELECT count(*), sum(id NOT IN (SELECT id FROM transitions)), sum(unknown),"
                " sum(version NOT IN (SELECT version FROM versions)) FROM orders").fetchone()
            ended, = db.execute("SELECT count(*) FROM sessions WHERE ended_ns > started_ns").fetchone()
            texts = [text for text, in db.execute("SELECT text FROM versions")]
        self.assertGreater(orders, 4)
        self.assertEqual((bare, unknown, versions, ended), (0, 0, 0, 1))
        self.assertIn(JOINER, texts)

    def replay(self):
        if not re.search(r"(?m)^ +perigee replay ", subprocess.run([PERIGEE, "--help"], capture_output=True,
                                                                  text=True).stdout):
            return
        run = subprocess.run([PERIGEE, "replay", "last"], cwd=self.dir, capture_output=True, text=True,
                             timeout=PATIENCE_S)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)

    def test_it_ends_by_itself(self):
        host = self.start(config(), arguments=["--seconds", "2"])
        host.wait_for_orders()
        self.assertEnded(host, host.process.wait(PATIENCE_S))
        self.assertIn("the time is over", host.said())

    def test_terminated(self):
        host = self.start(config())
        host.wait_for_orders()
        self.assertEnded(host, host.end(signal.SIGTERM))

    # ---- what does not start ----

    def test_script_that_does_not_load(self):
        (self.dir / "joiner.lua").write_text(JOINER.replace("function S:on_book(ctx)", "function S:on_book(ctx"))
        self.assertIn("joiner.lua:9", self.refused(config()))
        (self.dir / "joiner.lua").write_text(JOINER.replace("return S", "return nothing.at_all"))
        self.assertIn("joiner.lua:14", self.refused(config()))
        (self.dir / "joiner.lua").unlink()
        self.assertIn("joiner.lua", self.refused(config()))
        self.assertEqual(children(os.getpid()), [])

    def test_wrong_configuration(self):
        said = self.refused(config('market { venue = "papr", symbol = 7 }', 'risk { max_drawdown = 5, max_luck = 1 }\n',
                                   eth="size = 0.1, sizee = 2"))
        for word in ("config.lua:3", "papr", "symbol", "max_drawdown", "max_luck"):
            self.assertIn(word, said)
        self.assertFalse((self.dir / "perigee.db").exists())
        self.assertIn("sizee", self.refused(config(eth="size = 0.1, sizee = 2")))
        self.assertIn("nowhere.lua", subprocess.run([PERIGEE, "run", "nowhere.lua"], cwd=self.dir, text=True,
                                                    capture_output=True, timeout=PATIENCE_S).stderr)

    def test_misuse(self):
        for arguments in (["--secnods", "3"], ["a", "b"]):
            self.assertEqual(subprocess.run([PERIGEE, "run", *arguments], capture_output=True).returncode, 2)

    def test_second_host_on_the_same_ledger(self):
        host = self.start(config())
        host.wait_for_orders()
        other = self.dir / "config.lua"
        said = self.refused(other.read_text().replace("host {", 'host { socket = "other.sock",'))
        self.assertIn("perigee.db", said)
        said = self.refused(other.read_text().replace("host {", 'host { ledger = "other.db",')
                            .replace('socket = "other.sock",', ""))
        self.assertIn("console.sock", said)
        host.wait_for_orders()
        self.assertEnded(host, host.end())

    # ---- what goes wrong while it runs ----

    def test_script_that_fails(self):
        host = self.start(config('market { venue = "paper", symbol = "BTC", strategy = "fails.lua", capital = 10000 }'))
        host.wait_for(r"BTC  ! [0-9a-f]{7} failed, quotes pulled: .*fails\.lua:6: enough of this")
        host.wait(lambda: "no open orders" in host.answer("orders BTC"))
        host.wait_for_orders(1)
        self.assertIn("FAILED", host.answer("status"))
        self.assertIn("has failed", host.answer("why BTC"))
        self.assertEqual(host.attach("eval BTC 1").returncode, 1)
        self.assertEnded(host, host.end())
        self.assertTrue(any("enough of this" in row["text"] for row in self.ledger("events")))

    def test_kill_switch(self):
        host = self.start(config())
        host.wait_for_orders()
        self.assertIn("everything is cancelled", host.answer("kill the test says so", write=True))
        code = host.process.wait(PATIENCE_S)
        self.assertEnded(host, code)
        self.assertIn("the test says so", host.said())
        self.assertTrue(any("the test says so" in row["text"] for row in self.ledger("events")))

    def test_limit_that_shuts_down(self):
        """The fee of the first fill exceeds it."""
        host = self.start(config(more="risk { max_daily_loss_usd = 0.01 }\n", eth="size = 1"))
        code = host.process.wait(PATIENCE_S)
        self.assertEqual(code, 0, host.said())
        self.assertIn("max_daily_loss_usd", host.said())
        self.assertEqual(self.ledger("orders", "--open"), [])

    # ---- what is saved while it runs ----

    def version(self, host):
        return re.match(r"ETH  ([0-9a-f]{7})", host.answer("versions ETH")).group(1)

    def save(self, name, text):
        """As editors do: a new file takes the old one's place."""
        (self.dir / "new").write_text(text)
        (self.dir / "new").rename(self.dir / name)

    def test_saved_scripts(self):
        host = self.start(config(eth="size = 0.1, back = 2"))
        host.wait_for_orders(2)
        first, books = self.version(host), int(host.answer("ETH.state.books"))
        self.save("joiner.lua", JOINER.replace('"back", self', '"gap", self'))
        host.wait(lambda: self.version(host) != first)
        second = self.version(host)
        host.wait_for(rf"ETH  {second} live \(.*state kept, 2 orders kept\)")
        self.assertGreaterEqual(int(host.answer("ETH.state.books")), books)
        host.wait(lambda: "gap 2" in host.answer("why ETH"))
        self.save("joiner.lua", JOINER.replace("S:on_book(ctx)", "S:on_book(ctx"))
        host.wait_for(r"ETH: not taken over: .*joiner\.lua:9")
        self.save("joiner.lua", JOINER.replace("ctx:explain", "if self.state.books > 1 then ctx.nothing() end ctx:explain"))
        host.wait_for(r"ETH: not taken over: .*joiner\.lua:11")
        self.assertEqual(self.version(host), second)
        host.wait_for_orders(2)
        self.assertIn(f"is back at {first}", host.answer("rollback ETH", write=True))
        self.assertEqual(self.version(host), first)
        self.assertEqual(host.attach("rollback ETH", write=True).returncode, 1)
        self.assertIn("loading", host.answer("reload ETH", write=True))
        self.assertEnded(host, host.end())
        self.replay()

    def test_version_that_fails_soon_after(self):
        host = self.start(config(eth="size = 0.1, back = 2"))
        host.wait_for_orders(2)
        first = self.version(host)
        self.save("joiner.lua", JOINER.replace("ctx:explain", "if self.params.back == 3 then ctx.nothing() end ctx:explain"))
        host.wait(lambda: self.version(host) != first)
        host.answer("set ETH back 3", write=True)
        host.wait_for(rf"ETH  ! error, back to {first}, quotes kept: .*joiner\.lua:11")
        self.assertEqual(self.version(host), first)
        host.wait_for_orders(2)
        self.assertEnded(host, host.end())
        self.replay()

    def test_saved_configuration(self):
        limits = "risk {{ max_order_usd = {} }}\n"
        host = self.start(config(BTC, more=limits.format(900), eth="size = 0.1, back = 2"))
        host.wait_for_orders(2)
        self.save("config.lua", config(BTC, more=limits.format(800), eth="size = 0.1, back = 3"))
        host.wait_for(r"config\.lua [0-9a-f]{7}: 1 markets changed, limits changed")
        host.wait(lambda: host.answer("ETH.params.back") == "3\n")
        self.save("config.lua", config(BTC, more=limits.format(5000), eth="size = 0.1, back = 4"))
        host.wait_for(r"config\.lua: .*max_order_usd.*; the running configuration goes on")
        self.save("config.lua", config(BTC, more="risk { max_luck = 1 }\n", eth="size = 0.1, back = 5"))
        host.wait_for(r"config\.lua: .*max_luck.*; the running configuration goes on")
        self.save("config.lua", config(BTC, more=limits.format(700), eth="size = 0.1, bakc = 6"))
        host.wait_for(r"bakc")
        self.assertEqual(host.answer("ETH.params.back"), "3\n")
        self.save("config.lua", config(more=limits.format(700), eth="size = 0.1, back = 3"))
        host.wait_for("BTC removed")
        host.wait(lambda: "no open orders" in host.answer("orders BTC"))
        host.wait_for_orders(2)
        self.assertEnded(host, host.end())
        self.replay()

    # ---- keys ----

    def test_the_key_is_nowhere(self):
        """Of a venue with a key, in everything that a session leaves behind."""
        host = self.start(config(venue=', key = env "RUN_KEY"'), environment={"RUN_KEY": "0x" + KEY})
        host.wait_for_orders()
        answers = ""
        for line in ("help", "status", "why ETH", "params ETH", "risk", "orders", "versions", "eval ETH ctx",
                     "eval ETH _G", "eval ETH os", "eval ETH RUN_KEY", "eval ETH strategy"):
            run = host.attach(line, write=True)
            answers += run.stdout + run.stderr
        with socket.socket(socket.AF_UNIX) as plain:
            plain.settimeout(PATIENCE_S)
            plain.connect(str(self.dir / ".perigee/console.sock"))
            plain.sendall(b'{"id":1,"complete":"ETH."}\n{"id":2,"line":"help"}\n')
            answers += plain.recv(65536).decode()
        for pid in [host.process.pid, *host.family]:
            with contextlib.suppress(OSError):
                answers += pathlib.Path(f"/proc/{pid}/cmdline").read_text()
                answers += pathlib.Path(f"/proc/{pid}/environ").read_text()
        self.assertEnded(host, host.end())
        secrets = [KEY.encode(), KEY.upper().encode(), bytes.fromhex(KEY)]
        for secret in secrets:
            self.assertNotIn(secret, answers.encode())
        files = [path for path in self.dir.rglob("*") if path.is_file()]
        self.assertTrue(any(path.suffix == ".flight" for path in files))
        self.assertIn(self.dir / "perigee.db", files)
        for path in files:
            text = path.read_bytes()
            for secret in secrets:
                self.assertNotIn(secret, text, path)


if __name__ == "__main__":
    unittest.main(verbosity=2)

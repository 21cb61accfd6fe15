"""What the tests of Extended's SDK share: accounts, an exchange with them, and programs of theirs."""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest
import urllib.request

from local import LIMIT_S, ROOT, Exchange, Program, environment, fields

PERIGEE = str(pathlib.Path(sys.argv.pop(1)).resolve())

# Throw-away keys, of vectors/extended and the private keys 1 and 2: private, public.
KEYS = [("0x4de14a066141f17b5b6dbb23b9b654efa8a04547a61d178ae86c1e357c4ea51",
         "0x277c5cea5ead298d38319d424f4977972bef319d7f81d732303533526120e4e"),
        ("0x1", "0x1ef15c18599971b7beced415a40f0c7deacfd9b0d1819e03d723d8bc943cfca"),
        ("0x2", "0x759ca09377679ecd535a81e83039658bf40959283187c654c5416f439403cf5")]
VAULT = 10001
ME, OTHER, THIRD = range(3)


def api_key(user):
    return f"canary-{user}-9f31c0"


def variables(user):
    """The names that R1 uses."""
    if user is None:
        return {"EXTENDED_ENV": "local"}
    return {"API_KEY": api_key(user), "STARK_PRIVATE": KEYS[user][0], "STARK_PUBLIC": KEYS[user][1],
            "VAULT_NUMBER": str(VAULT + user), "EXTENDED_ENV": "local"}


class Venue(Exchange):
    def __init__(self, *arguments):
        funds = [word for user, (_, public) in enumerate(KEYS)
                 for word in ("--fund", f"{VAULT + user}:{public}:{api_key(user)}=100000")]
        super().__init__(PERIGEE, "extended", *funds, *arguments)

    def get(self, path, user=None):
        """The data of an answer of REST, asked without the SDK."""
        headers = {"User-Agent": "test", **({"X-Api-Key": api_key(user)} if user is not None else {})}
        with urllib.request.urlopen(urllib.request.Request(self.url + "/api/v1" + path, headers=headers),
                                    timeout=LIMIT_S) as answer:
            return json.load(answer)["data"]


class Case(unittest.TestCase):
    """Runs programs against self.exchange."""

    def command(self, path, *arguments):
        return [PERIGEE, "lua", path, "--url", self.exchange.url, *map(str, arguments)]

    def run_lua(self, path, *arguments, user=None, env=None):
        given = {**environment(None), **variables(user), **(env or {})}
        return subprocess.run(self.command(path, *arguments), cwd=ROOT, env=given, capture_output=True, text=True,
                              timeout=LIMIT_S)

    def run_program(self, path, *arguments, user=None, env=None):
        """The cells that a program prints; it must end well, and tell no secret."""
        ran = self.run_lua(path, *arguments, user=user, env=env)
        self.assertEqual((ran.returncode, ran.stderr), (0, ""), ran.stdout)
        if user is not None:
            self.assertNotIn(KEYS[user][0][2:] if len(KEYS[user][0]) > 10 else api_key(user), ran.stdout)
            self.assertNotIn(api_key(user), ran.stdout)
        return fields(ran.stdout)

    def lua_file(self, text, prelude):
        file = tempfile.NamedTemporaryFile("w", suffix=".lua")
        self.addCleanup(file.close)
        file.write(prelude + text)
        file.flush()
        return file.name

    def start_program(self, path, *arguments, user=None):
        program = Program(self.command(path, *arguments), **variables(user))
        self.addCleanup(program.process.kill)
        return program

    def finish(self, program):
        lines = program.rest()
        status, errors = program.end()
        self.assertEqual((status, errors), (0, ""), lines)
        return [line.split("\t") for line in lines]

    def get(self, path, user=None):
        return self.exchange.get(path, user)

    def open_orders(self, user):
        return self.get("/user/orders", user)

    def position(self, user, market="BTC-USD"):
        held = [one for one in self.get("/user/positions", user) if one["market"] == market]
        return float(held[0]["size"]) * (1 if held[0]["side"] == "LONG" else -1) if held else 0

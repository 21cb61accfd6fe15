"""What the tests of Lighter's SDK share: accounts of the built-in exchange, and programs that trade for them."""
import pathlib
import subprocess
import tempfile
import unittest

from local import ADDRESSES, KEYS, LIMIT_S, ROOT, Exchange, Program, environment, fields

# The scalars 2, 3 and 4 as keys: known to everybody, and without money anywhere. The first account belongs to the
# Ethereum key 1, the second to the Ethereum key 2.
LIGHTER_KEYS = [f"{number:02x}" + "00" * 39 for number in (2, 3, 4)]
PUBLIC_KEYS = ["384c87fe1213197f4e1b457e9d43548fc00067c00ee5c1d872895e08ab103be54336d3d4b9d5bc8c",
               "81c98c857138fe5320119aef703058c7c7f2051e3e19295edba9c7cb9ce9232b4c2ad727637365b4",
               "2ff02a1ca1517d4c28bd9cb8e71a12ac2dc8c9011494efa3b4d2c200358ff8e1cd07ed52305db2b6"]
ME, OTHER = 1000, 1001
KEY_INDEX = 5


def settings(user=ME, **more):
    """The names that R4's programs read."""
    return {"API_KEY_PRIVATE_KEY": LIGHTER_KEYS[user - ME], "ACCOUNT_INDEX": str(user), "API_KEY_INDEX": str(KEY_INDEX),
            "ETH_KEY": KEYS[user - ME], **more}


class Case(unittest.TestCase):
    perigee = None  # set by the test program
    options = ()

    @classmethod
    def setUpClass(cls):
        funds = [word for user in (ME, OTHER) for word in
                 ("--fund", f"{user},{KEY_INDEX}:{PUBLIC_KEYS[user - ME]},{ADDRESSES[user - ME]},premium=100000")]
        cls.exchange = Exchange(cls.perigee, "lighter", "--no-limits", "--no-delays", "--coin", "ETH", "--coin", "PAXG",
                                *funds, *cls.options)
        cls.addClassCleanup(cls.exchange.stop)

    def command(self, path, *arguments):
        return [self.perigee, "lua", path, "--url", self.exchange.url, "--network", "local", *map(str, arguments)]

    def run_program(self, path, *arguments, user=None, **more):
        """The cells that a program prints; it must end well."""
        given = settings(user, **more) if user else more
        ran = subprocess.run(self.command(path, *arguments), cwd=ROOT, env=environment(**given), capture_output=True,
                             text=True, timeout=LIMIT_S)
        self.assertEqual((ran.returncode, ran.stderr), (0, ""), ran.stdout)
        return fields(ran.stdout)

    def example(self, name, *arguments, user=None, **more):
        return self.run_program(ROOT / "examples" / "lighter" / f"{name}.lua", *arguments, user=user, **more)

    def lua(self, text, user=ME):
        """Runs a text with `client` connected for a user."""
        with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
            file.write('local lighter = require "perigee.lighter"\n'
                       'local client, options = lighter.program { doc = "", key = true }\n' + text)
            file.flush()
            return self.run_program(file.name, user=user)

    def start(self, name, *arguments, user=None):
        program = Program(self.command(ROOT / "examples" / "lighter" / f"{name}.lua", *arguments),
                          **(settings(user) if user else {}))
        self.addCleanup(program.process.kill)
        return program

    def finish(self, program):
        lines = program.rest()
        status, errors = program.end()
        self.assertEqual((status, errors), (0, ""), lines)
        return [line.split("\t") for line in lines]

    def get(self, path):
        return self.exchange.get("/api/v1/" + path)

    def account(self, index=ME):
        return self.get(f"account?by=index&value={index}")["accounts"][0]

    def position(self, symbol, index=ME):
        return next((p for p in self.account(index)["positions"] if p["symbol"] == symbol), None)

    def folder(self):
        made = tempfile.TemporaryDirectory()
        self.addCleanup(made.cleanup)
        return pathlib.Path(made.name)

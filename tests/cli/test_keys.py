#!/usr/bin/env python3
"""perigee keys as its user meets it: files, descriptors, a terminal, a wrong passphrase, a changed file; and nothing
that it prints ever holds a secret. Run by ctest: test_keys.py PERIGEE."""
import json
import os
import pathlib
import pty
import select
import subprocess
import sys
import tempfile
import time
import unittest

PERIGEE = str(pathlib.Path(sys.argv.pop(1)).resolve())
KEY = "4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318"
ADDRESS = "0x2c7536E3605D9C16a7a3D7b1898e529396a65c23"
PASSPHRASE = "correct horse battery"


class Keys(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.dir = pathlib.Path(self.folder.name)
        self.store = self.dir / "keystore.json"
        self.passphrase = self.private("passphrase", PASSPHRASE + "\n")

    def private(self, name, text, mode=0o600):
        path = self.dir / name
        path.write_text(text)
        path.chmod(mode)
        return path

    def keys(self, *arguments, store=True, **more):
        command = [PERIGEE, "keys", *map(str, arguments)] + (["--store", str(self.store)] if store else [])
        run = subprocess.run(command, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL,
                             start_new_session=True, **more)  # no terminal to ask on
        self.clean(run.stdout + run.stderr)
        return run

    def clean(self, output):
        for secret in (KEY, KEY[:16], KEY.upper()[:16], PASSPHRASE):
            self.assertNotIn(secret, output)

    def imports(self, name="main"):
        key = self.private("key", KEY)
        run = self.keys("import", name, "--key-file", key, "--passphrase-file", self.passphrase)
        self.assertEqual(run.returncode, 0, run.stderr)
        return run

    def test_import_list_address(self):
        self.assertIn(ADDRESS, self.imports().stdout)
        self.assertEqual(self.store.stat().st_mode & 0o777, 0o600)
        self.clean(self.store.read_text())
        self.assertIn(ADDRESS, self.keys("list").stdout)
        self.assertEqual(self.keys("address", "main").stdout, ADDRESS + "\n")
        run = self.keys("address", "main", "--check", "--passphrase-file", self.passphrase)
        self.assertEqual((run.returncode, run.stdout), (0, ADDRESS + "\n"))

    def test_new_kinds(self):
        for kind in ("hyperliquid", "stark", "lighter", "raw"):
            run = self.keys("new", "a-" + kind, "--kind", kind, "--passphrase-file", self.passphrase)
            self.assertEqual(run.returncode, 0, run.stderr)
            self.assertIn("Kept in", run.stdout)
        self.assertEqual(len(self.keys("list").stdout.splitlines()), 4)
        self.assertEqual(self.keys("new", "api", "--kind", "text", "--passphrase-file", self.passphrase).returncode, 1)

    def test_environment_and_descriptor(self):
        read, write = os.pipe()
        os.write(write, (PASSPHRASE + "\n").encode())
        os.close(write)
        run = self.keys("import", "main", "--key-env", "HL_KEY", "--passphrase-fd", read, pass_fds=[read],
                        env={**os.environ, "HL_KEY": "0x" + KEY})
        os.close(read)
        self.assertEqual(run.returncode, 0, run.stderr)
        run = self.keys("address", "main", "--check", "--passphrase-file", self.passphrase)
        self.assertEqual(run.stdout, ADDRESS + "\n")

    def test_default_store(self):
        key = self.private("key", KEY)
        run = self.keys("import", "main", "--key-file", key, "--passphrase-file", self.passphrase, store=False,
                        env={"XDG_DATA_HOME": str(self.dir / "data")})
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertTrue((self.dir / "data" / "perigee" / "keystore.json").exists())
        self.assertEqual(self.keys("list", store=False, env={}).returncode, 1)

    def test_wrong_passphrase(self):
        self.imports()
        wrong = self.private("wrong", "correct horse batterz")
        run = self.keys("address", "main", "--check", "--passphrase-file", wrong)
        self.assertEqual((run.returncode, run.stdout), (1, ""))
        self.assertIn("passphrase is wrong", run.stderr)

    def test_tampered(self):
        self.imports()
        good = json.loads(self.store.read_text())
        for field, value in (("address", "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"), ("data", "00" * 32)):
            document = json.loads(json.dumps(good))
            document["keys"][0][field] = value
            self.private("keystore.json", json.dumps(document))
            run = self.keys("address", "main", "--check", "--passphrase-file", self.passphrase)
            self.assertEqual(run.returncode, 1)
            self.assertIn("file was changed", run.stderr)
        self.private("keystore.json", json.dumps(good)[:-40])
        run = self.keys("list")
        self.assertEqual(run.returncode, 1)
        self.assertIn("no keystore", run.stderr)

    def test_refusals(self):
        key = self.private("key", KEY)
        for arguments, words in (
                (["import", "a b", "--key-file", key], "letters, digits"),
                (["import", "main", "--key-file", self.dir / "none"], "cannot open"),
                (["import", "main", "--key-file", key, "--kind", "lighter"], "80"),
                (["import", "main"], "no terminal"),
                (["address", "main"], "cannot open"),
                (["new", "main", "--kind", "btc"], "--kind"),
                (["new"], "perigee keys new"), (["new", "a", "b"], "perigee keys new"), (["gnu"], "perigee keys new")):
            run = self.keys(*arguments, "--passphrase-file", self.passphrase)
            self.assertIn(run.returncode, (1, 2), arguments)
            self.assertIn(words, run.stderr)
            self.assertFalse(self.store.exists())
        run = self.keys("new", "main")  # nobody to ask
        self.assertIn("--passphrase-file", run.stderr)
        short = self.private("short", "1234567")
        self.assertIn("fewer than 8", self.keys("new", "main", "--passphrase-file", short).stderr)
        self.private("key", KEY, 0o644)
        run = self.keys("import", "main", "--key-file", key, "--passphrase-file", self.passphrase)
        self.assertIn("chmod 600", run.stderr)
        self.passphrase.chmod(0o640)
        self.assertIn("chmod 600", self.keys("new", "main", "--passphrase-file", self.passphrase).stderr)

    def test_no_key_as_argument(self):
        run = self.keys("import", "main", "0x" + "12" * 32, "--passphrase-file", self.passphrase)
        self.assertEqual(run.returncode, 2)
        self.assertNotIn("12" * 32, run.stdout + run.stderr)

    def on_terminal(self, arguments, answers):
        """Runs on a terminal of its own, types each answer when its question stands there. All that was shown."""
        pid, fd = pty.fork()
        if pid == 0:
            os.execv(PERIGEE, [PERIGEE, "keys", *arguments, "--store", str(self.store)])
        shown, end = "", time.monotonic() + 60
        answers = list(answers)
        while time.monotonic() < end:
            if select.select([fd], [], [], 0.2)[0]:
                try:
                    shown += os.read(fd, 4096).decode()
                except OSError:
                    break
            if answers and answers[0][0] in shown.split("\n")[-1] and shown.endswith(": "):
                os.write(fd, answers.pop(0)[1].encode())
                shown += "(typed)"
        os.close(fd)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown

    def test_terminal(self):
        typed = [("Key main", KEY + "\r"), ("New passphrase", PASSPHRASE + "x\x7f\r"), ("again", PASSPHRASE + "\r")]
        status, shown = self.on_terminal(["import", "main"], typed)
        self.assertEqual(status, 0, shown)
        self.assertIn(ADDRESS, shown)
        self.clean(shown)  # nothing is echoed
        status, shown = self.on_terminal(["address", "main", "--check"], [("Passphrase", "junk\x15" + PASSPHRASE + "\n")])
        self.assertEqual(status, 0, shown)
        self.clean(shown)
        status, shown = self.on_terminal(["new", "b"], [("New", PASSPHRASE + "\r"), ("again", "something else\r")])
        self.assertEqual(status, 1)
        self.assertIn("differ", shown)
        status, shown = self.on_terminal(["new", "b"], [("New", "abc\x03")])
        self.assertEqual(status, 1)
        self.assertIn("broken off", shown)
        self.assertNotIn("b ", self.keys("list").stdout)


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
"""`perigee attach` as its user meets it: scripts, pipes, and a real terminal. Run by ctest: test_attach.py PERIGEE."""
import os
import pathlib
import pty
import re
import select
import signal
import stat
import subprocess
import sys
import tempfile
import time
import unittest

PERIGEE = pathlib.Path(sys.argv.pop(1)).resolve()
HOST = PERIGEE.parent / "tests" / "console_host"
PATIENCE_S = 20


class Attach(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.dir = pathlib.Path(self.folder.name)
        self.host = None

    def tearDown(self):
        if self.host:
            if self.host.poll() is None:
                self.host.kill()
            self.host.wait()
            self.host.stdout.close()
        self.folder.cleanup()

    def start(self):
        self.host = subprocess.Popen([HOST, ".perigee/console.sock"], cwd=self.dir, stdout=subprocess.PIPE, text=True)
        self.assertEqual(self.host.stdout.readline(), "ready\n")

    def environment(self):
        return {"PATH": os.environ["PATH"], "HOME": str(self.dir), "TERM": "vt100", "LC_ALL": "C.UTF-8"}

    def attach(self, *arguments, **named):
        return subprocess.run([PERIGEE, "attach", *arguments], cwd=self.dir, capture_output=True, text=True,
                              timeout=PATIENCE_S, env=self.environment(), **named)

    # ---- scripts ----

    def test_lines(self):
        self.start()
        run = self.attach("-e", "echo one", "--eval", "echo två")
        self.assertEqual((run.returncode, run.stdout, run.stderr), (0, "one\ntvå\n", ""))

    def test_first_failure_ends_it(self):
        self.start()
        run = self.attach("-e", "echo one", "-e", "fail no such market", "-e", "echo three")
        self.assertEqual((run.returncode, run.stdout, run.stderr), (1, "one\n", "no such market\n"))

    def test_write_is_asked_for(self):
        self.start()
        self.assertEqual(self.attach("-e", "write").returncode, 1)
        run = self.attach("--write", "-e", "write")
        self.assertEqual((run.returncode, run.stdout), (0, "written\n"))

    def test_standard_input(self):
        self.start()
        run = self.attach(input="echo one\n\n  \nfail two\necho three")
        self.assertEqual((run.returncode, run.stdout, run.stderr), (1, "one\nthree\n", "two\n"))
        self.assertEqual(self.attach(input="").returncode, 0)

    def test_late_answer_and_no_answer(self):
        self.start()
        self.assertEqual(self.attach("-e", "later 50").stdout, "waited\n")
        run = self.attach("-e", "hang", "--timeout", "200ms")
        self.assertEqual(run.returncode, 1)
        self.assertIn("has not answered within 0.2 s", run.stderr)
        self.assertEqual(self.attach("-e", "echo still there").stdout, "still there\n")

    def test_control_characters_stay_out_of_the_terminal(self):
        self.start()
        self.assertEqual(self.attach("-e", "raw").stdout, "a?[31mb?c\td\n")

    def test_follow(self):
        self.start()
        follower = subprocess.Popen([PERIGEE, "attach", "--follow"], cwd=self.dir, stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE, text=True, env=self.environment())
        heard = []
        deadline = time.monotonic() + PATIENCE_S
        while not heard and time.monotonic() < deadline:  # until it follows
            self.attach("-e", "say swapped")
            if select.select([follower.stdout], [], [], 0.05)[0]:
                heard.append(follower.stdout.readline())
        self.assertEqual(heard, ["swapped\n"])
        self.attach("-e", "end")
        _, errors = follower.communicate(timeout=PATIENCE_S)
        self.assertEqual(follower.returncode, 1)
        self.assertIn("the host has ended", errors)

    # ---- no host ----

    def test_no_host(self):
        run = self.attach("-e", "echo x")
        self.assertEqual(run.returncode, 1)
        self.assertIn(".perigee/console.sock: no host is running here", run.stderr)
        self.assertIn("perigee run", run.stderr)

    def test_dead_host(self):
        self.start()
        self.host.send_signal(signal.SIGKILL)
        self.host.wait()
        self.assertTrue((self.dir / ".perigee/console.sock").is_socket())
        self.assertIn("no host is running here", self.attach("-e", "echo x").stderr)
        self.host.stdout.close()
        self.start()  # takes the dead one's place
        self.assertEqual(self.attach("-e", "echo x").stdout, "x\n")

    def test_misuse(self):
        for arguments in (["--sockt", "x"], ["echo x"], ["--timeout", "soon"]):
            self.assertEqual(self.attach(*arguments).returncode, 2, arguments)
        self.assertIn("-e 'LINE'", self.attach("echo x").stderr)
        self.assertIn("at most 107 characters", self.attach("--socket", "x" * 200, "-e", "x").stderr)
        self.assertEqual(self.attach("--help").returncode, 0)

    # ---- a terminal ----

    def terminal(self, *arguments):
        pid, fd = pty.fork()
        if pid == 0:
            os.chdir(self.dir)
            os.execve(PERIGEE, [str(PERIGEE), "attach", *arguments], self.environment())
        return pid, fd

    def wait_for(self, fd, pattern, seen=""):
        deadline = time.monotonic() + PATIENCE_S
        while not re.search(pattern, seen):
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([fd], [], [], left)[0]:
                self.fail(f"no {pattern!r} in {seen!r}")
            try:
                data = os.read(fd, 4096)
            except OSError:
                data = b""
            if not data:
                self.fail(f"ended without {pattern!r}: {seen!r}")
            seen += data.decode()
        return seen

    def end(self, pid, fd):
        deadline = time.monotonic() + PATIENCE_S
        while True:
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                os.close(fd)
                return os.waitstatus_to_exitcode(status)
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
                self.fail("perigee attach did not end")
            time.sleep(0.01)

    def test_prompt(self):
        self.start()
        pid, fd = self.terminal()
        self.wait_for(fd, "perigee> ")
        os.write(fd, b"echo hello\r")
        self.wait_for(fd, "\nhello\r\n.*perigee> ")
        os.write(fd, b"echo ETH.pa\t\t")  # completed to ETH.params., then the choice is shown
        self.wait_for(fd, r"ETH\.params\.gamma  ETH\.params\.size\r\n")
        os.write(fd, b"g\t\r")
        self.wait_for(fd, r"\nETH\.params\.gamma\r\n")
        os.write(fd, b"half a line\x03")  # dropped
        self.wait_for(fd, r"\^C\r\n[\s\S]*perigee> ")
        os.write(fd, "echo zażółć\r".encode())
        self.wait_for(fd, "\nzażółć\r\n")
        self.attach("-e", "say from the host")
        self.wait_for(fd, "from the host\r\n[\\s\\S]*perigee> ")
        os.write(fd, b"exit\r")
        self.assertEqual(self.end(pid, fd), 0)
        history = self.dir / ".local/state/perigee/history"
        self.assertEqual(stat.S_IMODE(history.stat().st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(history.parent.stat().st_mode), 0o700)

    def test_history_is_kept(self):
        self.start()
        pid, fd = self.terminal()
        self.wait_for(fd, "perigee> ")
        os.write(fd, b"echo remembered\r")
        self.wait_for(fd, r"\nremembered\r\n")
        os.write(fd, b"\x04")
        self.assertEqual(self.end(pid, fd), 0)
        pid, fd = self.terminal("--write")
        self.wait_for(fd, "perigee# ")
        os.write(fd, b"\x10\r")  # Ctrl-P: the line before
        self.wait_for(fd, "\nremembered\r\n")
        os.write(fd, b"write\r")
        self.wait_for(fd, "written")
        os.write(fd, b"\x04")
        self.assertEqual(self.end(pid, fd), 0)

    def test_keys_typed_ahead(self):
        self.start()
        pid, fd = self.terminal()
        self.wait_for(fd, "perigee> ")
        os.write(fd, b"later 300\r")
        self.wait_for(fd, r"later 300\r\n")
        os.write(fd, "echo zażółć\x02\x02\x04\x04\r\x04".encode())  # two back, two deleted; the end
        seen = self.wait_for(fd, r"\nzażó\r\n")
        self.assertIn("waited\r\n", seen)
        self.assertEqual(self.end(pid, fd), 0)

    def test_host_ends_under_the_prompt(self):
        self.start()
        pid, fd = self.terminal()
        self.wait_for(fd, "perigee> ")
        os.write(fd, b"half")
        self.wait_for(fd, "half")
        self.attach("-e", "end")
        self.wait_for(fd, "the host has ended")
        self.assertEqual(self.end(pid, fd), 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)

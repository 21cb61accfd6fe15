"""The built-in exchange as a process, for the clients that trade on it."""
import pathlib
import signal
import subprocess
import sys
import time

PERIGEE = str(pathlib.Path(sys.argv.pop(1)).resolve())

# Keys that nobody has money behind: the numbers 1, 2, 3, ...
KEYS = [f"0x{number:064x}" for number in range(1, 9)]


class Exchange:
    """A running `perigee exchange VENUE` with money on some accounts, in the venue's form."""

    def __init__(self, *arguments, funds=(), venue="hyperliquid"):
        options = [word for account, usd in funds for word in ("--fund", f"{account}={usd}")]
        self.process = subprocess.Popen([PERIGEE, "exchange", venue, *map(str, arguments), *options],
                                        stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        assert line.startswith("listening on http://127.0.0.1:"), line
        self.url = line.split()[-1]

    def stop(self):
        """Ends it; anything but a clean end is a failure (of the sanitizers, for one)."""
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=20)
        assert self.process.returncode == 0, f"the exchange ended with {self.process.returncode}"


def wait_for(check, what, seconds=20):
    """The first true value of check(); fails when there is none in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = check()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"not in {seconds} s: {what}")

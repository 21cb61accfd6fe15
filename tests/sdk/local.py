"""What the SDKs' tests share: a built-in exchange as a process, questions to it, and Lua programs."""
import json
import os
import pathlib
import queue
import signal
import subprocess
import tempfile
import threading
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

# The private keys 1, 2, 3, ... and their Ethereum addresses: known to everybody, and without money anywhere.
KEYS = [f"0x{number:064x}" for number in range(1, 6)]
ADDRESSES = ["0x7e5f4552091a69125d5dfcb7b8c2659029395bdf", "0x2b5ad5c4795c026514f8317c7a215e218dccd6cf",
             "0x6813eb9362372eef6200f3b1dbc3f819671cba69", "0x1eff47bc3a10a45d4b230b5d10e37751fe6aa718",
             "0xe1ab8145f7e55dc933d51a18c793f901a3a0b276"]
LIMIT_S = 60


class Exchange:
    """A running `perigee exchange`."""

    def __init__(self, perigee, venue, *arguments):
        self.process = subprocess.Popen([perigee, "exchange", venue, *map(str, arguments)], stdout=subprocess.PIPE,
                                        text=True)
        line = self.process.stdout.readline()
        assert line.startswith("listening on http://127.0.0.1:"), line
        self.url = line.split()[-1]

    def ask(self, path, request):
        made = urllib.request.Request(self.url + path, json.dumps(request).encode(),
                                      {"Content-Type": "application/json"})
        with urllib.request.urlopen(made, timeout=LIMIT_S) as answer:
            return json.load(answer)

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=LIMIT_S) as answer:
            return json.load(answer)

    def stop(self):
        """Ends it; anything but a clean end is a failure (of the sanitizers, for one)."""
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=LIMIT_S)
        assert self.process.returncode == 0, f"the exchange ended with {self.process.returncode}"


def environment(key=None, **settings):
    """One in which HL_KEY is the key, or is not set, and the settings are."""
    made = {name: value for name, value in os.environ.items() if name != "HL_KEY"}
    return {**made, **({"HL_KEY": key} if key else {}), **settings}


class Program:
    """A Lua program that runs meanwhile; its lines come as they are written."""

    def __init__(self, command, key=None, **settings):
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(list(map(str, command)), cwd=ROOT, env=environment(key, **settings),
                                        stdout=subprocess.PIPE, stderr=self.errors, text=True)
        self.lines = queue.Queue()
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def line(self):
        """The next line; fails when the program ends before it."""
        line = self.lines.get(timeout=LIMIT_S)
        assert line is not None, "it ended: " + self.end()[1]
        return line

    def rest(self):
        """The lines up to the program's end."""
        lines = []
        while (line := self.lines.get(timeout=LIMIT_S)) is not None:
            lines.append(line)
        return lines

    def end(self):
        """Status and errors, when it has ended by itself."""
        self.process.wait(timeout=LIMIT_S)
        self.thread.join(timeout=LIMIT_S)
        self.process.stdout.close()
        self.errors.seek(0)
        errors = self.errors.read()
        self.errors.close()
        return self.process.returncode, errors


def fields(text):
    """The cells of printed lines."""
    return [line.split("\t") for line in text.splitlines()]

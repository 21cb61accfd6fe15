#!/usr/bin/env python3
"""Reads the include graph of host/ and fails on an edge to a higher floor, on a cycle, and on the rules that keep
Lua and the outside world in their places (design.md, The house; style.md, habits 1, 5, 14)."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent / "host"
FLOORS = ["base", "kernels", "crypto", "market", "data", "trade", "net", "venue", "sim", "engine", "script", "study",
          "sdk", "report", "web", "live", "selftest", "cli"]
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)

# What may be used where: pattern, floors (or files) that may.
RULES = [
    (re.compile(r'#\s*include\s+<(lua|lauxlib|lualib|luajit)\.h>'), {"script", "cli/lua.c"}, "lua.h"),
    (re.compile(r'\bgetenv\s*\('), {"base"}, "getenv"),
    (re.compile(r'(?<![\w.>])(?:time|gettimeofday|rand|srand|random)\s*\('), {"base"}, "time or random numbers"),
    (re.compile(r'\b(?:strcpy|strcat|sprintf|gets)\s*\('), set(), "unbounded string functions"),
]


def without_comments(text):
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    return re.sub(r'"(?:\\.|[^"\\])*"', '""', text)


def main():
    wrong = []
    graph = {}
    for path in sorted(ROOT.rglob("*.[ch]")):
        name = path.relative_to(ROOT).as_posix()
        floor = name.split("/")[0]
        if floor not in FLOORS:
            wrong.append(f"host/{name}: '{floor}' is no floor")
            continue
        text = path.read_text()
        graph[name] = [i for i in INCLUDE.findall(text) if (ROOT / i).exists()]
        for included in graph[name]:
            upper = included.split("/")[0]
            if FLOORS.index(upper) > FLOORS.index(floor):
                wrong.append(f"host/{name} includes {included}: {floor} may not use {upper}")
        code = without_comments(text)
        for pattern, allowed, what in RULES:
            if floor in allowed or name in allowed:
                continue
            searched = text if "include" in pattern.pattern else code
            for match in pattern.finditer(searched):
                line = searched[: match.start()].count("\n") + 1
                wrong.append(f"host/{name}: uses {what} (about line {line})")
        lines = text.count("\n")
        if lines > 800:
            wrong.append(f"host/{name}: {lines} lines; split it")
    state = {}

    def visit(name, trail):
        if state.get(name) == "done":
            return
        if name in trail:
            wrong.append("cycle: " + " -> ".join(trail[trail.index(name):] + [name]))
            return
        for included in graph.get(name, []):
            visit(included, trail + [name])
        state[name] = "done"

    for name in graph:
        visit(name, [])
    for line in wrong:
        print(line)
    if not wrong:
        print(f"floors: {len(graph)} files, {sum(map(len, graph.values()))} includes, no upward edge, no cycle")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

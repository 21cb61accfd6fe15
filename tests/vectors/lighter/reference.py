#!/usr/bin/env python3
"""An implementation of Lighter's cryptography of its own, in plain integers, to check and feed the one in C.

    reference.py table            writes host/crypto/ecgfp5_table.c, the multiples of the generator
    reference.py vectors FOLDER   writes the vector files of this folder

The curve is worked on in the affine coordinates of its definition (x, y) with the chord-and-tangent law, not with the
projective formulas of the host; keys and nonces come from SHA-256 of a counter."""
import hashlib
import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
P = 2**64 - 2**32 + 1
N = 1067993516717146951041484916571792702745057740581727230159139685185762082554198619328292418486241
A, B = (2, 0, 0, 0, 0), (0, 263, 0, 0, 0)
ZERO, ONE = (0,) * 5, (1, 0, 0, 0, 0)
GX = (12883135586176881569, 4356519642755055268, 5248930565894896907, 2165973894480315022, 2448410071095648785)
ROOT_OF_UNITY = pow(3, (P - 1) // 5, P)


def add(a, b):
    return tuple((x + y) % P for x, y in zip(a, b))


def sub(a, b):
    return tuple((x - y) % P for x, y in zip(a, b))


def mul(a, b):
    out = [0] * 9
    for i in range(5):
        for j in range(5):
            out[i + j] += a[i] * b[j]
    return tuple((out[k] + (3 * out[k + 5] if k < 4 else 0)) % P for k in range(5))


def conjugates(a):
    out = ONE
    for k in range(1, 5):
        out = mul(out, tuple(c * pow(ROOT_OF_UNITY, i * k, P) % P for i, c in enumerate(a)))
    return out


def inv(a):
    f = conjugates(a)
    norm = pow(mul(a, f)[0], P - 2, P)
    return tuple(c * norm % P for c in f)


# Points are (x, y) of the curve itself; None is its point at infinity. The group element P is the point P + N with
# N = (0, 0), so that the sum of two elements is P + Q + N.
NEUTRAL = (ZERO, ZERO)
G = (GX, mul((4, 0, 0, 0, 0), GX))


def chord(p, q):
    if p is None or q is None:
        return q if p is None else p
    if p[0] == q[0]:
        if add(p[1], q[1]) == ZERO:
            return None
        top = add(add(mul((3, 0, 0, 0, 0), mul(p[0], p[0])), mul((4, 0, 0, 0, 0), p[0])), B)
        slope = mul(top, inv(add(p[1], p[1])))
    else:
        slope = mul(sub(q[1], p[1]), inv(sub(q[0], p[0])))
    x = sub(sub(sub(mul(slope, slope), A), p[0]), q[0])
    return x, sub(mul(slope, sub(p[0], x)), p[1])


def plus(p, q):
    return chord(chord(p, q), NEUTRAL)


def times(k, p):
    out = NEUTRAL
    for bit in bin(k)[2:]:
        out = plus(out, out)
        if bit == "1":
            out = plus(out, p)
    return out


def encode(p):
    return ZERO if p == NEUTRAL else mul(p[1], inv(p[0]))


def constants():
    text = (ROOT / "host/crypto/poseidon2.c").read_text()
    return [int(x, 16) for x in re.findall(r"0x([0-9a-f]+)u", text)]


ROUND = constants()
M4 = ((2, 3, 1, 1), (1, 2, 3, 1), (1, 1, 2, 3), (3, 1, 1, 2))


def external(s):
    blocks = [[sum(m * x for m, x in zip(row, s[4 * b:4 * b + 4])) for row in M4] for b in range(3)]
    sums = [sum(block[k] for block in blocks) for k in range(4)]
    return [(block[k] + sums[k]) % P for block in blocks for k in range(4)]


def permute(s):
    s = external(s)
    full, partial, diagonal = ROUND[:96], ROUND[96:118], ROUND[118:130]
    for r in range(30):
        if 4 <= r < 26:
            s[0] = pow(s[0] + partial[r - 4], 7, P)
            total = sum(s)
            s = [(total + d * x) % P for d, x in zip(diagonal, s)]
        else:
            at = 12 * (r if r < 4 else r - 22)
            s = external([pow(x + c, 7, P) for x, c in zip(s, full[at:at + 12])])
    return s


def sponge(values, outputs):
    state = [0] * 12
    for i in range(0, len(values), 8):
        chunk = values[i:i + 8]
        state = permute(list(chunk) + state[len(chunk):])
    out = state[:8]
    while len(out) < outputs:
        state = permute(state)
        out += state[:8]
    return tuple(out[:outputs])


def limbs_hex(values):
    return b"".join(v.to_bytes(8, "little") for v in values).hex()


def scalar_hex(k):
    return k.to_bytes(40, "little").hex()


def number(tag, i):
    return int.from_bytes(hashlib.sha512(f"{tag} {i}".encode()).digest(), "big")


def sign(key, k, message):
    r = encode(times(k, G))
    e = int.from_bytes(bytes.fromhex(limbs_hex(sponge(r + message, 5))), "little") % N
    return r, scalar_hex((k - e * key) % N) + scalar_hex(e)


def schnorr_vectors():
    signs, verifies = [], []
    for i in range(6):
        key, k = number("key", i) % N, number("nonce", i) % N
        message = tuple(number("message", 5 * i + j) % P for j in range(5))
        public = limbs_hex(encode(times(key, G)))
        r, signature = sign(key, k, message)
        signs.append({"private_key": scalar_hex(key), "k": scalar_hex(k), "message_hash": limbs_hex(message),
                      "signature": signature, "R": limbs_hex(r), "public_key": public})
        wrong = limbs_hex(add(message, ONE))
        for case, text, valid in (("good", limbs_hex(message), True), ("message changed", wrong, False)):
            verifies.append({"public_key": public, "message_hash": text, "signature": signature, "valid": valid,
                             "case": case})
    return {"sign_fixed_k": signs, "verify": verifies}


def token_vectors():
    out = []
    for i in range(3):
        key, k = number("key", 10 + i) % N, number("nonce", 10 + i) % N
        deadline, account, index = 1790000000 + i, 1000 * i + 7, 3 * i
        message = f"{deadline}:{account}:{index}"
        raw = message.encode()
        raw += bytes(-len(raw) % 8)
        h = sponge([int.from_bytes(raw[j:j + 8], "little") for j in range(0, len(raw), 8)], 5)
        _, signature = sign(key, k, h)
        out.append({"private_key": scalar_hex(key), "public_key": limbs_hex(encode(times(key, G))),
                    "k": scalar_hex(k), "deadline": deadline, "account_index": account, "api_key_index": index,
                    "message": message, "message_hash": limbs_hex(h), "token": f"{message}:{signature}"})
    return out


def poseidon_vectors():
    states = [[0] * 12, list(range(12)), [P - 1] * 12, [number("state", i) % P for i in range(12)]]
    hashes = []
    for n, m in ((0, 5), (1, 4), (8, 5), (9, 4), (16, 5), (17, 20)):
        values = [number("input", i) % P for i in range(n)]
        hashes.append({"n": n, "m": m, "input": limbs_hex(values), "output": limbs_hex(sponge(values, m))})
    return {"permutation": [{"input": limbs_hex(s), "output": limbs_hex(permute(s))} for s in states],
            "hash_n_to_m": hashes}


def curve_vectors():
    adds, muls = [], []
    for i, (a, b) in enumerate(((1, 1), (0, 5), (7, N - 7), (number("a", 1) % N, number("b", 1) % N))):
        p, q = times(a, G), times(b, G)
        adds.append({"p": limbs_hex(encode(p)), "q": limbs_hex(encode(q)), "sum": limbs_hex(encode(plus(p, q))),
                     "double_p": limbs_hex(encode(plus(p, p))), "mdouble5_p": limbs_hex(encode(times(32, p))),
                     "equal": a == b})
    base = times(12345, G)
    for k in (0, 1, 16, 17, N - 1, number("k", 1) % N, number("k", 2) % N):
        muls.append({"p": limbs_hex(encode(base)), "k": scalar_hex(k),
                     "product": limbs_hex(encode(times(k, base)))})
    return {"add_double": adds, "mul": muls}


def write_vectors(folder):
    files = {"schnorr": schnorr_vectors(), "auth_tokens": token_vectors(), "poseidon2": poseidon_vectors(),
             "ecgfp5": curve_vectors()}
    for name, vectors in files.items():
        text = json.dumps({"description": "written by reference.py", "vectors": vectors}, indent=1)
        (pathlib.Path(folder) / f"{name}.json").write_text(text + "\n")


def initialiser(a):
    words = [f"0x{c:016x}u" for c in a]
    return "{ { " + ", ".join(words) + " } }"


def write_table():
    lines = ["/* Written by tests/vectors/lighter/reference.py: do not edit. */", '#include "crypto/ecgfp5.h"', "",
             "/* clang-format off */",
             "const pg_ecgfp5_affine pg_ecgfp5_table[PG_ECGFP5_BLOCKS][PG_ECGFP5_MULTIPLES] = {"]
    base = G
    for _ in range(16):
        lines.append("{")
        point = base
        for m in range(1, 17):
            lines.append("{ " + initialiser(point[0]) + ",\n  " + initialiser(mul(point[0], inv(point[1]))) + " },")
            point = plus(point, base)
        lines.append("},")
        base = times(32**4, base)
    lines += ["};", ""]
    (ROOT / "host/crypto/ecgfp5_table.c").write_text("\n".join(lines))


if __name__ == "__main__":
    if sys.argv[1:] == ["table"]:
        write_table()
    elif len(sys.argv) == 3 and sys.argv[1] == "vectors":
        write_vectors(sys.argv[2])
    else:
        sys.exit(__doc__)

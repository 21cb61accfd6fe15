#!/usr/bin/env python3
"""Writes this folder's vectors: STARK curve, Poseidon and SNIP-12 in plain Python integers and affine coordinates, with
nothing in common with the host's code. Keys are public: never fund them."""
import hashlib
import hmac
import json
import math
import pathlib
import random
from fractions import Fraction

HERE = pathlib.Path(__file__).resolve().parent
P = 2**251 + 17 * 2**192 + 1
N = 0x800000000000010FFFFFFFFFFFFFFFFB781126DCAE7B2321E66A241ADC64D2F
B = 0x6F21413EFBE40DE150E596D72F7A8C5609AD26C15C915C1F4CDFCB99CEE9E89
G = (0x1EF15C18599971B7BECED415A40F0C7DEACFD9B0D1819E03D723D8BC943CFCA,
     0x5668060AA49730B7BE4801DF46EC62DE53ECD11ABE43A32873000C36E8DC1F)
ORDER = 0x36DA8D51815527CABFAA9C982F564C80FA7429616739306036F1F9B608DD112
DOMAIN = 0x1FF2F602E42168014D405A94F75E8A93D640751D71D16311266E140D8B0A210


def add(a, b):
    if a is None or b is None:
        return b if a is None else a
    if a[0] == b[0] and (a[1] + b[1]) % P == 0:
        return None
    if a == b:
        slope = (3 * a[0] ** 2 + 1) * pow(2 * a[1], -1, P) % P
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, P) % P
    x = (slope**2 - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def mul(k, point):
    total = None
    while k:
        if k & 1:
            total = add(total, point)
        point, k = add(point, point), k >> 1
    return total


def permute(state):
    for r in range(91):
        state = [(s + int.from_bytes(hashlib.sha256(b"Hades%d" % (3 * r + i)).digest(), "big")) % P
                 for i, s in enumerate(state)]
        if 4 <= r < 87:
            state[2] = pow(state[2], 3, P)
        else:
            state = [pow(s, 3, P) for s in state]
        a, b, c = state
        state = [(3 * a + b + c) % P, (a - b + c) % P, (a + b - 2 * c) % P]
    return state


def hash_many(values):
    values = list(values) + [1]
    values += [0] * (len(values) % 2)
    state = [0, 0, 0]
    for i in range(0, len(values), 2):
        state = permute([state[0] + values[i], state[1] + values[i + 1], state[2]])
    return state[0]


def nonce(message, key):
    x, h = key.to_bytes(32, "big"), message.to_bytes(32, "big")
    v, k = b"\1" * 32, b"\0" * 32
    for tag in (b"\0", b"\1"):
        k = hmac.digest(k, v + tag + x + h, "sha256")
        v = hmac.digest(k, v, "sha256")
    while True:
        v = hmac.digest(k, v, "sha256")
        candidate = int.from_bytes(v, "big") >> 4
        if 1 <= candidate < N:
            return candidate
        k = hmac.digest(k, v + b"\0", "sha256")
        v = hmac.digest(k, v, "sha256")


def sign(message, key):
    k = nonce(message, key)
    r = mul(k, G)[0]
    return r, (message + r * key) * pow(k, -1, N) % N


def short(text):
    return int.from_bytes(text.encode(), "big")


def write(name, document):
    (HERE / name).write_text(json.dumps(document, indent=1) + "\n")


def scaled(side, qty, price, fee, rs, rc):
    q, p, f = Fraction(qty), Fraction(price), Fraction(fee)
    if side == "BUY":
        return math.ceil(q * rs), -math.ceil(q * p * rc), math.ceil(q * p * f * rc)
    return -math.floor(q * rs), math.floor(q * p * rc), math.ceil(q * p * f * rc)


def order(rng, note, side, qty, price, fee, rs, expiry, salt, position, chain):
    key = rng.randrange(1, N)
    public = mul(key, G)[0]
    synthetic, collateral, rc = short("ABC-3") << 88, 1, 10**6
    base, quote, fee_amount = scaled(side, qty, price, fee, rs, rc)
    seconds = -(-expiry // 1000) + 14 * 86400
    domain = hash_many([DOMAIN, short("Perpetuals"), short("v0"), short(chain), 1])
    struct = hash_many([ORDER, position, synthetic, base % P, collateral, quote % P, collateral, fee_amount, seconds, salt])
    message = hash_many([short("StarkNet Message"), domain, public, struct])
    r, s = sign(message, key)
    body = {"id": str(message), "market": "ABC-USD", "type": "LIMIT", "side": side, "qty": qty, "price": price,
            "reduceOnly": False, "postOnly": True, "timeInForce": "GTT", "expiryEpochMillis": expiry, "fee": fee,
            "nonce": str(salt), "selfTradeProtectionLevel": "CLIENT",
            "settlement": {"signature": {"r": hex(r), "s": hex(s)}, "starkKey": hex(public),
                           "collateralPosition": str(position)},
            "debuggingAmounts": {"collateralAmount": str(quote), "feeAmount": str(fee_amount),
                                 "syntheticAmount": str(base)}}
    return {"note": note,
            "inputs": {"market": {"name": "ABC-USD", "l2Config": {
                           "collateralId": hex(collateral), "collateralResolution": rc,
                           "syntheticId": hex(synthetic), "syntheticResolution": rs}},
                       "domain": {"name": "Perpetuals", "version": "v0", "chainId": chain, "revision": 1},
                       "side": side, "qty": qty, "price": price, "fee_rate": fee, "builder_fee": None,
                       "expiry_epoch_millis": expiry, "nonce": salt, "position_id": position,
                       "private_key": hex(key), "public_key": hex(public)},
            "scaled": {"base_amount": str(base), "quote_amount": str(quote), "fee_amount": str(fee_amount),
                       "expiration_seconds": seconds, "base_amount_felt": hex(base % P),
                       "quote_amount_felt": hex(quote % P)},
            "hashes": {"domain_hash": hex(domain), "order_struct_hash": hex(struct), "message_hash": hex(message),
                       "order_id_decimal": str(message)},
            "signature": {"r": hex(r), "s": hex(s)}, "request_body": body}


def main():
    rng = random.Random(20261121)
    orders = [
        order(rng, "SELL", "SELL", "0.012", "1234.5", "0.0002", 1000, 1767225600001, 5, 77, "SN_MAIN"),
        order(rng, "BUY, rounded up", "BUY", "0.0123456", "77.77", "0.00033", 1000, 1767225600000, 2**31 - 1, 2**32 - 1,
              "SN_SEPOLIA"),
    ]
    write("orders.json", {"description": "orders", "vectors": orders})

    signatures, checks = [], []
    for i in range(6):
        key, message = rng.randrange(1, N), rng.randrange(16**61, 2 * 16**61)
        r, s = sign(message, key)
        public = mul(key, G)[0]
        signatures.append({"note": "random", "private_key": hex(key), "public_key": hex(public),
                           "message_hash": hex(message), "r": hex(r), "s": hex(s)})
        for note, change, valid in (("valid", 0, True), ("message changed by one", 1, False)):
            checks.append({"note": note, "public_key": hex(public), "message_hash": hex(message + change),
                           "r": hex(r), "s": hex(s), "valid": valid, "result": "ok" if valid else "bad"})
    write("ecdsa_sign.json", {"description": "deterministic signatures", "vectors": signatures})
    text = json.dumps({"description": "verification", "vectors": checks}, indent=1)
    (HERE / "ecdsa_verify.json").write_text(text.replace('"valid": true,', '"valid": true ,') + "\n")

    values = [rng.randrange(P) for _ in range(7)]
    state = [rng.randrange(P) for _ in range(3)]
    write("poseidon.json", {
        "description": "Poseidon",
        "permutation": [{"in": [hex(v) for v in s], "out": [hex(v) for v in permute(s)]}
                        for s in ([P - 1, P - 1, P - 1], state)],
        "hash2": [{"x": hex(x), "y": hex(y), "hash": hex(permute([x, y, 2])[0])} for x, y in ((5, P - 1), values[:2])],
        "hash1": [{"x": hex(x), "hash": hex(permute([x, 0, 1])[0])} for x in (P - 2, values[2])],
        "hash_many": [{"n": n, "in": [hex(v) for v in values[:n]], "hash": hex(hash_many(values[:n]))}
                      for n in range(8)]})


main()

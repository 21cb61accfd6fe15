#!/usr/bin/env python3
"""Makes the vectors of this folder from first principles: python3 tests/vectors/hyperliquid/reference.py

Keccak, secp256k1 with RFC 6979 nonces, MessagePack and EIP-712 are written out here from their definitions, in the
plainest way, with nothing but Python's standard library, and share nothing with the C code. The script first checks
itself against published constants (README.md) and stops when one of them does not come out."""
import decimal
import hashlib
import hmac
import json
import pathlib

HERE = pathlib.Path(__file__).resolve().parent
decimal.getcontext().prec = 200

# ---- Keccak-256: the reference's step mappings on a 5 x 5 array of lanes ----

MASK = (1 << 64) - 1


def rol(x, n):
    n %= 64
    return ((x << n) | (x >> (64 - n))) & MASK


def round_constants():
    """iota's constants from their LFSR, x^8 + x^6 + x^5 + x^4 + 1."""
    constants, state = [], 1
    for _ in range(24):
        word = 0
        for j in range(7):
            if state & 1:
                word |= 1 << ((1 << j) - 1)
            state = ((state << 1) ^ (0x71 if state >> 7 else 0)) & 0xFF
        constants.append(word)
    return constants


CONSTANTS = round_constants()


def keccak_f(a):
    for constant in CONSTANTS:
        c = [a[x][0] ^ a[x][1] ^ a[x][2] ^ a[x][3] ^ a[x][4] for x in range(5)]
        d = [c[(x - 1) % 5] ^ rol(c[(x + 1) % 5], 1) for x in range(5)]
        a = [[a[x][y] ^ d[x] for y in range(5)] for x in range(5)]
        x, y, current = 1, 0, a[1][0]
        for t in range(24):
            x, y = y, (2 * x + 3 * y) % 5
            current, a[x][y] = a[x][y], rol(current, (t + 1) * (t + 2) // 2)
        a = [[a[x][y] ^ (~a[(x + 1) % 5][y] & a[(x + 2) % 5][y] & MASK) for y in range(5)] for x in range(5)]
        a[0][0] ^= constant
    return a


def keccak256(data):
    padded = bytearray(data) + b"\x01"
    padded += bytes(-len(padded) % 136)
    padded[-1] |= 0x80
    a = [[0] * 5 for _ in range(5)]
    for block in range(0, len(padded), 136):
        for i in range(17):
            a[i % 5][i // 5] ^= int.from_bytes(padded[block + 8 * i : block + 8 * i + 8], "little")
        a = keccak_f(a)
    return b"".join(a[i % 5][i // 5].to_bytes(8, "little") for i in range(4))


# ---- secp256k1: affine points, double and add; nonces of RFC 6979 with HMAC-SHA-256; low s ----

P = 2**256 - 2**32 - 977
N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
G = (
    0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
    0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8,
)


def add(p, q):
    if p is None or q is None:
        return p or q
    if p[0] == q[0]:
        if (p[1] + q[1]) % P == 0:
            return None
        slope = 3 * p[0] * p[0] * pow(2 * p[1], -1, P)
    else:
        slope = (q[1] - p[1]) * pow(q[0] - p[0], -1, P)
    x = (slope * slope - p[0] - q[0]) % P
    return x, (slope * (p[0] - x) - p[1]) % P


def multiply(k, p):
    result = None
    while k:
        if k & 1:
            result = add(result, p)
        p, k = add(p, p), k >> 1
    return result


def nonces(key, digest):
    x, h = key.to_bytes(32, "big"), (int.from_bytes(digest, "big") % N).to_bytes(32, "big")
    k, v = bytes(32), b"\x01" * 32
    for tag in (b"\x00", b"\x01"):
        k = hmac.new(k, v + tag + x + h, hashlib.sha256).digest()
        v = hmac.new(k, v, hashlib.sha256).digest()
    while True:
        v = hmac.new(k, v, hashlib.sha256).digest()
        nonce = int.from_bytes(v, "big")
        if 0 < nonce < N:
            yield nonce
        k = hmac.new(k, v + b"\x00", hashlib.sha256).digest()
        v = hmac.new(k, v, hashlib.sha256).digest()


def sign(key, digest):
    z = int.from_bytes(digest, "big")
    for nonce in nonces(key, digest):
        point = multiply(nonce, G)
        r = point[0] % N
        s = pow(nonce, -1, N) * (z + r * key) % N
        if r and s:
            odd = point[1] & 1
            if s > N // 2:
                s, odd = N - s, odd ^ 1
            return r, s, 27 + odd
    return None


def public_key(key):
    x, y = multiply(key, G)
    return x.to_bytes(32, "big") + y.to_bytes(32, "big")


def address(key):
    return "0x" + keccak256(public_key(key))[-20:].hex()


def checksum(text):
    digest = keccak256(text[2:].encode()).hex()
    return "0x" + "".join(c.upper() if int(digest[i], 16) >= 8 else c for i, c in enumerate(text[2:]))


# ---- MessagePack ----


def pack(value):
    if value is None:
        return b"\xc0"
    if value is True or value is False:
        return b"\xc3" if value else b"\xc2"
    if isinstance(value, int):
        if 0 <= value < 128 or -32 <= value < 0:
            return value.to_bytes(1, "big", signed=value < 0)
        for lead, size in ((0xCC, 1), (0xCD, 2), (0xCE, 4), (0xCF, 8)) if value > 0 else ((0xD0, 1), (0xD1, 2), (0xD2, 4), (0xD3, 8)):
            try:
                return bytes([lead]) + value.to_bytes(size, "big", signed=value < 0)
            except OverflowError:
                continue
    if isinstance(value, str):
        data = value.encode()
        if len(data) < 32:
            return bytes([0xA0 + len(data)]) + data
        if len(data) < 256:
            return bytes([0xD9, len(data)]) + data
        return b"\xda" + len(data).to_bytes(2, "big") + data
    small, lead = (0x80, b"\xde") if isinstance(value, dict) else (0x90, b"\xdc")
    header = bytes([small + len(value)]) if len(value) < 16 else lead + len(value).to_bytes(2, "big")
    items = [part for pair in value.items() for part in pair] if isinstance(value, dict) else value
    return header + b"".join(map(pack, items))


# ---- EIP-712 and Hyperliquid's two ways of signing ----


def word(value):
    return value.to_bytes(32, "big")


def domain(name, chain):
    kind = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    return keccak256(keccak256(kind.encode()) + keccak256(name.encode()) + keccak256(b"1") + word(chain) + word(0))


def encode(kind, value):
    if kind == "string":
        return keccak256(value.encode())
    if kind == "bytes":
        return keccak256(bytes.fromhex(value[2:]))
    if kind == "address":
        return bytes(12) + bytes.fromhex(value[2:])
    return value if kind == "bytes32" else word(int(value))


def struct(kind, fields, values):
    listed = ",".join(f"{t} {n}" for n, t in fields)
    text = f"{kind}({listed})"
    return text, keccak256(keccak256(text.encode()) + b"".join(encode(t, values[n]) for n, t in fields))


def digest_of(separator, hashed):
    return keccak256(b"\x19\x01" + separator + hashed)


def connection(packed, nonce, vault, expires):
    data = packed + nonce.to_bytes(8, "big")
    data += b"\x00" if vault is None else b"\x01" + bytes.fromhex(vault[2:])
    data += b"" if expires is None else b"\x00" + expires.to_bytes(8, "big")
    return keccak256(data)


def agent(network, connection_id):
    source = "a" if network == "mainnet" else "b"
    fields = [("source", "string"), ("connectionId", "bytes32")]
    _, hashed = struct("Agent", fields, {"source": source, "connectionId": connection_id})
    return source, hashed, digest_of(domain("Exchange", 1337), hashed)


TYPES = {
    "usdSend": ("UsdSend", "destination:string amount:string time:uint64"),
    "spotSend": ("SpotSend", "destination:string token:string amount:string time:uint64"),
    "withdraw3": ("Withdraw", "destination:string amount:string time:uint64"),
    "usdClassTransfer": ("UsdClassTransfer", "amount:string toPerp:bool nonce:uint64"),
    "sendAsset": (
        "SendAsset",
        "destination:string sourceDex:string destinationDex:string token:string amount:string fromSubAccount:string nonce:uint64",
    ),
    "approveAgent": ("ApproveAgent", "agentAddress:address agentName:string nonce:uint64"),
    "approveBuilderFee": ("ApproveBuilderFee", "maxFeeRate:string builder:address nonce:uint64"),
    "cDeposit": ("CDeposit", "wei:uint64 nonce:uint64"),
    "cWithdraw": ("CWithdraw", "wei:uint64 nonce:uint64"),
    "tokenDelegate": ("TokenDelegate", "validator:address wei:uint64 isUndelegate:bool nonce:uint64"),
    "convertToMultiSigUser": ("ConvertToMultiSigUser", "signers:string nonce:uint64"),
    "userDexAbstraction": ("UserDexAbstraction", "user:address enabled:bool nonce:uint64"),
    "userSetAbstraction": ("UserSetAbstraction", "user:address abstraction:string nonce:uint64"),
    "userPortfolioMargin": ("UserPortfolioMargin", "user:address enabled:bool nonce:uint64"),
    "linkStakingUser": ("LinkStakingUser", "user:address isFinalize:bool nonce:uint64"),
    "stakingLinkDisableTradingUser": ("StakingLinkDisableTradingUser", "tradingUser:address nonce:uint64"),
    "sendToEvmWithData": (
        "SendToEvmWithData",
        "token:string amount:string sourceDex:string destinationRecipient:string addressEncoding:string "
        "destinationChainId:uint32 gasLimit:uint64 data:bytes nonce:uint64",
    ),
    "multiSig": ("SendMultiSig", "multiSigActionHash:bytes32 nonce:uint64"),
}


def user_struct(kind, values, extra=()):
    primary, fields = TYPES[kind]
    listed = [("hyperliquidChain", "string"), *extra, *(tuple(f.split(":")) for f in fields.split())]
    return struct("HyperliquidTransaction:" + primary, listed, values)


def user_digest(kind, chain, values, extra=()):
    return digest_of(domain("HyperliquidSignTransaction", chain), user_struct(kind, values, extra)[1])


# ---- what the vectors are about ----


def key_of(label):
    """Keys of these vectors are hashes of words: anybody can make them, so never fund them."""
    return int.from_bytes(keccak256(("perigee vector key " + label).encode()), "big") % N


def hex0(data):
    return "0x" + data.hex()


def signature(key, digest):
    r, s, v = sign(key, digest)
    return {"r": hex0(word(r)), "s": hex0(word(s)), "v": v}


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


NONCE = 1750000000000
VAULT = address(key_of("vault"))
OTHER = address(key_of("other"))
CLOID = "0x00112233445566778899aabbccddeeff"


def limit(asset, buy, price, size, tif, **more):
    order = {"a": asset, "b": buy, "p": price, "s": size, "r": False, "t": {"limit": {"tif": tif}}}
    order.update(more)
    return order


def trigger(asset, buy, price, size, market, at, tpsl):
    kind = {"trigger": {"isMarket": market, "triggerPx": at, "tpsl": tpsl}}
    return {"a": asset, "b": buy, "p": price, "s": size, "r": True, "t": kind}


def orders(*listed, grouping="na", **more):
    return {"type": "order", "orders": list(listed), "grouping": grouping, **more}


def l1_actions():
    entry = limit(3, True, "0.98765", "12345", "Alo", c=CLOID)
    stop = trigger(3, False, "0.9", "12345", True, "0.91", "sl")
    take = trigger(3, False, "1.2", "12345", False, "1.2", "tp")
    return [
        ("order Alo with cloid", orders(entry), {}),
        ("order Ioc testnet", orders(limit(0, False, "98765", "0.00002", "Ioc")), {"network": "testnet"}),
        ("order of a spot pair for a vault", orders(limit(10107, True, "23.456", "0.5", "Gtc")), {"vault": VAULT}),
        ("order with expiry", orders(limit(110001, True, "401.2", "7", "FrontendMarket")), {"expires": NONCE + 5000}),
        ("order, vault and expiry", orders(limit(1, False, "2500", "4", "Gtc")), {"vault": VAULT, "expires": NONCE + 1}),
        ("entry with both exits", orders(limit(3, True, "1", "12345", "Gtc"), take, stop, grouping="normalTpsl"), {}),
        ("exit of a position", orders(dict(stop, s="0"), grouping="positionTpsl"), {}),
        ("priority and builder", orders(limit(0, True, "100000", "1", "Ioc"), grouping={"p": 80000},
                                        builder={"b": OTHER, "f": 100}), {}),
        ("batch of 17", orders(*(limit(i * 9, i % 2 == 0, str(1000 + i), "0.1", "Alo") for i in range(17))), {}),
        ("cancels", {"type": "cancel", "cancels": [{"a": 0, "o": 1}, {"a": 128, "o": 2**40 + 5}], "f": True}, {}),
        ("cancelByCloid", {"type": "cancelByCloid", "cancels": [{"asset": 300, "cloid": CLOID}]}, {"vault": VAULT}),
        ("scheduleCancel", {"type": "scheduleCancel", "time": NONCE + 60000}, {}),
        ("scheduleCancel none", {"type": "scheduleCancel"}, {"network": "testnet"}),
        ("modify", {"type": "modify", "oid": CLOID, "order": entry, "a": True}, {}),
        ("batchModify", {"type": "batchModify", "modifies": [{"oid": 77, "order": entry}, {"oid": CLOID, "order": stop}]}, {}),
        ("updateLeverage", {"type": "updateLeverage", "asset": 65536, "isCross": False, "leverage": 3}, {}),
        ("updateIsolatedMargin", {"type": "updateIsolatedMargin", "asset": 2, "isBuy": True, "ntli": -129}, {}),
        ("topUpIsolatedOnlyMargin", {"type": "topUpIsolatedOnlyMargin", "asset": 2, "leverage": "2.25"}, {}),
        ("twapOrder", {"type": "twapOrder", "twap": {"a": 5, "b": False, "s": "33.3", "r": True, "m": 45, "t": False},
                       "details": {"t": {"p": "12.5", "a": False}, "s": None}}, {}),
        ("twapCancel", {"type": "twapCancel", "a": 5, "t": 901}, {}),
        ("agentSendAsset", {"type": "agentSendAsset", "destination": OTHER, "sourceDex": "spot", "destinationDex": "",
                            "token": "USDC:0x6d1e7cde53ba9467b783cb7c530ce054", "amount": "0.000001",
                            "fromSubAccount": VAULT, "nonce": NONCE}, {}),
        ("vaultTransfer", {"type": "vaultTransfer", "vaultAddress": VAULT, "isDeposit": False, "usd": 2**33}, {}),
        ("subAccountSpotTransfer", {"type": "subAccountSpotTransfer", "subAccountUser": OTHER, "isDeposit": True,
                                    "token": "PURR:0xc1fb593aeffbeb02f85e0308e9956a90", "amount": "1.5"}, {}),
        ("createVault", {"type": "createVault", "name": "Ärger", "description": "quotes \" and \\ and \t in here",
                         "initialUsd": 100000000, "nonce": NONCE}, {}),
        ("vaultModify", {"type": "vaultModify", "vaultAddress": VAULT, "allowDeposits": None,
                         "alwaysCloseOnWithdraw": False}, {}),
        ("spotUser dusting", {"type": "spotUser", "toggleSpotDusting": {"optOut": False}}, {}),
        ("reserveRequestWeight", {"type": "reserveRequestWeight", "weight": 256, "destination": OTHER}, {}),
        ("noop", {"type": "noop"}, {"vault": VAULT}),
        ("borrowLend all", {"type": "borrowLend", "operation": "withdraw", "token": 150, "amount": None}, {}),
        ("negateOutcome", {"type": "userOutcome", "negateOutcome": {"question": 4, "outcome": 9, "amount": "3"}}, {}),
        ("mergeQuestion", {"type": "userOutcome", "mergeQuestion": {"question": 4, "amount": None}}, {}),
        ("an action of no known form", {"type": "spotDeploy", "registerToken2": {"spec": {"name": "T", "szDecimals": 2,
                                        "weiDecimals": 8}, "maxGas": 10**11, "fullName": None}}, {}),
    ]


def user_actions():
    nonce = NONCE + 9
    return [
        ("usdSend", 421614, "mainnet", {"destination": OTHER, "amount": "123.45", "time": nonce}, {}),
        ("spotSend", 999, "testnet", {"destination": VAULT, "token": "HYPE:0x0d01dc56dcaaca66ad901c959b4011ec",
                                      "amount": "0.00000001", "time": nonce}, {}),
        ("withdraw3", 42161, "mainnet", {"destination": OTHER, "amount": "2", "time": nonce}, {}),
        ("usdClassTransfer", 421614, "testnet", {"amount": "8.5 subaccount:" + VAULT, "toPerp": False, "nonce": nonce}, {}),
        ("sendAsset", 421614, "mainnet", {"destination": OTHER, "sourceDex": "xyz", "destinationDex": "", "token": "USDC",
                                          "amount": "1", "fromSubAccount": VAULT, "nonce": nonce}, {}),
        ("approveAgent", 421614, "mainnet", {"agentAddress": OTHER, "agentName": "maker", "nonce": nonce}, {}),
        ("approveAgent", 421614, "mainnet", {"agentAddress": OTHER, "nonce": nonce}, {"agentName": ""}),
        ("approveBuilderFee", 421614, "testnet", {"maxFeeRate": "0.05%", "builder": OTHER, "nonce": nonce}, {}),
        ("cDeposit", 421614, "mainnet", {"wei": 2**40, "nonce": nonce}, {}),
        ("cWithdraw", 421614, "mainnet", {"wei": 1, "nonce": nonce}, {}),
        ("tokenDelegate", 421614, "mainnet", {"validator": VAULT, "wei": 5, "isUndelegate": True, "nonce": nonce}, {}),
        ("convertToMultiSigUser", 421614, "mainnet",
         {"signers": compact({"authorizedUsers": sorted([VAULT, OTHER]), "threshold": 1}), "nonce": nonce}, {}),
        ("userDexAbstraction", 421614, "mainnet", {"user": OTHER, "enabled": False, "nonce": nonce}, {}),
        ("userSetAbstraction", 421614, "mainnet", {"user": OTHER, "abstraction": "portfolioMargin", "nonce": nonce}, {}),
        ("userPortfolioMargin", 421614, "testnet", {"user": OTHER, "enabled": True, "nonce": nonce}, {}),
        ("linkStakingUser", 421614, "mainnet", {"user": OTHER, "isFinalize": True, "nonce": nonce}, {}),
        ("stakingLinkDisableTradingUser", 421614, "mainnet", {"tradingUser": OTHER, "nonce": nonce}, {}),
        ("sendToEvmWithData", 421614, "mainnet",
         {"token": "USDC", "amount": "4.25", "sourceDex": "spot", "destinationRecipient": OTHER, "addressEncoding": "hex",
          "destinationChainId": 2**32 - 1, "gasLimit": 2**40, "data": "0x00ff10", "nonce": nonce}, {}),
    ]


def chain_name(network):
    return "Mainnet" if network == "mainnet" else "Testnet"


def posted_action(kind, chain, network, fields):
    return {"type": kind, "signatureChainId": hex(chain), "hyperliquidChain": chain_name(network), **fields}


def make_l1():
    vectors = []
    for i, (name, action, more) in enumerate(l1_actions()):
        key, network = key_of(f"l1 {i % 3}"), more.get("network", "mainnet")
        packed = pack(action)
        connection_id = connection(packed, NONCE, more.get("vault"), more.get("expires"))
        source, hashed, digest = agent(network, connection_id)
        vectors.append({
            "name": name, "network": network, "private_key": hex0(word(key)), "signer": address(key), "action": action,
            "nonce": NONCE, "vault_address": more.get("vault"), "expires_after": more.get("expires"),
            "action_json": compact(action), "msgpack": packed.hex(), "connection_id": hex0(connection_id),
            "source": source, "struct_hash": hex0(hashed), "digest": hex0(digest), **signature(key, digest),
        })
    return vectors


def make_user():
    vectors = []
    for i, (kind, chain, network, fields, signed) in enumerate(user_actions()):
        key = key_of(f"user {i % 2}")
        message = {"hyperliquidChain": chain_name(network), **fields, **signed}
        text, hashed = user_struct(kind, message)
        digest = user_digest(kind, chain, message)
        vectors.append({
            "name": f"{kind} {i}", "network": network, "private_key": hex0(word(key)), "signer": address(key),
            "type_string": text, "chain_id": chain, "signed_message": message,
            "posted_action": posted_action(kind, chain, network, fields), "nonce": NONCE + 9, "struct_hash": hex0(hashed),
            "digest": hex0(digest), **signature(key, digest),
        })
    return vectors


def trimmed(key, digest):
    r, s, v = sign(key, digest)
    return {"r": hex(r), "s": hex(s), "v": v}


def wrap(name, network, keys, inner_digest, action, nonce, vault, expires):
    user, outer = address(key_of("several")), address(keys[0])
    wrapper = {"signatureChainId": "0x66eee", "signatures": [trimmed(key, inner_digest(user, outer)) for key in keys],
               "payload": {"multiSigUser": user, "outerSigner": outer, "action": action}}
    packed = pack(wrapper)
    hashed = connection(packed, nonce, vault, expires)
    digest = user_digest("multiSig", 421614, {"hyperliquidChain": chain_name(network), "multiSigActionHash": hashed,
                                              "nonce": nonce})
    posted = {"type": "multiSig", **wrapper}
    return {
        "name": name, "network": network, "signer_private_keys": [hex0(word(key)) for key in keys],
        "signers": [address(key) for key in keys], "outer_signer": outer, "multi_sig_user": user, "nonce": nonce,
        "vault_address": vault, "expires_after": expires, "action": posted, "action_json": compact(posted),
        "wrapper_without_type_msgpack": packed.hex(), "multi_sig_action_hash": hex0(hashed), "digest": hex0(digest),
        **signature(keys[0], digest),
    }


def make_multi_sig():
    keys = [key_of(f"several {i}") for i in range(3)]
    order = orders(limit(7, False, "31.4", "2", "Alo"))

    def of_order(network, nonce, vault, expires):
        return lambda user, outer: agent(network, connection(pack([user, outer, order]), nonce, vault, expires))[2]

    def of_send(user, outer):
        values = {"hyperliquidChain": "Mainnet", "payloadMultiSigUser": user, "outerSigner": outer, **send}
        extra = (("payloadMultiSigUser", "address"), ("outerSigner", "address"))
        return user_digest("usdSend", 421614, values, extra)

    send = {"destination": OTHER, "amount": "6", "time": NONCE}
    vectors = [
        wrap("order of three", "mainnet", keys, of_order("mainnet", NONCE, None, None), order, NONCE, None, None),
        wrap("order, vault and expiry", "testnet", keys[1:], of_order("testnet", NONCE, VAULT, NONCE + 9), order, NONCE,
             VAULT, NONCE + 9),
        wrap("usdSend", "mainnet", keys[:2], of_send, posted_action("usdSend", 421614, "mainnet", send), NONCE, None, None),
    ]
    for nonce in range(NONCE, NONCE + 4000):  # one whose r or s begins with a zero digit: trimmed in the wrapper
        vector_digest = of_order("testnet", nonce, None, None)(address(key_of("several")), address(keys[0]))
        if len(trimmed(keys[0], vector_digest)["r"]) < 66:
            vectors.append(wrap("r with a leading zero", "testnet", keys[:1], of_order("testnet", nonce, None, None), order,
                                nonce, None, None))
            break
    return vectors


def make_bodies(l1, user):
    vectors = []
    for i, vector in enumerate((l1[0], l1[3], l1[4], l1[9], l1[24], user[0], user[6])):
        body = {"action": vector.get("action") or vector["posted_action"], "nonce": vector["nonce"],
                "signature": {k: vector[k] for k in "rsv"}}
        if vector.get("vault_address"):
            body["vaultAddress"] = vector["vault_address"]
        if vector.get("expires_after"):
            body["expiresAfter"] = vector["expires_after"]
        frame = {"method": "post", "id": 7 + i, "request": {"type": "action", "payload": body}}
        vectors.append({"name": vector["name"], "network": vector["network"], "http_path": "/exchange", "body": body,
                        "ws_frame": frame})
    return vectors


# ---- numbers: Python's exact decimals ----


def wire(value):
    text = format(value.normalize() + 0, "f")
    return "0" if text in ("-0", "0") else text


def figures(value):
    return len(value.normalize().as_tuple().digits)


def places(value):
    return max(0, -value.normalize().as_tuple().exponent)


def check_price(text, market, size_decimals):
    value, limit_places = decimal.Decimal(text), max(0, (6 if market == "perp" else 8) - size_decimals)
    if value <= 0:
        return "not_positive"
    if value == value.to_integral_value():
        return None
    return "too_many_decimals" if places(value) > limit_places else "too_many_significant_figures" if figures(value) > 5 else None


def round_price(text, market, size_decimals, mode):
    value = decimal.Decimal(text)
    limit_places = max(0, (6 if market == "perp" else 8) - size_decimals)
    q = 0 if value.adjusted() >= 5 else min(limit_places, 4 - value.adjusted())
    modes = {"down": decimal.ROUND_DOWN, "up": decimal.ROUND_UP, "nearest": decimal.ROUND_HALF_UP}
    value = value.quantize(decimal.Decimal(1).scaleb(-q), rounding=modes[mode])
    return wire(value) if value > 0 else None


def make_formatting():
    prices, rounding = [], []
    texts = ["1", "100000", "99999.9", "99999.5", "99999.4", "0.99999", "0.999995", "12.3450", "12.34567", "1.234996", "0.00012345",
             "1e-6", "5e-7", "4.9e-7", "1234567.8", "0.1e1", "9.99995", "33333.3", "0.000099995", "1e-9", "2e-8"]
    for market in ("perp", "spot"):
        for size_decimals in (0, 2, 5, 7):
            for text in texts:
                reason = check_price(text, market, size_decimals)
                prices.append({"market": market, "sz_decimals": size_decimals, "price": text, "valid": reason is None,
                               "reason": reason, "wire": None if reason else wire(decimal.Decimal(text))})
                for mode in ("down", "up", "nearest"):
                    rounding.append({"market": market, "sz_decimals": size_decimals, "price": text, "mode": mode,
                                     "result": round_price(text, market, size_decimals, mode)})
    sizes, cut = [], []
    for size_decimals in (0, 1, 4):
        for text in ("1", "0.1", "0.00010", "12345.67891", "99.99999", "1e2", "1e-4", "0.00009"):
            value, step = decimal.Decimal(text), decimal.Decimal(1).scaleb(-size_decimals)
            valid, down = places(value) <= size_decimals, value.quantize(step, rounding=decimal.ROUND_DOWN)
            sizes.append({"sz_decimals": size_decimals, "size": text, "valid": valid,
                          "reason": None if valid else "too_many_decimals", "wire": wire(value) if valid else None})
            cut.append({"sz_decimals": size_decimals, "size": text, "result": wire(down) if down else None})
    forms = ["007", "-0.000", "1E+2", "12e-1", "123456789012345678901234567890.12345678", "-3.10", "0.00000001", "+.5"]
    wires = [{"input": text, "wire": wire(decimal.Decimal(text)), "error": False} for text in forms]
    wires += [{"input": text, "wire": None, "error": True}
              for text in (".", "1,5", "1e+", "e5", "0.123456789", "١", "1_000", "inf", "\t1", "1.0.0")]
    notionals = []
    for price, size in (("10", "1"), ("9.9999", "1"), ("3.3333", "3"), ("0.00001", "1000000"), ("0.00001", "999999"),
                        ("123456789", "98765.4321"), ("99999", "0.0001"), ("100001", "0.0001")):
        product = decimal.Decimal(price) * decimal.Decimal(size)
        notionals.append({"price": price, "size": size, "notional": wire(product), "meets_minimum_10": product >= 10})
    return {"price_validation": prices, "price_rounding": rounding, "size_validation": sizes, "size_rounding": cut,
            "wire_strings": wires, "min_notional": notionals}


def make_assets():
    token = lambda name, index, decimals: {"name": name, "szDecimals": decimals, "index": index}
    universe = {
        "meta": {"universe": [{"name": n, "szDecimals": d, "maxLeverage": 10} for n, d in (("AA", 3), ("BB", 0), ("kCC", 1))]},
        "spotMeta": {"tokens": [token("USDC", 0, 8), token("ZED", 41, 3), token("ODD", 7, 1)],
                     "universe": [{"tokens": [7, 0], "name": "@9", "index": 9}, {"tokens": [41, 0], "name": "@4", "index": 4},
                                  {"tokens": [99, 0], "name": "@5", "index": 5}, {"tokens": [41, 0], "name": "@6", "index": 6}]},
        "perpDexs": [None, {"name": "one"}, {"name": "two"}],
        "perpDexMetas": {"one": {"universe": [{"name": "one:X", "szDecimals": 2, "maxLeverage": 5}]},
                         "two": {"universe": [{"name": "two:X", "szDecimals": 4, "maxLeverage": 5},
                                              {"name": "two:Y", "szDecimals": 0, "maxLeverage": 5}]}},
    }
    case = lambda name, asset, coin, decimals, most: {"input": name, "asset": asset, "coin": coin, "sz_decimals": decimals,
                                                      "max_decimals": most}
    cases = [case("AA", 0, "AA", 3, 6), case("kCC", 2, "kCC", 1, 6), case("@9", 10009, "@9", 1, 8),
             case("ZED/USDC", 10004, "@4", 3, 8), case("@6", 10006, "@6", 3, 8), case("one:X", 110000, "one:X", 2, 6),
             case("two:Y", 120001, "two:Y", 0, 6),
             {"input": "outcome 0 side 1", "asset": 100000001, "coin": "#1", "token_balance_coin": "+1"},
             {"input": "#770", "asset": 100000770, "coin": "#770", "token_balance_coin": "+770"}]
    return {"universe": universe, "cases": cases,
            "unknown": ["aa", "@5", "@", "X", "one:Y", "", "#", "#12", "#-10", "#1x", "ODD/ZED"]}


def make_margin():
    exact = decimal.Decimal
    tables = [[("0.0", 50), ("20000.0", 25), ("100000.0", 10), ("1000000.0", 3)], [("0.0", 20)]]
    maintenance = []
    for tiers in tables:
        for notional in ("1", "19999.99", "20000", "99999", "100000", "1000000", "7654321.5"):
            # The margin of each slice of the notional at its own tier's rate: the same as rate and deduction.
            total, bounds = exact(0), [exact(b) for b, _ in tiers] + [exact("Infinity")]
            for i, (_, leverage) in enumerate(tiers):
                slice_ = min(exact(notional), bounds[i + 1]) - bounds[i]
                total += max(slice_, exact(0)) / (2 * leverage)
            maintenance.append({"notional": notional, "tiers": [{"lowerBound": b, "maxLeverage": m} for b, m in tiers],
                                "maintenance_margin": format(total, ".20f")})
    liquidation = []
    for mark, size, margin, leverage in (("100", "2", "30", 20), ("100", "-2", "30", 20), ("0.5", "-1000", "77", 3)):
        low, high = exact(0), exact(10000)  # bisection on equity - maintenance, which falls for a short, rises for a long
        for _ in range(300):
            middle = (low + high) / 2
            equity = exact(margin) + exact(size) * (middle - exact(mark))
            above = equity > abs(exact(size)) * middle / (2 * leverage)
            low, high = (low, middle) if above == (exact(size) > 0) else (middle, high)
        liquidation.append({"mark_px": mark, "szi": size, "margin": margin, "max_leverage": leverage,
                            "expected_liquidation_px": format(low, ".15f"), "tolerance": "0.000000001"})
    return {"maintenance": maintenance, "liquidation": liquidation}


def make_nonces():
    clock = [5, 5, 4, 9, 9, 10, 8, 20]
    used, last = [], 0
    for now in clock:
        last = now if now > last else last + 1
        used.append(last)
    t, day = NONCE, 86400000
    window = [{"server_ms": t, "nonce": t + d, "in_window": -2 * day < d < day}
              for d in (0, 1 - 2 * day, -2 * day, -2 * day - 1, day - 1, day, day + 1)]
    return {"sequences": [{"clock_ms": clock, "nonces": used}], "window": window}


def make_keccak():
    inputs = [bytes([i % 251 for i in range(n)]) for n in (0, 1, 7, 8, 9, 134, 135, 136, 137, 271, 272, 273, 500)]
    return [{"name": f"{len(data)} bytes", "input_hex": data.hex(), "keccak256": hex0(keccak256(data)),
             "sha3_256_must_not_be": hex0(hashlib.sha3_256(data).digest())} for data in inputs]


def make_addresses():
    keys = [1, 2, N - 1, key_of("a"), key_of("b")]
    vectors = [{"name": f"key {i}", "private_key": hex0(word(key)), "public_key_uncompressed": "0x04" + public_key(key).hex(),
                "address": address(key), "address_checksum": checksum(address(key))} for i, key in enumerate(keys)]
    bad = [{"name": "zero", "private_key": hex0(word(0))}, {"name": "order + 1", "private_key": hex0(word(N + 1))},
           {"name": "largest", "private_key": "0x" + "ff" * 32}, {"name": "long", "private_key": "0x" + "01" * 33},
           {"name": "empty", "private_key": ""}]
    return {"vectors": vectors, "invalid_private_keys": bad}


def make_msgpack():
    values = [0, 127, 128, 2**16, 2**32 - 1, 2**32, 2**63, 2**64 - 1, -1, -32, -33, -129, -(2**31), -(2**31) - 1, -(2**63), True,
              False, None, "", "a" * 31, "ü" * 16, "b" * 255, "c" * 256, [], list(range(16)), {}, {"z": 1, "a": [None, {"k": "v"}]},
              {f"k{i}": i for i in range(16)}]
    return {"primitives": [{"name": f"value {i}", "json": compact(v), "msgpack": pack(v).hex()} for i, v in enumerate(values)],
            "actions": [{"name": name, "json": compact(action), "msgpack": pack(action).hex()}
                        for name, action, _ in l1_actions()]}


def make_eip712():
    types = []
    for kind, (primary, fields) in TYPES.items():
        listed = [{"name": "hyperliquidChain", "type": "string"}]
        listed += [dict(zip(("name", "type"), f.split(":"))) for f in fields.split()]
        text = "HyperliquidTransaction:" + primary + "(" + ",".join(f"{f['type']} {f['name']}" for f in listed) + ")"
        types.append({"action": kind, "primary_type": "HyperliquidTransaction:" + primary, "type_string": text,
                      "type_hash": hex0(keccak256(text.encode())), "fields": listed})
    domain_type = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    agent_type = "Agent(string source,bytes32 connectionId)"
    named = lambda text: hex0(keccak256(text.encode()))
    return {
        "eip712_domain_type": domain_type, "eip712_domain_type_hash": named(domain_type), "agent_type": agent_type,
        "agent_type_hash": named(agent_type), "keccak_source_a": named("a"), "keccak_source_b": named("b"),
        "keccak_version_1": named("1"), "keccak_empty": named(""), "keccak_name_Exchange": named("Exchange"),
        "keccak_name_HyperliquidSignTransaction": named("HyperliquidSignTransaction"),
        "domain_separators": [{"name": name, "chain_id": chain, "domain_separator": hex0(domain(name, chain))}
                              for name, chain in (("Exchange", 1337), ("HyperliquidSignTransaction", 421614),
                                                  ("HyperliquidSignTransaction", 2**40 + 3))],
        "user_signed_types": types,
    }


def make_phantom():
    vectors = []
    for i, network in enumerate(("mainnet", "testnet")):
        connection_id, key = keccak256(b"connection %d" % i), key_of("phantom")
        digest = agent(network, connection_id)[2]
        vectors.append({"connection_id": hex0(connection_id), "network": network, "private_key": hex0(word(key)),
                        "digest": hex0(digest), **signature(key, digest)})
    return vectors


def check_self():
    """Published constants: the Keccak team's and Ethereum's digests, EIP-712's example, Hyperliquid's SDK tests."""
    known = [
        (keccak256(b"").hex(), "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"),
        (keccak256(b"abc").hex(), "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"),
        (checksum(address(int.from_bytes(keccak256(b"cow"), "big"))), "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"),
        ("%064x" % sign(int.from_bytes(keccak256(b"cow"), "big"), bytes.fromhex(
            "be609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2"))[0],
         "4355c47d63924e8a72e509b65029052eb6c299d53a04e167c5775fd466751c9d"),
    ]
    key, dummy = int("0123456789" * 6 + "0123", 16), {"type": "dummy", "num": 100000000000}
    for network, expected in (("mainnet", "053749d5b30552aeb2fca34b530185976545bb22d0b3ce6f62e31be961a59298"),
                              ("testnet", "542af61ef1f429707e3c76c5293c80d01f74ef853e34b76efffcb57e574f9510")):
        digest = agent(network, connection(pack(dummy), 0, None, None))[2]
        known.append(("%064x" % sign(key, digest)[0], expected))
    for got, expected in known:
        assert got == expected, (got, expected)


def write(name, document):
    (HERE / name).write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")


def main():
    check_self()
    l1, user = make_l1(), make_user()
    write("keccak256.json", {"vectors": make_keccak()})
    write("addresses.json", make_addresses())
    write("msgpack.json", make_msgpack())
    write("eip712_constants.json", make_eip712())
    write("phantom_agent.json", {"vectors": make_phantom()})
    write("l1_actions.json", {"vectors": l1})
    write("user_signed_actions.json", {"vectors": user})
    write("multi_sig.json", {"vectors": make_multi_sig()})
    write("request_bodies.json", {"vectors": make_bodies(l1, user)})
    write("formatting.json", make_formatting())
    write("asset_ids.json", make_assets())
    write("nonces.json", make_nonces())
    write("margin.json", make_margin())


if __name__ == "__main__":
    main()

"""Ed25519, strict: what may hold, and what other verifiers let through."""
from .curve import (B, L, P, TORSION, add, challenge, encode, expand, le, mul, nonce, number)
from .kit import E1, K1, REFUSED_KEYS, SEEDS, allow, b64, case, deny, q, seal, signed, token

TEXT = "1~kid=e1~exp=1900000000"
MSG = signed(TEXT, "/a")
A, PREFIX = expand(SEEDS["e1"])
PUBLIC = bytes.fromhex(E1["public"])
assert encode(mul(A, B)) == PUBLIC


def give(name, expect, signature, key=E1):
    case(name, expect, q("/a", TEXT + "~sig=" + b64(signature)), keys=[key])


def hand(r_bytes, r, a=A, public=PUBLIC, message=MSG, prefix=b""):
    """R as it is told, and the S that fits the number r."""
    return r_bytes + le((r + challenge(r_bytes, public, message, prefix) * a) % L)


HOLDS = allow("/a", "query", kid="e1")
NOT = deny("bad_signature")

SIG = seal(MSG, E1)
R, S = SIG[:32], number(SIG[32:])
give("an Ed25519 signature", HOLDS, SIG)
give("an Ed25519 signature with another r than that of RFC 8032 holds too",
     HOLDS, hand(encode(mul(nonce(b"other"), B)), nonce(b"other")))
case("an Ed25519 signature of another path does not hold",
     NOT, q("/b", TEXT + "~sig=" + b64(SIG)), keys=[E1])
case("an Ed25519 signature for another site does not hold",
     NOT, q("/a", TEXT + "~sig=" + b64(SIG)), keys=[E1], site={"name": "other.example"})
case("an Ed25519 signature of a token with a path field",
     allow("/x/y", "query", kid="e1"), q("/x/y", token(TEXT + "~path=/x/**", key=E1)),
     keys=[K1, E1])
give("an Ed25519 signature with a bit of S turned does not hold", NOT, R + le(S ^ 1))
give("an Ed25519 signature with a bit of R turned does not hold",
     NOT, bytes([R[0] ^ 1]) + R[1:] + le(S))
give("an Ed25519 signature with the sign of R turned does not hold",
     NOT, R[:31] + bytes([R[31] ^ 0x80]) + le(S))
give("an Ed25519 signature with S and R exchanged does not hold", NOT, SIG[32:] + R)
give("an Ed25519 signature of zeros does not hold", NOT, bytes(64))
give("an Ed25519ctx signature does not hold",
     NOT, hand(encode(mul(nonce(b"ctx"), B)), nonce(b"ctx"),
               prefix=b"SigEd25519 no Ed25519 collisions\x00\x0bcountersign"))

# S below the order
give("S plus the order does not hold", NOT, R + le(S + L))
give("S plus twice the order does not hold", NOT, R + le(S + 2 * L))
give("S plus eight times the order does not hold", NOT, R + le(S + 8 * L))
give("S plus fourteen times the order does not hold", NOT, R + le(S + 14 * L))
give("S with its top bit set does not hold", NOT, R + le(S | 1 << 255))
give("S equal to the order does not hold", NOT, R + le(L))

# R of small order. With r = 0 and R the neutral point the equation itself holds.
ONE = le(1)
give("R the neutral point does not hold although the equation does", NOT, hand(ONE, 0))
give("R the neutral point with its sign set does not hold", NOT, hand(le(1 | 1 << 255), 0))
give("R the neutral point spelt p + 1 does not hold", NOT, hand(le(P + 1), 0))
give("R the neutral point spelt p + 1 with its sign set does not hold",
     NOT, hand(le(P + 1 | 1 << 255), 0))
for i, order in ((4, "2"), (2, "4"), (6, "4, the other,"), (1, "8"), (3, "8, the second,"),
                 (5, "8, the third,"), (7, "8, the fourth,")):
    give(f"R of order {order} does not hold, as it would with the cofactor",
         NOT, hand(encode(TORSION[i]), 0))
give("R of order 4 spelt y = p does not hold", NOT, hand(le(P), 0))

# The equation without the cofactor
r = nonce(b"mixed")
give("R with a part of order 8 does not hold, as it would with the cofactor",
     NOT, hand(encode(add(mul(r, B), TORSION[1])), r))
give("R with a part of order 2 does not hold, as it would with the cofactor",
     NOT, hand(encode(add(mul(r, B), TORSION[4])), r))

# A public key with a part of order 8 is canonical and not of small order.
MIXED = encode(add(mul(A, B), TORSION[1]))
MIXED_KEY = {"kid": "e1", "alg": "EdDSA", "state": "active", "public": MIXED.hex()}


def search(fits, torsion=0):
    """The first r for which the challenge fits, and its R."""
    i = 0
    while True:
        r = nonce(b"search %d" % i)
        point = encode(add(mul(r, B), TORSION[torsion]))
        if fits(challenge(point, MIXED, MSG)):
            return point, r
        i += 1


give("a key of mixed order does not hold where only the cofactor would mend it",
     NOT, hand(*search(lambda k: k % 8 == 1), public=MIXED), key=MIXED_KEY)
give("a key of mixed order holds where the equation holds without the cofactor",
     HOLDS, hand(*search(lambda k: k % 8 == 0), public=MIXED), key=MIXED_KEY)
give("a key and an R of mixed order hold where the equation holds without the cofactor",
     HOLDS, hand(*search(lambda k: (3 + k) % 8 == 0, 3), public=MIXED), key=MIXED_KEY)
give("a key and an R of mixed order do not hold where only the cofactor would mend it",
     NOT, hand(*search(lambda k: (3 + k) % 8 == 1, 3), public=MIXED), key=MIXED_KEY)

# Public keys that no ring may hold (section 6): start-up errors, so no requests.
Y8 = sorted({t[1] for t in (TORSION[1], TORSION[3])})
for y, what in ((0, "y = 0, order 4"), (1, "y = 1, the neutral point"), (P - 1, "y = p - 1, order 2"),
                (Y8[0], "the smaller y of order 8"), (Y8[1], "the greater y of order 8"),
                (P, "y = p, not canonical"), (P + 1, "y = p + 1, not canonical"),
                (P + 3, "y = p + 3, not canonical and of great order"),
                (2**255 - 1, "y = 2^255 - 1, not canonical")):
    for top, word in ((0, ""), (1, ", sign set")):
        REFUSED_KEYS.append({
            "name": "a public key with " + what + word,
            "key": {"kid": "e1", "alg": "EdDSA", "state": "active",
                    "public": le(y | top << 255).hex()}})

"""HMAC signatures: their text, and whether they hold."""
import hashlib
import hmac

from .kit import BASE, E1, K1, K2, allow, b64, case, deny, hs, q, seal, signed, token, with_

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def unsigned(name, signature, reason, keys=(K1,), text=BASE):
    case(name, deny(reason), q("/a", text + "~sig=" + signature), keys=keys)


MAC = seal(signed(BASE, "/a"), K1)
SIG = b64(MAC)
NEXT = [SIG[:-1] + ALPHABET[ALPHABET.index(SIG[-1]) + i] for i in (1, 2, 3)]
assert ALPHABET.index(SIG[-1]) % 4 == 0

# The text of a signature
unsigned("an empty signature is malformed", "", "malformed")
unsigned("a signature of one sign is malformed", "A", "malformed")
unsigned("a signature of 42 signs is malformed", SIG[:42], "malformed")
unsigned("a signature of 44 signs is malformed", SIG + "A", "malformed")
unsigned("a signature of 22 signs, 16 bytes, is malformed", b64(MAC[:16]), "malformed")
unsigned("a signature of 85 signs is malformed", "A" * 85, "malformed")
unsigned("a signature of 87 signs is malformed", "A" * 87, "malformed")
unsigned("a signature with padding is malformed", SIG + "=", "malformed")
unsigned("a signature with a point in it is malformed", SIG[:20] + "." + SIG[21:], "malformed")
unsigned("a signature with a plus sign is malformed", SIG[:20] + "+" + SIG[21:], "malformed")
unsigned("a signature with a slash is malformed", SIG[:20] + "/" + SIG[21:], "malformed")
unsigned("a signature with an escape is malformed", SIG[:20] + "~41" + SIG[23:], "malformed")
unsigned("a signature with a star is malformed", SIG[:20] + "*" + SIG[21:], "malformed")
unsigned("a signature in hex is malformed", MAC.hex(), "malformed")
unsigned("a signature with the first unused bit set is malformed", NEXT[0], "malformed")
unsigned("a signature with the second unused bit set is malformed", NEXT[1], "malformed")
unsigned("a signature with both unused bits set is malformed", NEXT[2], "malformed")
for i, bit in enumerate("BCEI"):
    unsigned(f"a signature of 86 signs with unused bit {i} set is malformed",
             "A" * 85 + bit, "malformed", keys=(K1, E1), text="1~kid=e1~exp=1900000000")
unsigned("a signature of 86 signs without unused bits set is read and does not hold",
         "A" * 86, "bad_signature", keys=(K1, E1), text="1~kid=e1~exp=1900000000")
unsigned("a malformed signature is judged before the key is looked for",
         NEXT[0], "malformed", text="1~kid=nobody~exp=1900000000")

# Whether it holds
unsigned("a signature of zeros does not hold", "A" * 43, "bad_signature")
unsigned("a signature with its first bit turned does not hold",
         b64(bytes([MAC[0] ^ 0x80]) + MAC[1:]), "bad_signature")
unsigned("a signature with its last bit turned does not hold",
         b64(MAC[:-1] + bytes([MAC[-1] ^ 1])), "bad_signature")
unsigned("a signature whose first 16 bytes hold does not hold",
         b64(MAC[:16] + bytes(16)), "bad_signature")
unsigned("a signature in the other case does not hold",
         b64(seal(signed(BASE, "/a"), K1)).swapcase()[:-1] + SIG[-1], "bad_signature")
unsigned("the signature of an earlier exp does not hold",
         b64(seal(signed("1~kid=k1~exp=1800000100", "/a"), K1)), "bad_signature")
unsigned("the signature of a token with one field less does not hold",
         SIG, "bad_signature", text=BASE + "~sub=joe")
unsigned("the signature of a token with one field more does not hold",
         b64(seal(signed(BASE + "~ip=10.0.0.1", "/a"), K1)), "bad_signature")
unsigned("an HMAC of the text alone does not hold",
         b64(seal(BASE.encode(), K1)), "bad_signature")
unsigned("an HMAC of site, text and path without lengths does not hold",
         b64(seal(b"countersign/1media.example" + BASE.encode() + b"/a", K1)), "bad_signature")
unsigned("an HMAC without the first netstring does not hold",
         b64(seal(signed(BASE, "/a")[len("13:countersign/1,"):], K1)), "bad_signature")
unsigned("an HMAC over the text with its name of the signature does not hold",
         b64(seal(signed(BASE + "~sig=", "/a"), K1)), "bad_signature")
unsigned("an HMAC without the last comma does not hold",
         b64(seal(signed(BASE, "/a")[:-1], K1)), "bad_signature")
unsigned("an HMAC under the hex of the secret does not hold",
         b64(hmac.new(K1["secret"].encode(), signed(BASE, "/a"), hashlib.sha256).digest()),
         "bad_signature")
unsigned("a plain SHA-256 of secret and message does not hold",
         b64(hashlib.sha256(bytes.fromhex(K1["secret"]) + signed(BASE, "/a")).digest()),
         "bad_signature")
unsigned("an HMAC under an empty secret does not hold",
         b64(hmac.new(b"", signed(BASE, "/a"), hashlib.sha256).digest()), "bad_signature")

# Keys
case("a signature under the secret of another key of the ring does not hold",
     deny("bad_signature"), q("/a", token(BASE, "/a", key=K2)), keys=[K1, K2])
for size in (33, 63, 64, 65, 127, 128):
    key = hs("long" + str(size), size)
    case(f"a secret of {size} bytes",
         allow("/a", "query", kid=key["kid"]),
         q("/a", token(f"1~kid={key['kid']}~exp=1900000000", "/a", key=key)), keys=[key])
KEY = hs("long128", 128)
case("a secret of 128 bytes is not cut at 64",
     deny("bad_signature"),
     q("/a", token("1~kid=long128~exp=1900000000", "/a",
                   key=with_(KEY, secret=KEY["secret"][:128]))), keys=[KEY])

# The length has to be that of the key's algorithm
HMAC_TEXT, ED_TEXT = BASE, "1~kid=e1~exp=1900000000"
case("a signature of 64 bytes for an HMAC key does not hold",
     deny("bad_signature"), q("/a", HMAC_TEXT + "~sig=" + b64(MAC + MAC)))
case("an Ed25519 signature for an HMAC key does not hold",
     deny("bad_signature"), q("/a", token(HMAC_TEXT, "/a", key=E1)), keys=[K1, E1])
case("a signature of 32 bytes for an Ed25519 key does not hold",
     deny("bad_signature"), q("/a", token(ED_TEXT, "/a", key=K1)), keys=[K1, E1])
case("an HMAC under the public key does not hold for an Ed25519 key",
     deny("bad_signature"),
     q("/a", token(ED_TEXT, "/a", key={"alg": "HS256", "secret": E1["public"]})), keys=[E1])
case("a signature of the wrong length is judged after the key's state",
     deny("key_retired"), q("/a", HMAC_TEXT + "~sig=" + "A" * 86),
     keys=[with_(K1, state="retired"), K2])
case("a signature of the wrong length is judged after the key is looked for",
     deny("unknown_key"), q("/a", HMAC_TEXT + "~sig=" + "A" * 86), keys=[K2])
case("a signature of the wrong length is judged before the time",
     deny("bad_signature"), q("/a", HMAC_TEXT + "~sig=" + "A" * 86), now=1900000000)

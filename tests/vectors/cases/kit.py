"""What the cases are made with. Nothing here decides a verdict."""
import base64
import hashlib
import hmac

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

VERIFY, SIGN, REFUSED_KEYS = [], [], []

NOW = 1_800_000_000
EXP = 1_900_000_000
SITE = {"name": "media.example"}
BASE = "1~kid=k1~exp=1900000000"
SEEDS = {}


# Keys

def secret(label, size=32):
    return hashlib.shake_256(b"countersign vectors " + label.encode()).hexdigest(size)


def hs(kid, size=32, state="active", **more):
    return {"kid": kid, "alg": "HS256", "state": state, "secret": secret(kid, size), **more}


def ed(kid, state="active", **more):
    SEEDS[kid] = seed = bytes.fromhex(secret(kid))
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    return {"kid": kid, "alg": "EdDSA", "state": state, "public": public.hex(), **more}


K1 = {"kid": "k1", "alg": "HS256", "state": "active", "secret": bytes(range(32)).hex()}
K2 = hs("k2")
E1 = ed("e1")


def with_(thing, **more):
    return {**thing, **more}


# Signatures

def b64(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def raw(x):
    return x.encode("utf-8") if isinstance(x, str) else x


def netstring(x):
    x = raw(x)
    return b"%d:%s," % (len(x), x)


def signed(text, path=None, values=(), site="media.example"):
    """The bytes of section 2. `values`: of qs, then of hdr; None is absent."""
    parts = [b"countersign/1", site, text]
    if path is not None:
        parts.append(path)
    parts += [b"" if v is None else b"=" + raw(v) for v in values]
    return b"".join(netstring(p) for p in parts)


def seal(message, key):
    if key["alg"] == "HS256":
        return hmac.new(bytes.fromhex(key["secret"]), message, hashlib.sha256).digest()
    return Ed25519PrivateKey.from_private_bytes(SEEDS[key["kid"]]).sign(message)


def token(text, path=None, values=(), key=K1, site="media.example"):
    """The text with its signature; `path` where the text has no path field."""
    return text + "~sig=" + b64(seal(signed(text, path, values, site), key))


# Requests

CARRIED = frozenset(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/:=!*@,'()$;"
)


def escaped(value):
    """A value as it can stand in a query or a cookie; a token stays as it is."""
    return "".join(chr(b) if b in CARRIED else "%%%02X" % b for b in raw(value))


def q(target, tok, name="cs"):
    """The target with the token as a parameter."""
    return target + ("&" if "?" in target else "?") + name + "=" + escaped(tok)


def p(tok, path, name="cs"):
    """The token in the path."""
    return "/" + name + "=" + tok.replace("/", "@") + path


def allow(path, carrier, kid="k1", exp=EXP, **fields):
    return {"allow": {"path": path, "carrier": carrier, "kid": kid, "exp": exp, **fields}}


def deny(reason):
    return {"deny": reason}


def report(reason):
    return {"report": reason}


def public(path):
    return {"public": {"path": path}}


def http_carries(target, headers):
    """Whether HTTP/1.1 can carry it: a target of visible ASCII in origin form
    without fragment, and no control in a header."""
    if not target.startswith("/") or "#" in target:
        return False
    if not all(0x21 <= ord(c) <= 0x7E for c in target):
        return False
    return all(c == "\t" or (" " <= c <= "\xff" and c != "\x7f") for _, v in headers for c in v)


def case(name, expect, target, headers=(), method="GET", ip=None, country=None,
         now=NOW, site=SITE, keys=(K1,)):
    headers = [list(h) for h in headers]
    for _, value in headers:
        value.encode("latin-1")
    out = {
        "name": name, "site": site, "keys": list(keys), "now": now,
        "request": {"method": method, "target": target, "headers": headers,
                    "client_ip": ip, "country": country},
        "expect": expect,
    }
    if not http_carries(target, headers):
        out["wire"] = False
    VERIFY.append(out)


def good(name, tail, path="/a", **fields):
    """BASE and these fields, well signed for /a in the query: allowed."""
    facts = {k: fields.pop(k) for k in ("ip_", "country_", "method_") if k in fields}
    case(name, allow(path, "query", **fields),
         q(path, token(BASE + tail, None if "~path=" in tail else path)),
         ip=facts.get("ip_"), country=facts.get("country_"), method=facts.get("method_", "GET"))


def bad(name, text, reason="malformed"):
    """This text, well signed for /a in the query: denied."""
    case(name, deny(reason), q("/a", token(text, None if "~path=" in text else "/a")))


# Signing

def sign(name, grant, text, path=None, key=K1, values=(), site=SITE, query=None, headers=None):
    """`text` without its signature, written by hand; None: refused."""
    out = {"name": name, "grant": grant, "key": key}
    if key["alg"] == "EdDSA":
        out["private"] = SEEDS[key["kid"]].hex()
    out["site"] = site
    for what, value in (("path", path), ("query", query), ("headers", headers)):
        if value is not None:
            out[what] = value
    if text is None:
        out["refuse"] = True
    else:
        in_bytes = None if "path" in grant else path
        out["text"] = token(text, in_bytes, values, key, site["name"])
    SIGN.append(out)


def refuse(name, grant, path="/a", **more):
    sign(name, grant, None, path, **more)

"""Of several denied cookies: the one that came furthest down the table."""
from .kit import K1, K2, allow, case, deny, hs, q, token

OLD = hs("old", state="retired")
BOUND = hs("bound", max_ttl=3600)
RING = [K1, OLD, BOUND]
SITE = {"name": "media.example", "revoked": {"jti": ["gone"]}}


def t(tail="", exp=1900000000, kid="k1", key=K1, path="/a", values=()):
    return token(f"1~kid={kid}~exp={exp}{tail}", None if "~path=" in tail else path, values, key)


DENIED = [  # in the order of the table; all denied for GET /a?w=1&w=2 from nowhere
    ("malformed", "x"),
    ("unsupported", "2~x"),
    ("unknown_key", t(kid="nobody", key=K2)),
    ("key_retired", t(kid="old", key=OLD)),
    ("conflict", t("~qs=w", values=["1"])),
    ("bad_signature", t(path="/b")),
    ("lifetime", t(kid="bound", key=BOUND)),
    ("not_yet_valid", t("~nbf=1850000000")),
    ("expired", t(exp=1700000000)),
    ("path", t("~path=/b")),
    ("method", t("~method=PUT")),
    ("ip", t("~ip=10.0.0.1")),
    ("geo", t("~geo=DE")),
    ("revoked", t("~jti=gone")),
]


def cookies(name, expect, *tokens):
    line = "; ".join(f"cs-{i}={t}" for i, t in enumerate(tokens))
    case("denied cookies: " + name, expect, "/a?w=1&w=2", [["Cookie", line]], site=SITE, keys=RING)


for word, tok in DENIED:
    cookies(word + " alone", deny(word), tok)
for (near, first), (far, second) in zip(DENIED[1:], DENIED[2:]):
    cookies(f"{near}, then {far}", deny(far), first, second)
    cookies(f"{far}, then {near}", deny(far), second, first)
TOKENS = dict(DENIED)
cookies("malformed and unsupported are one row, so the first: malformed", deny("malformed"),
        TOKENS["malformed"], TOKENS["unsupported"])
cookies("malformed and unsupported are one row, so the first: unsupported", deny("unsupported"),
        TOKENS["unsupported"], TOKENS["malformed"])
cookies("unsupported, malformed and unknown_key", deny("unknown_key"),
        TOKENS["unsupported"], TOKENS["unknown_key"], TOKENS["malformed"])
cookies("the furthest of eight", deny("geo"), *[TOKENS[w] for w in (
    "expired", "malformed", "geo", "bad_signature", "ip", "unknown_key", "path", "unsupported")])
cookies("the furthest of nine is the ninth and not looked at", deny("method"), *[TOKENS[w] for w in (
    "expired", "malformed", "method", "bad_signature", "path", "unknown_key", "lifetime", "unsupported", "revoked")])
cookies("one that allows before all that are denied", allow("/a", "cookie"),
        t(), *[TOKENS[w] for w in ("revoked", "ip")])
cookies("one that allows behind all that are denied", allow("/a", "cookie"),
        *[TOKENS[w] for w in ("revoked", "conflict", "malformed")], t())
case("denied cookies: equal names, the furthest", deny("expired"), "/a",
     [["Cookie", f"cs={TOKENS['expired']}; cs={TOKENS['bad_signature']}"]])
case("a denied parameter beside a cookie that came further", deny("bad_signature"),
     q("/a", TOKENS["bad_signature"]), [["Cookie", f"cs={TOKENS['expired']}"]])

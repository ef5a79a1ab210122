"""Of two reasons the one further up the table. Each request fails for both."""
from .kit import K1, K2, SITE, allow, case, deny, hs, q, token, with_

RING = [K1, hs("old", state="retired"), hs("bound", max_ttl=3600), hs("ending", until=1850000000)]
KEY = {k["kid"]: k for k in RING}
REVOKED = with_(SITE, revoked={"jti": ["gone"], "kid": ["old", "bound"]})


def t(tail="", exp=1900000000, kid="k1", path="/a", values=()):
    return token(f"1~kid={kid}~exp={exp}{tail}", None if "~path=" in tail else path, values,
                 KEY.get(kid, K2))


def first(reason, than, target, tok, **more):
    case(f"{reason} comes before {than}", deny(reason), q(target, tok), site=REVOKED, keys=RING, **more)


T = t()
case("bad_path comes before conflict", deny("bad_path"), f"/a//b?cs={T}&cs={T}", keys=RING)
case("bad_path comes before missing", deny("bad_path"), "/a//b", keys=RING)
first("bad_path", "malformed", "/a//b", "x")
first("bad_path", "unsupported", "/a//b", "2~x")
first("bad_path", "bad_signature", "/a//b", T)
case("conflict comes before malformed", deny("conflict"), "/a?cs=x&cs=x", keys=RING)
case("conflict comes before unsupported", deny("conflict"), "/a?cs=2~x&cs=2~x", keys=RING)
first("malformed", "unknown_key", "/a", t("~bps=1", kid="nobody"))
first("unsupported", "unknown_key", "/a", t("~zz=1", kid="nobody"))
first("malformed", "key_retired", "/a", t("~bps=1", kid="old"))
first("malformed", "expired", "/a", t("~bps=1", exp=1700000000))
first("unsupported", "expired", "/a", t("~zz=1", exp=1700000000))
first("malformed", "conflict of a signed parameter", "/a?w&w", t("~qs=w~bps=1", values=["1"]))
first("unknown_key", "conflict of a signed parameter", "/a?w&w", t("~qs=w", kid="nobody", values=["1"]))
first("unknown_key", "bad_signature", "/b", t(kid="nobody"))
first("unknown_key", "expired", "/a", t(kid="nobody", exp=1700000000))
first("key_retired", "conflict of a signed parameter", "/a?w&w", t("~qs=w", kid="old", values=["1"]))
first("key_retired", "bad_signature", "/b", t(kid="old"))
first("key_retired", "expired", "/a", t(kid="old", exp=1700000000))
first("key_retired", "revoked", "/a", t(kid="old"))
case("key_retired for its until comes before lifetime", deny("key_retired"), q("/a", t(kid="ending")),
     keys=RING, now=1850000000)
first("conflict", "bad_signature", "/b?w&w", t("~qs=w", values=["1"]))
first("conflict", "lifetime", "/a?w&w", t("~qs=w", kid="bound", values=["1"]))
first("conflict", "expired", "/a?w&w", t("~qs=w", exp=1700000000, values=["1"]))
case("conflict of a signed header comes before bad_signature", deny("conflict"),
     q("/b", t("~hdr=x-a", values=["1"])), [["x-a", "\xff"]], keys=RING)
first("bad_signature", "lifetime", "/b", t(kid="bound"))
first("bad_signature", "not_yet_valid", "/b", t("~nbf=1850000000"))
first("bad_signature", "expired", "/b", t(exp=1700000000))
first("bad_signature", "path", "/a", t("~path=/b").replace("path=/b", "path=/c"))
first("bad_signature", "method", "/b", t(), method="PUT")
first("bad_signature", "ip", "/b", t("~ip=10.0.0.1"), ip="10.0.0.2")
first("bad_signature", "revoked", "/b", t("~jti=gone"))
first("lifetime", "not_yet_valid", "/a", t("~nbf=1850000000", kid="bound"))
first("lifetime", "path", "/a", t("~path=/b", kid="bound"))
first("lifetime", "method", "/a", t(kid="bound"), method="PUT")
first("lifetime", "revoked", "/a", t(kid="bound"))
case("lifetime for the key's until comes before not_yet_valid", deny("lifetime"),
     q("/a", t("~nbf=1840000000", kid="ending")), keys=RING)
first("not_yet_valid", "expired", "/a", t("~nbf=1850000000", exp=1700000000))
first("not_yet_valid", "path", "/a", t("~nbf=1850000000~path=/b"))
first("not_yet_valid", "revoked", "/a", t("~nbf=1850000000~jti=gone"))
first("expired", "path", "/a", t("~path=/b", exp=1700000000))
first("expired", "method", "/a", t(exp=1700000000), method="PUT")
first("expired", "ip", "/a", t("~ip=10.0.0.1", exp=1700000000))
first("expired", "revoked", "/a", t("~jti=gone", exp=1700000000))
first("path", "method", "/a", t("~path=/b"), method="PUT")
first("path", "ip", "/a", t("~path=/b~ip=10.0.0.1"))
first("path", "revoked", "/a", t("~path=/b~jti=gone"))
case("path of the key comes before method", deny("path"), q("/b", t(path="/b")), method="PUT",
     keys=[with_(K1, paths=["/a"])])
first("method", "ip", "/a", t("~ip=10.0.0.1"), method="PUT", ip="10.0.0.2")
first("method", "geo", "/a", t("~geo=DE"), method="PUT", country="FR")
first("method", "revoked", "/a", t("~jti=gone"), method="PUT")
first("ip", "geo", "/a", t("~ip=10.0.0.1~geo=DE"), ip="10.0.0.2", country="FR")
first("ip", "revoked", "/a", t("~ip=10.0.0.1~jti=gone"), ip="10.0.0.2")
first("geo", "revoked", "/a", t("~geo=DE~jti=gone"), country="FR")
case("uses are not counted by this function", allow("/a", "query", jti="t", uses=1),
     q("/a", t("~jti=t~uses=1")), keys=RING)
case("all at once from lifetime down is lifetime", deny("lifetime"),
     q("/a", t("~nbf=1850000000~path=/b~ip=10.0.0.1~geo=DE~method=PUT~jti=gone", kid="bound")),
     keys=RING, site=REVOKED)

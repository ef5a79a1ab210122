"""Revocations."""
from .kit import BASE, K1, K2, SITE, allow, case, deny, q, token, with_

NO = deny("revoked")


def revoked(name, expect, tail, revocations, **fields):
    expect = allow("/a", "query", **fields) if expect else NO
    case("revoked: " + name, expect, q("/a", token(BASE + tail, "/a")),
         site=with_(SITE, revoked=revocations), keys=[K1, K2])


revoked("nothing", True, "", {})
revoked("empty lists", True, "~jti=t", {"jti": [], "sub": [], "sid": [], "kid": []}, jti="t")
revoked("its jti", False, "~jti=t", {"jti": ["t"]})
revoked("its jti among others", False, "~jti=t", {"jti": ["s", "t", "u"]})
revoked("another jti", True, "~jti=t", {"jti": ["s", "u"]}, jti="t")
revoked("a jti that begins like it", True, "~jti=t", {"jti": ["t1"]}, jti="t")
revoked("a jti with which it begins", True, "~jti=t1", {"jti": ["t"]}, jti="t1")
revoked("its jti in the other case", True, "~jti=t", {"jti": ["T"]}, jti="t")
revoked("a jti where it has none", True, "", {"jti": ["t"]})
revoked("its sub", False, "~sub=joe", {"sub": ["joe"]})
revoked("its sub with escapes", False, "~sub=joe~40example.org", {"sub": ["joe@example.org"]})
revoked("its sub as the token spells it", True, "~sub=joe~40x", {"sub": ["joe~40x"]}, sub="joe@x")
revoked("its sub with an é", False, "~sub=~C3~A9", {"sub": ["\u00e9"]})
revoked("its sub in the other normal form", True, "~sub=~C3~A9", {"sub": ["e\u0301"]}, sub="\u00e9")
revoked("another sub", True, "~sub=joe", {"sub": ["jim"]}, sub="joe")
revoked("its sid", False, "~sid=s", {"sid": ["s"]})
revoked("another sid", True, "~sid=s", {"sid": ["t"]}, sid="s")
revoked("its sid in the list of the jti", True, "~sid=x", {"jti": ["x"]}, sid="x")
revoked("its jti in the list of the sid", True, "~jti=x", {"sid": ["x"]}, jti="x")
revoked("its sub in the list of the sid", True, "~sub=x", {"sid": ["x"]}, sub="x")
revoked("its kid", False, "", {"kid": ["k1"]})
revoked("another kid", True, "", {"kid": ["k2"]})
revoked("its kid in the list of the jti", True, "", {"jti": ["k1"]})
revoked("its sid, not its jti", False, "~jti=t~sid=s", {"jti": ["x"], "sid": ["s"]})
revoked("none of three that it has", True, "~jti=t~sub=joe~sid=s",
        {"jti": ["s"], "sub": ["t"], "sid": ["joe"]}, jti="t", sub="joe", sid="s")

# Times
revoked("iat below the time for all", False, "~iat=1799999999", {"issued_before": 1800000000})
revoked("iat at the time for all", True, "~iat=1800000000", {"issued_before": 1800000000}, iat=1800000000)
revoked("iat above the time for all", True, "~iat=1800000001", {"issued_before": 1800000000}, iat=1800000001)
revoked("no iat and a time for all", False, "", {"issued_before": 1800000000})
revoked("no iat and the earliest time for all", False, "", {"issued_before": 1})
revoked("iat of 1 and the earliest time for all", True, "~iat=1", {"issued_before": 1}, iat=1)
revoked("nbf is no iat", False, "~nbf=1700000000", {"issued_before": 1600000000})
revoked("iat and a time for all in the future", False, "~iat=1800000000", {"issued_before": 1900000000})
revoked("iat in the future and a time for all in the future", True, "~iat=1850000000",
        {"issued_before": 1840000000}, iat=1850000000)
JOE = {"sub_issued_before": {"joe": 1800000000}}
revoked("iat below the time for its sub", False, "~iat=1799999999~sub=joe", JOE)
revoked("iat at the time for its sub", True, "~iat=1800000000~sub=joe", JOE, iat=1800000000, sub="joe")
revoked("iat above the time for its sub", True, "~iat=1800000001~sub=joe", JOE, iat=1800000001, sub="joe")
revoked("no iat and a time for its sub", False, "~sub=joe", JOE)
revoked("iat below the time for another sub", True, "~iat=1700000000~sub=jim", JOE, iat=1700000000, sub="jim")
revoked("no iat and a time for another sub", True, "~sub=jim", JOE, sub="jim")
revoked("no iat, no sub and a time for a sub", True, "", JOE)
revoked("iat below the time for a sub where it has none", True, "~iat=1700000000", JOE, iat=1700000000)
revoked("iat below the time for a sub with an escape", False, "~iat=1700000000~sub=a~20b",
        {"sub_issued_before": {"a b": 1800000000}})
BOTH = {"issued_before": 1700000000, "sub_issued_before": {"joe": 1800000000}}
revoked("iat between the time for all and that for its sub", False, "~iat=1750000000~sub=joe", BOTH)
revoked("iat between the time for all and that for another sub", True, "~iat=1750000000~sub=jim", BOTH,
        iat=1750000000, sub="jim")
revoked("iat below the time for all, above that for its sub", False, "~iat=1750000000~sub=joe",
        {"issued_before": 1800000000, "sub_issued_before": {"joe": 1700000000}})
revoked("iat above both times, but its jti listed", False, "~iat=1800000000~jti=t~sub=joe", {**BOTH, "jti": ["t"]})
case("revoked: a cookie that is, and one that is not", allow("/a", "cookie", jti="u"), "/a",
     [["Cookie", f"cs={token(BASE + '~jti=t', '/a')}; cs={token(BASE + '~jti=u', '/a')}"]],
     site=with_(SITE, revoked={"jti": ["t"]}))

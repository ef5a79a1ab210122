"""exp and nbf at their borders."""
from .kit import NOW, SITE, allow, case, deny, q, token, with_


def exp(name, expect, at, now, skew=None):
    site = SITE if skew is None else with_(SITE, skew=skew)
    expect = allow("/a", "query", exp=at) if expect else deny("expired")
    case("exp: " + name, expect, q("/a", token(f"1~kid=k1~exp={at}", "/a")), now=now, site=site)


exp("now is a second before it", True, 1800000000, 1799999999)
exp("now is it", False, 1800000000, 1800000000)
exp("now is a second after it", False, 1800000000, 1800000001)
exp("now is it, and skew gives no leeway", False, 1800000000, 1800000000, 300)
exp("now is a second after it, and skew gives no leeway", False, 1800000000, 1800000001, 300)
exp("now is a second before it, and skew takes nothing", True, 1800000000, 1799999999, 300)
exp("now is a second before it, skew 0", True, 1800000000, 1799999999, 0)
exp("now is beyond 32 bits", True, 5000000001, 5000000000)
exp("now is beyond 32 bits and it is not", False, 705032704, 5000000000)
exp("now is a second before the last of all", True, 9999999999, 9999999998)
exp("now is the last of all", False, 9999999999, 9999999999)


def nbf(name, expect, at, skew=None, now=NOW):
    site = SITE if skew is None else with_(SITE, skew=skew)
    expect = allow("/a", "query", nbf=at) if expect else deny("not_yet_valid")
    case("nbf: " + name, expect, q("/a", token(f"1~kid=k1~exp=1900000000~nbf={at}", "/a")), now=now, site=site)


nbf("now is it", True, 1800000000)
nbf("now is a second after it", True, 1799999999)
nbf("now is 30 seconds before it", True, 1800000030)
nbf("now is 31 seconds before it", False, 1800000031)
nbf("now is it, skew 0", True, 1800000000, 0)
nbf("now is a second before it, skew 0", False, 1800000001, 0)
nbf("now is 300 seconds before it, skew 300", True, 1800000300, 300)
nbf("now is 301 seconds before it, skew 300", False, 1800000301, 300)
nbf("now is long before it", False, 1850000000)
nbf("now is before it and it is beyond 32 bits", False, 4294967297)
case("nbf: it is exp", allow("/a", "query", exp=1800000010, nbf=1800000010),
     q("/a", token("1~kid=k1~exp=1800000010~nbf=1800000010", "/a")))
case("nbf: it is after exp", allow("/a", "query", exp=1800000010, nbf=1800000020),
     q("/a", token("1~kid=k1~exp=1800000010~nbf=1800000020", "/a")))
case("nbf: before it and after exp", deny("not_yet_valid"),
     q("/a", token("1~kid=k1~exp=1700000000~nbf=1850000000", "/a")))
case("nbf: after it and after exp", deny("expired"),
     q("/a", token("1~kid=k1~exp=1750000000~nbf=1700000000", "/a")))
case("nbf: from a minute before now to a minute after", allow("/a", "query", exp=1800000060, nbf=1799999940),
     q("/a", token("1~kid=k1~exp=1800000060~nbf=1799999940", "/a")))

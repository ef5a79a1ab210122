"""Keys: which is known, its state and dates, and its longest life of a token."""
from .kit import BASE, E1, K1, K2, NOW, SITE, allow, case, deny, q, token, with_

HOLDS, UNKNOWN, RETIRED, LIFETIME = (
    allow("/a", "query"), deny("unknown_key"), deny("key_retired"), deny("lifetime"))
TARGET = q("/a", token(BASE, "/a"))


def key(name, expect, target=TARGET, keys=None, now=NOW, site=SITE, **more):
    case("key: " + name, expect, target, keys=keys or [with_(K1, **more), K2], now=now, site=site)


key("active", HOLDS, state="active")
key("accept", HOLDS, state="accept")
key("retired", RETIRED, state="retired")
key("retired, although its dates are right", RETIRED, state="retired", **{"from": 1700000000, "until": 2000000000})
key("of another name", UNKNOWN, keys=[K2])
key("of the same secret under another name", UNKNOWN, keys=[with_(K1, kid="k3")])
key("of the name in capitals", UNKNOWN, keys=[with_(K1, kid="K1")])
key("the second of two", HOLDS, keys=[K2, K1])
key("the third of three, of either algorithm", HOLDS, keys=[K2, E1, K1])
key("accept alone in its ring", HOLDS, keys=[with_(K1, state="accept")])
key("an Ed25519 key in state accept", allow("/a", "query", kid="e1"),
    q("/a", token("1~kid=e1~exp=1900000000", "/a", key=E1)), keys=[with_(E1, state="accept")])
key("a retired Ed25519 key", RETIRED, q("/a", token("1~kid=e1~exp=1900000000", "/a", key=E1)),
    keys=[K1, with_(E1, state="retired")])

# from: with skew; until: without
key("now is its from", HOLDS, **{"from": 1800000000})
key("now is 30 seconds before its from", HOLDS, **{"from": 1800000030})
key("now is 31 seconds before its from", RETIRED, **{"from": 1800000031})
key("now is long before its from", RETIRED, **{"from": 1850000000})
key("now is before its from, skew 0", RETIRED, site=with_(SITE, skew=0), **{"from": 1800000001})
key("now is its from, skew 0", HOLDS, site=with_(SITE, skew=0), **{"from": 1800000000})
key("now is 300 seconds before its from, skew 300", HOLDS, site=with_(SITE, skew=300), **{"from": 1800000300})
key("now is 301 seconds before its from, skew 300", RETIRED, site=with_(SITE, skew=300), **{"from": 1800000301})
UNTIL = q("/a", token("1~kid=k1~exp=1800000000", "/a"))
BEFORE = allow("/a", "query", exp=1800000000)
key("now is the second before its until", BEFORE, UNTIL, now=1799999999, until=1800000000)
key("now is its until", RETIRED, until=1800000000)
key("now is after its until", RETIRED, until=1700000000)
key("now is its until, which has no skew", RETIRED, until=1800000000, site=with_(SITE, skew=300))
key("state accept and now is its until", RETIRED, state="accept", until=1800000000)
key("exp is its until", HOLDS, until=1900000000)
key("exp is a second after its until", LIFETIME, until=1899999999)
key("exp is a second after its until, which has no skew", LIFETIME, until=1899999999, site=with_(SITE, skew=300))
key("exp is long before its until", HOLDS, until=2000000000)


# max_ttl
def ttl(name, expect, exp, skew=None, site_ttl=None, key_ttl=None, now=NOW):
    site = dict(SITE)
    if skew is not None:
        site["skew"] = skew
    if site_ttl is not None:
        site["max_ttl"] = site_ttl
    expect = allow("/a", "query", exp=exp) if expect else LIFETIME
    case("max_ttl: " + name, expect, q("/a", token(f"1~kid=k1~exp={exp}", "/a")), now=now, site=site,
         keys=[K1 if key_ttl is None else with_(K1, max_ttl=key_ttl)])


ttl("exp at the key's and the skew", True, 1800003630, key_ttl=3600)
ttl("exp a second after the key's and the skew", False, 1800003631, key_ttl=3600)
ttl("exp at the site's and the skew", True, 1800003630, site_ttl=3600)
ttl("exp a second after the site's and the skew", False, 1800003631, site_ttl=3600)
ttl("exp at the key's, skew 0", True, 1800003600, skew=0, key_ttl=3600)
ttl("exp a second after the key's, skew 0", False, 1800003601, skew=0, key_ttl=3600)
ttl("exp at the site's and a skew of 300", True, 1800003900, skew=300, site_ttl=3600)
ttl("exp a second after the site's and a skew of 300", False, 1800003901, skew=300, site_ttl=3600)
ttl("the key's is the smaller, exp at it", True, 1800000630, site_ttl=3600, key_ttl=600)
ttl("the key's is the smaller, exp after it", False, 1800000631, site_ttl=3600, key_ttl=600)
ttl("the site's is the smaller, exp at it", True, 1800000630, site_ttl=600, key_ttl=3600)
ttl("the site's is the smaller, exp after it", False, 1800000631, site_ttl=600, key_ttl=3600)
ttl("neither, and the last exp of all", True, 9999999999)
ttl("the same token later", True, 1800003631, key_ttl=3600, now=NOW + 1)
case("max_ttl: that of another key is of no matter", allow("/a", "query"), TARGET, keys=[K1, with_(K2, max_ttl=60)])
case("max_ttl: iat does not shorten it", allow("/a", "query", exp=1800003600, iat=1700000000),
     q("/a", token("1~kid=k1~exp=1800003600~iat=1700000000", "/a")), keys=[with_(K1, max_ttl=3600)])
case("max_ttl: iat does not lengthen it", LIFETIME,
     q("/a", token("1~kid=k1~exp=1800003700~iat=1800000100", "/a")), keys=[with_(K1, max_ttl=3600)])

"""The example of section 2, and what is next to it."""
from .kit import K1, case, deny, token, allow

TEXT = "1~kid=k1~exp=1900000000~qs=w!h"
TOKEN = TEXT + "~sig=q4XrPJKvg7odH0ozK21HtTFAy5Yr_eJjrYKvd-rOFpU"
assert token(TEXT, "/a b.png", ["", None]) == TOKEN  # the page's own words

case("the example of the page",
     allow("/a b.png", "query", qs=["w", "h"]),
     "/a%20b.png?w=&cs=" + TOKEN)
case("the example with its parameters in the other order",
     allow("/a b.png", "query", qs=["w", "h"]),
     "/a%20b.png?cs=" + TOKEN + "&w=")
case("the example with w without an equals sign, which is empty too",
     allow("/a b.png", "query", qs=["w", "h"]),
     "/a%20b.png?w&cs=" + TOKEN)
case("the example with the path spelt otherwise",
     allow("/a b.png", "query", qs=["w", "h"]),
     "/%61%20%62.png?w=&cs=" + TOKEN)
case("the example without w",
     deny("bad_signature"), "/a%20b.png?cs=" + TOKEN)
case("the example with w=1",
     deny("bad_signature"), "/a%20b.png?w=1&cs=" + TOKEN)
case("the example with h present and empty",
     deny("bad_signature"), "/a%20b.png?w=&h=&cs=" + TOKEN)
case("the example at a plus sign in place of the blank",
     deny("bad_signature"), "/a+b.png?w=&cs=" + TOKEN)
case("the example at another site that shares the key",
     deny("bad_signature"), "/a%20b.png?w=&cs=" + TOKEN, site={"name": "media.example.org"})
case("the example under a key of the same name with another secret",
     deny("bad_signature"), "/a%20b.png?w=&cs=" + TOKEN,
     keys=[{**K1, "secret": bytes(range(1, 33)).hex()}])

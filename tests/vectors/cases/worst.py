"""Patterns on which a matcher that goes back takes for ever."""
from .kit import BASE, allow, case, deny, q, token


def match(name, pattern, path, fits):
    expect = allow(path, "query") if fits else deny("path")
    case("worst case: " + name, expect, q(path, token(BASE + "~path=" + pattern)))


match("many stars in one segment, missed at the end", "/" + "*a" * 500 + "*b", "/" + "a" * 1000, False)
match("many stars in one segment, met", "/" + "*a" * 500 + "*", "/" + "a" * 1000, True)
match("one a more than the path has", "/" + "*a" * 511, "/" + "a" * 510, False)
match("as many as the path has", "/" + "*a" * 511, "/" + "a" * 511, True)
match("many stars and a long word", "/" + "*aaaaaaaaab" * 90, "/" + "a" * 1000, False)
match("many segments of stars, missed at the end", "/**/a" * 200 + "/b", "/a" * 500, False)
match("many segments of stars, met", "/**/a" * 200, "/a" * 500, True)
match("many segments of stars and of one star, missed", "/**/*" * 200 + "/b", "/a" * 500, False)
match("many segments of stars and of one star, met", "/**/*" * 200, "/a" * 500, True)
match("more segments than the path has", "/**/*" * 200, "/a" * 199, False)
match("as many segments as the path has", "/**/*" * 200, "/a" * 200, True)
match("stars within segments of stars, missed", "/**/*a*a*b" * 100, "/aaa" * 255, False)
match("stars within segments of stars, met", "/**/*a*a*b" * 100, "/aab" * 255, True)
match("only segments of stars", "/**" * 340, "/a" * 512, True)
match("only segments of stars, then a name", "/**" * 340 + "/b", "/a" * 512, False)
match("a long name a little off at the end", "/" + "a" * 1023, "/" + "a" * 1022 + "b", False)
match("a long segment after segments of stars", "/**/" + "a*" * 500 + "b", "/" + "a" * 1000 + "/a", False)
case("worst case: an exclusion that is missed at the end", allow("/" + "a" * 900, "query"),
     q("/" + "a" * 900, token(BASE + "~path=/*!-/" + "*a" * 450 + "*b")))
case("worst case: an exclusion that is met", deny("path"),
     q("/" + "a" * 900, token(BASE + "~path=/*!-/" + "*a" * 450 + "*")))

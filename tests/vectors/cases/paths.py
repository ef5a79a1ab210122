"""The canonical path of a request, and what has none."""
from .kit import BASE, SITE, allow, case, deny, public, q, token, with_

BAD = deny("bad_path")


def same(name, target, path):
    """The target is this path, under a token of the exact path."""
    case(name, allow(path, "query"), q(target, token(BASE, path)))


def other(name, target, path):
    case(name, deny("bad_signature"), q(target, token(BASE, path)))


def none(name, target):
    """No canonical path, whatever the token; here one of all paths."""
    case(name, BAD, q(target, token(BASE + "~path=/**")))


same("the root", "/", "/")
same("a path that ends with a slash", "/a/b/", "/a/b/")
other("a slash at the end makes another path", "/a/", "/a")
other("a slash less at the end makes another path", "/a", "/a/")
same("an escape of a letter", "/%61", "/a")
same("escapes in hex of either case", "/%c3%A9%C3%a9", "/éé")
same("every letter escaped", "/%61%62%63/%64", "/abc/d")
same("a bare é is its escape", "/é", "/é")
same("a bare sign of four bytes", "/\U0001F511", "/\U0001F511")
same("an escaped per cent sign is decoded once", "/a%2541", "/a%41")
other("an escaped per cent sign is not decoded twice", "/a%2541", "/aA")
same("an escaped per cent sign before a slash's figures", "/a%252Fb", "/a%2Fb")
same("an escaped per cent sign, twice", "/a%25252Fb", "/a%252Fb")
same("an escaped per cent sign before two points' figures", "/%252e%252e/a", "/%2e%2e/a")
same("an escaped question mark is of the path", "/a%3Fb", "/a?b")
same("an escaped number sign is of the path", "/a%23b", "/a#b")
same("an escaped question mark with a query", "/a%3Fb?x=1", "/a?b")
same("the path ends at the first question mark", "/a?b/c", "/a")
same("a second question mark is of the query", "/a?b?c", "/a")
same("an empty query", "/a?", "/a")
same("points in a segment that are no segment of points", "/.../a..b/..c/d../.e", "/.../a..b/..c/d../.e")
same("a point at the end of a segment", "/a.", "/a.")
same("a blank segment", "/%20/a", "/ /a")
same("points and a blank are no segment of points", "/..%20/a", "/.. /a")
same("points before a semicolon are no segment of points", "/..;/a", "/..;/a")
same("U+0080 is of the path", "/%C2%80", "/\u0080")
same("the last sign of Unicode is of the path", "/%F4%8F%BF%BF", "/\U0010ffff")
same("a path of 1,024 bytes", "/" + "x" * 1023, "/" + "x" * 1023)
none("a path of 1,025 bytes", "/" + "x" * 1024)
same("a path of 1,024 bytes once decoded", "/" + "%78" * 1023, "/" + "x" * 1023)
none("a path of 1,025 bytes once decoded", "/" + "%78" * 1024)
same("a path of 1,023 bytes of é and a slash", "/" + "é" * 511, "/" + "é" * 511)
none("a path of 1,025 bytes of é and a slash", "/" + "é" * 512)

for target, what in [
    ("", "an empty target"), ("a", "a path without its slash"), ("*", "a star for a target"),
    ("%2Fa", "a path whose first slash is escaped"), ("?x=1", "a query for a target"),
    ("//", "two slashes"), ("//a", "two slashes at the start"), ("/a//b", "two slashes inside"),
    ("/a//", "two slashes at the end"), ("/a///b", "three slashes"),
    ("/.", "a segment of one point"), ("/..", "a segment of two points"), ("/./a", "one point first"),
    ("/../a", "two points first"), ("/a/./b", "one point inside"), ("/a/../b", "two points inside"),
    ("/a/.", "one point last"), ("/a/..", "two points last"), ("/a/../", "two points before the last slash"),
    ("/%2e/a", "an escaped point"), ("/%2E%2E/a", "two escaped points"), ("/.%2e/a", "a point and its escape"),
    ("/%2e./a", "an escaped point and a point"), ("/a/%2e%2E", "two escaped points last"),
    ("/a%2Fb", "an escaped slash"), ("/a%2fb", "an escaped slash in lower case"),
    ("/%2F", "an escaped slash behind a slash"), ("/a%2F", "an escaped slash at the end"),
    ("/..%2Fa", "points before an escaped slash"),
    ("/a\\b", "a backslash"), ("/a%5Cb", "an escaped backslash"), ("/a%5cb", "an escaped backslash in lower case"),
    ("/..\\a", "points before a backslash"), ("/\\", "a backslash alone"),
    ("/a%00b", "a NUL byte"), ("/a%09b", "a tab"), ("/a%0Ab", "a line feed"), ("/a%0D", "a carriage return"),
    ("/a%1Fb", "a byte 0x1F"), ("/a%7Fb", "a byte 0x7F"), ("/a\tb", "a bare tab"), ("/a\x7fb", "a bare byte 0x7F"),
    ("/a\0b", "a bare NUL byte"),
    ("/a%", "a lone per cent sign"), ("/a%4", "a cut escape"), ("/a%4/b", "an escape cut by a slash"),
    ("/a%zz", "an escape of no hex"), ("/a%4g", "an escape of half hex"), ("/%%41", "a per cent sign twice"),
    ("/a% 41", "an escape with a blank"), ("/a%u0041", "an escape of another kind"), ("/a%+1", "an escape with a sign"),
    ("/%FF", "a byte 0xFF"), ("/%80", "a lone byte of a sequence"), ("/%C3", "a cut sequence"),
    ("/%C3/%A9", "a sequence cut by a slash"), ("/%C0%AF", "an overlong slash"), ("/%C0%AE%C0%AE/a", "overlong points"),
    ("/%E0%80%AF", "a longer overlong slash"), ("/%ED%A0%80", "a surrogate"), ("/%F4%90%80%80", "a sign beyond Unicode"),
]:
    none(f"bad path: {what}", target)
for target, what in [
    ("/a#", "a number sign at the end"), ("/a#b", "a fragment"), ("/#", "a number sign for a path"),
    ("/a?x=1#b", "a number sign in the query"), ("/a?#", "a number sign for a query"),
]:
    case(f"bad path: {what}", BAD, target, [["Countersign", token(BASE + "~path=/**")]])
case("bad path: a number sign behind the token", BAD, q("/a", token(BASE, "/a")) + "#t=10")
case("a bare blank in the target is of the path", allow("/a b", "header"),
     "/a b", [["Countersign", token(BASE, "/a b")]])
case("a backslash in the query is no matter", allow("/a", "query"), q("/a?x=\\", token(BASE, "/a")))
case("an escaped number sign in the query is no matter", allow("/a", "query"), q("/a?x=%23", token(BASE, "/a")))
case("a bad path without a token", BAD, "/a//b")
PUBLIC = with_(SITE, policy=[{"paths": ["/**"], "mode": "public"}])
case("a public path is canonical too", public("/a b/é"), "/a%20b/%c3%a9?x=1", site=PUBLIC)
case("two slashes are a bad path where all is public", BAD, "//", site=PUBLIC)

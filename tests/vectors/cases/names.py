"""Names of stored files, and what must not be taken for each other."""
from .kit import BASE, allow, case, deny, q, token

STORED = [
    # the request's path, the canonical path
    ("/user1", "/user1"),
    ("/user10", "/user10"),
    ("/a/b", "/a/b"),
    ("/a%252Fb", "/a%2Fb"),
    ("/a%25252Fb", "/a%252Fb"),
    ("/a%20b", "/a b"),
    ("/a+b", "/a+b"),
    ("/it's", "/it's"),
    ("/a(1).pdf", "/a(1).pdf"),
    ("/~joe", "/~joe"),
    ("/joe@home", "/joe@home"),
    ("/$5", "/$5"),
    ("/100%25", "/100%"),
    ("/a&b=c;d,e", "/a&b=c;d,e"),
    ("/a!b*c", "/a!b*c"),
    ("/a:b", "/a:b"),
    ("/%22a%22", '/"a"'),
    ("/%3Ca%3E", "/<a>"),
    ("/[a]{b}", "/[a]{b}"),
    ("/a|b^c", "/a|b^c"),
    ("/a%60b", "/a`b"),
    ("/caf%C3%A9", "/caf\u00e9"),
    ("/cafe%CC%81", "/cafe\u0301"),
    ("/%E2%80%AE", "/\u202e"),
    ("/%EF%BB%BFa", "/\ufeffa"),
    ("/%E6%97%A5%E6%9C%AC", "/日本"),
    ("/A", "/A"),
]
for target, path in STORED:
    if path.isascii():
        what = path
    else:
        what = "".join("<U+%04X>" % ord(c) if c > "~" else c for c in path)
    case(f"the file {what}", allow(path, "query"), q(target, token(BASE, path)))

for target, path, name in [
    ("/user10", "/user1", "a token for /user1 does not open /user10"),
    ("/user1", "/user10", "a token for /user10 does not open /user1"),
    ("/user1/", "/user1", "a token for /user1 does not open /user1/"),
    ("/user1/a", "/user1", "a token for /user1 does not open /user1/a"),
    ("/", "/user1", "a token for /user1 does not open the root"),
    ("/User1", "/user1", "a token for /user1 does not open /User1"),
    ("/user1%20", "/user1", "a token for /user1 does not open it with a blank behind"),
    ("/user1.", "/user1", "a token for /user1 does not open it with a point behind"),
    ("/user1;x", "/user1", "a token for /user1 does not open /user1;x"),
    ("/a/b", "/a%2Fb", "a token for a%2Fb does not open a/b"),
    ("/a%252Fb", "/a/b", "a token for a/b does not open a%2Fb"),
    ("/a%252Fb", "/a%252Fb", "a token for a%252Fb does not open a%2Fb"),
    ("/a%25252Fb", "/a%2Fb", "a token for a%2Fb does not open a%252Fb"),
    ("/a+b", "/a b", "a token for a name with a blank does not open it with a plus sign"),
    ("/a%20b", "/a+b", "a token for a name with a plus sign does not open it with a blank"),
    ("/cafe%CC%81", "/caf\u00e9", "a token for an é of one sign does not open an é of two"),
    ("/caf%C3%A9", "/cafe\u0301", "a token for an é of two signs does not open an é of one"),
    ("/A", "/a", "a token for a does not open A"),
    ("/a%3Fb", "/a", "a token for a does not open a?b"),
    ("/a?b", "/a?b", "a token for a?b does not open a"),
    ("/a", "/a\0", "a token signed for a NUL byte does not open the name without it"),
]:
    case(name, deny("bad_signature"), q(target, token(BASE, path)))
case("the escapes of an exact path are of no matter", allow("/a(1)'~.pdf", "query"),
     q("/%61%28%31%29%27%7E%2Epdf", token(BASE, "/a(1)'~.pdf")))

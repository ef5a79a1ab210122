"""Signing for one exact path, with nothing but exp. The snippets are checked on these."""
from .kit import EXP, K1, E1, hs, sign

for path, what in [
    ("/", "the root"), ("/a", "a name"), ("/a/b/c.txt", "three segments"), ("/a/", "a slash at the end"),
    ("/a b.png", "a blank"), ("/a+b", "a plus sign"), ("/it's", "a single quote"), ("/a(1).pdf", "brackets"),
    ("/~joe", "a tilde"), ("/joe@home", "an at sign"), ("/$5", "a dollar sign"), ("/100%", "a per cent sign"),
    ("/a%20b", "a per cent sign before figures"), ("/a%2Fb", "a per cent sign before a slash's figures"),
    ("/a&b=c;d,e", "signs of a query"), ("/a?b#c", "a question mark and a number sign"),
    ("/a!b*c", "an exclamation mark and a star"), ("/a:b", "a colon"), ('/"a"', "double quotes"),
    ("/<a>[b]{c}|d^e`f", "signs that no URL has"), ("/caf\u00e9", "an é of one sign"),
    ("/cafe\u0301", "an é of two signs"), ("/日本/語", "Japanese"), ("/\U0001F511", "a sign of four bytes"),
    ("/\u0080", "U+0080"), ("/.../a..b", "points"), ("/ / ", "blanks only"), ("/user1", "/user1"),
    ("/user10", "/user10"), ("/a/cs=x", "a segment cs= that is not the first"), ("/cs", "a segment cs"),
    ("/-a_b.c~d", "every sign that is not escaped"), ("/1:=,0:,", "what looks like a netstring"),
    ("/" + "x" * 1023, "1,024 bytes"), ("/" + "é" * 511, "1,023 bytes of é and a slash"),
]:
    sign(f"an exact path: {what}", {"exp": EXP}, "1~kid=k1~exp=1900000000", path)

LONG = hs("long", 128)
sign("an exact path under a secret of 128 bytes", {"exp": EXP}, "1~kid=long~exp=1900000000", "/a b", key=LONG)
sign("an exact path under a secret of 64 bytes", {"exp": EXP}, "1~kid=k64~exp=1900000000", "/a b", key=hs("k64", 64))
sign("an exact path under a secret of 65 bytes", {"exp": EXP}, "1~kid=k65~exp=1900000000", "/a b", key=hs("k65", 65))
sign("an exact path under a kid of every kind of sign", {"exp": EXP},
     "1~kid=A-z_0.9~exp=1900000000", "/a", key=hs("A-z_0.9"))
sign("an exact path under a kid of 32 bytes", {"exp": EXP}, f"1~kid={'k' * 32}~exp=1900000000", "/a", key=hs("k" * 32))
sign("an exact path at another site", {"exp": EXP}, "1~kid=k1~exp=1900000000", "/a", site={"name": "other.example"})
sign("an exact path at a site of 64 bytes", {"exp": EXP}, "1~kid=k1~exp=1900000000", "/a", site={"name": "s" * 64})
sign("an exact path until the last second of all", {"exp": 9999999999}, "1~kid=k1~exp=9999999999", "/a")
sign("an exact path with EdDSA", {"exp": EXP}, "1~kid=e1~exp=1900000000", "/a b", key=E1)
sign("an exact path with an é with EdDSA", {"exp": EXP}, "1~kid=e1~exp=1900000000", "/caf\u00e9", key=E1)

# What the key and the site say
sign("an exact path that the key's paths cover", {"exp": EXP}, "1~kid=k1~exp=1900000000", "/a/b",
     key={**K1, "paths": ["/a/**", "-/a/x"]})
sign("exp at the key's until", {"exp": EXP}, "1~kid=k1~exp=1900000000", "/a", key={**K1, "until": 1900000000})
sign("a key with from and until", {"exp": EXP}, "1~kid=k1~exp=1900000000", "/a",
     key={**K1, "from": 1700000000, "until": 2000000000})
sign("a path like the default segment where the site's is another", {"exp": EXP},
     "1~kid=k1~exp=1900000000", "/cs=x/a", site={"name": "media.example", "param": "st"})

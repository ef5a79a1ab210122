"""The fields that are names or texts: kid, jti, sid, sub, ver, data."""
from .kit import BASE, K1, allow, bad, case, deny, good, hs, q, token

# kid
for kid, what in [("k" * 32, "of 32 bytes"), ("A-z_0.9", "of every kind of sign"), ("7", "of one figure"),
                  (".", "of one point"), ("-", "of one hyphen"), ("2024-05", "like a month")]:
    key = hs(kid)
    case(f"a kid {what}", allow("/a", "query", kid=kid),
         q("/a", token(f"1~kid={kid}~exp=1900000000", "/a", key=key)), keys=[key])
bad("a kid of 33 bytes is malformed", f"1~kid={'k' * 33}~exp=1900000000")
bad("a kid with a slash is malformed", "1~kid=k/1~exp=1900000000")
bad("a kid with a colon is malformed", "1~kid=k:1~exp=1900000000")
bad("a kid with an escaped blank is malformed", "1~kid=k~201~exp=1900000000")
bad("a kid with an é is malformed", "1~kid=k~C3~A9~exp=1900000000")
bad("a kid keeps its case", "1~kid=K1~exp=1900000000", "unknown_key")
bad("a kid is not looked for by its beginning", "1~kid=k~exp=1900000000", "unknown_key")
bad("a kid is not looked for by what it begins with", "1~kid=k11~exp=1900000000", "unknown_key")

# jti and sid
for name in ("jti", "sid"):
    good(f"a {name} of one byte", f"~{name}=x", **{name: "x"})
    good(f"a {name} of 64 bytes", f"~{name}=" + "x" * 64, **{name: "x" * 64})
    good(f"a {name} of every kind of sign", f"~{name}=A-z_0.9", **{name: "A-z_0.9"})
    bad(f"a {name} of 65 bytes is malformed", BASE + f"~{name}=" + "x" * 65)
    bad(f"a {name} with a slash is malformed", BASE + f"~{name}=a/b")
    bad(f"a {name} with a colon is malformed", BASE + f"~{name}=a:b")
    bad(f"a {name} with an escaped blank is malformed", BASE + f"~{name}=a~20b")
    bad(f"a {name} with an escaped star is malformed", BASE + f"~{name}=~2A")
    bad(f"a {name} with an é is malformed", BASE + f"~{name}=~C3~A9")

# Texts
for name, size in (("sub", 128), ("ver", 128), ("data", 256)):
    good(f"a {name} of one byte", f"~{name}=x", **{name: "x"})
    good(f"a {name} of one blank", f"~{name}=~20", **{name: " "})
    good(f"a {name} of {size} bytes", f"~{name}=" + "x" * size, **{name: "x" * size})
    bad(f"a {name} of {size + 1} bytes is malformed", BASE + f"~{name}=" + "x" * (size + 1))
    good(f"a {name} of {size // 2} times é, {size} bytes",
         f"~{name}=" + "~C3~A9" * (size // 2), **{name: "é" * (size // 2)})
    bad(f"a {name} of {size // 2} times é and a letter, {size + 1} bytes, is malformed",
        BASE + f"~{name}=" + "~C3~A9" * (size // 2) + "x")
    for code, what in [("00", "a NUL byte"), ("09", "a tab"), ("0A", "a line feed"),
                       ("0D", "a carriage return"), ("1F", "a byte 0x1F"), ("7F", "a byte 0x7F")]:
        bad(f"a {name} with {what} is malformed", BASE + f"~{name}=a~{code}b")
for code, what in [
    ("~FF", "a byte 0xFF"), ("~80", "a lone byte of a sequence"), ("~C3", "a cut sequence"),
    ("~C3x", "a sequence cut by a letter"), ("~C0~AF", "an overlong slash"),
    ("~C1~81", "an overlong A"), ("~E0~80~AF", "a longer overlong slash"),
    ("~ED~A0~80", "a surrogate"), ("~ED~B0~80", "a low surrogate"),
    ("~F4~90~80~80", "a sign beyond Unicode"), ("~F8~88~80~80~80", "a sequence of five bytes"),
    ("~C0~80", "an overlong NUL"),
]:
    bad(f"a sub with {what} is malformed", BASE + "~sub=" + code)
bad("a ver that is no UTF-8 is malformed", BASE + "~ver=~FF")
bad("a data that is no UTF-8 is malformed", BASE + "~data=~FF")
good("a ver as a store gives it", "~ver=3/L4kqtJlcpXroDTDmpUMLUo",
     ver="3/L4kqtJlcpXroDTDmpUMLUo")
good("a sub that is a mail address", "~sub=joe~40example.org", sub="joe@example.org")
good("a data that looks like JSON", "~data=~7B~22a~22:1~7D", data='{"a":1}')
case("sub, sid and data are not compared with anything", allow("/a", "query", sub="joe", sid="s", data="d"),
     q("/a", token(BASE + "~sub=joe~sid=s~data=d", "/a")), keys=[K1])
case("a token without a sub has the signature of no token with one", deny("bad_signature"),
     q("/a", token(BASE, "/a").replace("~sig", "~sub=joe~sig")), keys=[K1])

"""What a signer refuses."""
from .kit import E1, EXP, K1, SITE, refuse, with_
from .sign import LAST

# The key
GRANT = {"exp": EXP}
refuse("refused: a key that only accepts", GRANT, key=with_(K1, state="accept"))
refuse("refused: a retired key", GRANT, key=with_(K1, state="retired"))
refuse("refused: an Ed25519 key that only accepts", GRANT, key=with_(E1, state="accept"))
refuse("refused: exp after the key's until", GRANT, key=with_(K1, until=1899999999))
refuse("refused: exp before the key's from", GRANT, key=with_(K1, **{"from": 1950000000}))
refuse("refused: a path that the key's paths do not cover", GRANT, "/b", key=with_(K1, paths=["/a", "/a/**"]))
refuse("refused: a path that the key's paths exclude", GRANT, "/a/x", key=with_(K1, paths=["/a/**", "-/a/x"]))

# The path
refuse("refused: no path at all", GRANT, None)
for path, what in [
    ("", "empty"), ("a", "without its slash"), ("//", "of two slashes"), ("/a//b", "with an empty segment"),
    ("/.", "of one point"), ("/a/../b", "with two points"), ("/a/./b", "with one point"), ("/a/..", "that ends with two points"),
    ("/a\\b", "with a backslash"), ("/a\0", "with a NUL byte"), ("/a\nb", "with a line feed"), ("/a\x1f", "with a byte 0x1F"),
    ("/a\x7f", "with a byte 0x7F"), ("/" + "x" * 1024, "of 1,025 bytes"), ("/" + "é" * 512, "of 1,025 bytes of é and a slash"),
    ("/cs=x/a", "whose first segment is the place of a token"),
]:
    refuse(f"refused: a path {what}", GRANT, path)
refuse("refused: a path whose first segment is the place of a token at this site", GRANT, "/st=x/a",
       site=with_(SITE, param="st"))

# Fields
for field in ("aud", "sig", "alg", "zz", "Sub", ""):
    refuse(f"refused: the unknown field {field or 'without a name'}", {**GRANT, field: "x"})
refuse("refused: no exp", {"sub": "joe"})
refuse("refused: an empty grant", {})
for name in ("exp", "nbf", "iat", "bps"):
    refuse(f"refused: {name} of 0", {**GRANT, name: 0})
    refuse(f"refused: {name} below 0", {**GRANT, name: -1})
    refuse(f"refused: {name} of eleven figures", {**GRANT, name: 10000000000})
    refuse(f"refused: {name} with a fraction", {**GRANT, name: 1800000000.5})
refuse("refused: nbf long after exp", {**GRANT, "nbf": 1950000000})
refuse("refused: uses without jti", {**GRANT, "uses": 1})
refuse("refused: 1,000,001 uses", {**GRANT, "jti": "t", "uses": 1000001})
refuse("refused: no uses", {**GRANT, "jti": "t", "uses": 0})
refuse("refused: 1,023 bytes a second", {**GRANT, "bps": 1023})
for name in ("jti", "sid"):
    for value, what in (("", "empty"), ("x" * 65, "of 65 bytes"), ("a b", "with a blank"), ("a/b", "with a slash"),
                        ("é", "with an é")):
        refuse(f"refused: a {name} {what}", {**GRANT, name: value})
for name, size in (("sub", 128), ("ver", 128), ("data", 256)):
    for value, what in (("", "empty"), ("x" * (size + 1), f"of {size + 1} bytes"),
                        ("é" * (size // 2) + "x", f"of {size + 1} bytes with é"), ("a\nb", "with a line feed"),
                        ("a\x7fb", "with a byte 0x7F"), ("\0", "of a NUL byte")):
        refuse(f"refused: a {name} {what}", {**GRANT, name: value})
for value in ("", "inlined", "Inline", "attachment:", "inline:", "attachment:a/b", "attachment:a\\b", "attachment:a\nb",
              "attachment; a", "attachment:" + "x" * 181):
    refuse(f"refused: cd {value[:20]!r}{' and more' * (len(value) > 20)}", {**GRANT, "cd": value})
for value in ("", "text", "text/", "text/plain;p=x", "text/plain; p", 'text/plain; p="x"', "text/pl ain", "text/plain\n",
              "text/é", "text/" + "x" * 96):
    refuse(f"refused: ct {value[:20]!r}{' and more' * (len(value) > 20)}", {**GRANT, "ct": value})

# Lists
for value in ([], [""], ["10.0.0.1/8"], ["10.0.0.0/33"], ["10.0.0.01"], ["2001:DB8::1"], ["2001:0db8::1"], ["::ffff:1.2.3.4"],
              ["::ffff:102:304"], ["::ffff:0:0/96"], ["::1.2.3.4"], ["fe80::1%eth0"], ["10.0.0.1", ""], ["10.0.0.1!10.0.0.2"],
              ["10.0.0.1,10.0.0.2"]):
    refuse(f"refused: ip {value}", {**GRANT, "ip": value})
for value in ([], [""], ["de"], ["DEU"], ["DE", "-FR"], ["-DE", "FR"], ["DE!FR"], ["XX"], ["ZZ"], ["XX", "ZZ"]):
    refuse(f"refused: geo {value}", {**GRANT, "geo": value})
for value in ([], [""], ["get"], ["GET", "put"], ["A" * 17], ["GET!PUT"], ["*"], ["M-SEARCH"]):
    refuse(f"refused: method {value}", {**GRANT, "method": value})
for value in ([], [""], ["cs"], ["w", "cs"], ["x" * 65], ["a\tb"]):
    refuse(f"refused: qs {str(value)[:20]}", {**GRANT, "qs": value})
for value in ([], [""], ["X-A"], ["x a"], ["x_a"], ["x" * 65], ["host"], ["cookie"], ["connection"], ["keep-alive"], ["te"],
              ["trailer"], ["transfer-encoding"], ["upgrade"], ["proxy-connection"], ["countersign"], ["x-a", "host"]):
    refuse(f"refused: hdr {str(value)[:30]}", {**GRANT, "hdr": value})
refuse("refused: the site's own parameter in qs", {**GRANT, "qs": ["st"]}, site=with_(SITE, param="st"))
refuse("refused: the site's own header in hdr", {**GRANT, "hdr": ["x-site-token"]}, site=with_(SITE, header="X-Site-Token"))
for value in ([], [""], ["a"], ["-/a"], ["-/a", "-/b"], ["/a**"], ["/***"], ["/a//b"], ["/a/../b"], ["/a", "-"], ["/a", "--/b"],
              ["/~61"], ["/~2Fa"], ["/~c3~a9"], ["/~C3"], ["/a b"], ["/é"], ["/a%20b"], ["/a!b"], ["/a~5Cb"], ["/a~0A"],
              ["/" + "x" * 1024]):
    refuse(f"refused: path {ascii(value)[:30]}", {**GRANT, "path": value}, None)
for name, members in (("ip", [f"10.0.0.{i}" for i in range(17)]), ("qs", [f"p{i}" for i in range(17)]),
                      ("hdr", [f"x-{i}" for i in range(17)]), ("path", [f"/{i}" for i in range(17)]),
                      ("geo", "AT BE CH DE DK ES FI FR GB IE IT LU NL NO PL PT SE".split()),
                      ("method", list("ABCDEFGHIJKLMNOPQ"))):
    refuse(f"refused: seventeen members of {name}", {**GRANT, name: members})

# Signed values that no request can have
for value, what in (("é", "an é"), ("a\nb", "a line feed"), ("\x7f", "a byte 0x7F"), (" a", "a blank in front"),
                    ("a\t", "a tab behind")):
    refuse(f"refused: a signed header with {what}", {**GRANT, "hdr": ["x-a"]}, headers={"x-a": value})

# Length
refuse("refused: a token of 2,049 bytes",
       {"exp": EXP, "path": ["/a", "/" + "x" * 1000, "/" + LAST + "y"]}, None)
refuse("refused: a token of more than 2,048 bytes by its escapes",
       {"exp": EXP, "path": ["/**"], "data": "é" * 128, "sub": "é" * 64, "ver": "é" * 64, "cd": "inline:" + "é" * 90}, None)

"""Signing: every field, their order, their escapes, and the signed values."""
from .kit import E1, EXP, K1, SITE, sign, with_

HEAD = "1~kid=k1~exp=1900000000"


def one(name, fields, tail, **more):
    """exp and these fields, for /a."""
    sign(name, {"exp": EXP, **fields}, HEAD + tail, "/a", **more)


sign("every field, given in no order",
     {"data": "a,b", "bps": 1024, "ct": "text/html; charset=utf-8", "cd": "attachment:é.pdf", "ver": "v=1",
      "uses": 3, "sid": "s.1", "sub": "joe d", "jti": "t-1", "hdr": ["x-b", "x-a"], "qs": ["w", "h"],
      "method": ["PUT", "GET"], "geo": ["FR", "DE"], "ip": ["2001:db8::/32", "10.0.0.0/8"],
      "path": ["/a", "/b/**", "-/b/x"], "iat": 1700000000, "nbf": 1700000001, "exp": EXP},
     HEAD + "~nbf=1700000001~iat=1700000000~path=/a!/b/**!-/b/x~ip=2001:db8::/32!10.0.0.0/8~geo=FR!DE"
     "~method=PUT!GET~qs=w!h~hdr=x-b!x-a~jti=t-1~sub=joe~20d~sid=s.1~uses=3~ver=v~3D1"
     "~cd=attachment:~C3~A9.pdf~ct=text/html~3B~20charset~3Dutf-8~bps=1024~data=a~2Cb",
     values=["640", None, "2", "1"], query={"w": "640"}, headers={"x-a": "1", "x-b": "2"})
sign("every field, with EdDSA",
     {"exp": EXP, "nbf": 1700000001, "iat": 1700000000, "path": ["/**"], "ip": ["10.0.0.1"], "geo": ["-DE", "-FR"],
      "method": ["HEAD"], "qs": ["w"], "hdr": ["x-a"], "jti": "t", "sub": "é", "sid": "s", "uses": 1000000,
      "ver": "v", "cd": "inline", "ct": "video/mp4", "bps": 9999999999, "data": "d"},
     "1~kid=e1~exp=1900000000~nbf=1700000001~iat=1700000000~path=/**~ip=10.0.0.1~geo=-DE!-FR~method=HEAD~qs=w"
     "~hdr=x-a~jti=t~sub=~C3~A9~sid=s~uses=1000000~ver=v~cd=inline~ct=video/mp4~bps=9999999999~data=d",
     key=E1, values=[None, None])
sign("the example of the page", {"qs": ["w", "h"], "exp": EXP}, HEAD + "~qs=w!h", "/a b.png",
     values=["", None], query={"w": ""})

# Fields
one("nbf", {"nbf": 1800000000}, "~nbf=1800000000")
one("nbf a second before exp", {"nbf": 1899999999}, "~nbf=1899999999")
one("iat", {"iat": 1800000000}, "~iat=1800000000")
one("iat before nbf in the grant", {"iat": 1800000001, "nbf": 1800000002}, "~nbf=1800000002~iat=1800000001")
one("an address", {"ip": ["10.0.0.1"]}, "~ip=10.0.0.1")
one("addresses in the order of the grant", {"ip": ["2001:db8::1", "10.0.0.0/8", "::/0"]}, "~ip=2001:db8::1!10.0.0.0/8!::/0")
one("an address in eight groups stays so", {"ip": ["2001:db8:0:0:0:0:0:1"]}, "~ip=2001:db8:0:0:0:0:0:1")
one("countries", {"geo": ["DE", "AT"]}, "~geo=DE!AT")
one("countries excluded", {"geo": ["-DE", "-AT"]}, "~geo=-DE!-AT")
one("the country XX beside another", {"geo": ["XX", "DE"]}, "~geo=XX!DE")
one("the country XX excluded", {"geo": ["-XX"]}, "~geo=-XX")
one("the method GET is written where it is given", {"method": ["GET"]}, "~method=GET")
one("methods in the order of the grant", {"method": ["PUT", "GET"]}, "~method=PUT!GET")
one("a jti of 64 bytes", {"jti": "x" * 64}, "~jti=" + "x" * 64)
one("a jti and uses", {"uses": 1, "jti": "t"}, "~jti=t~uses=1")
one("a sid", {"sid": "A-z_0.9"}, "~sid=A-z_0.9")
one("a ver", {"ver": "3/L4kqtJlcpXroDTDmpUMLUo+"}, "~ver=3/L4kqtJlcpXroDTDmpUMLUo~2B")
one("cd inline", {"cd": "inline"}, "~cd=inline")
one("cd attachment with a file name", {"cd": "attachment:a (1).pdf"}, "~cd=attachment:a~20~281~29.pdf")
one("a file name of 180 bytes", {"cd": "inline:" + "x" * 180}, "~cd=inline:" + "x" * 180)
one("ct", {"ct": "image/svg+xml"}, "~ct=image/svg~2Bxml")
one("ct of 100 bytes", {"ct": "text/" + "x" * 95}, "~ct=text/" + "x" * 95)
one("bps", {"bps": 1024}, "~bps=1024")
one("a data of 256 bytes", {"data": "x" * 256}, "~data=" + "x" * 256)

# Escapes
one("bare bytes are not escaped", {"sub": "ABCXYZabcxyz0189-._/:"}, "~sub=ABCXYZabcxyz0189-._/:")
one("every other sign of ASCII is escaped", {"sub": " !\"#$%&'()*+,;<=>?@[\\]^`{|}~"},
    "~sub=~20~21~22~23~24~25~26~27~28~29~2A~2B~2C~3B~3C~3D~3E~3F~40~5B~5C~5D~5E~60~7B~7C~7D~7E")
one("signs beyond ASCII are escaped byte for byte", {"sub": "é日\U0001F511\u0080"},
    "~sub=~C3~A9~E6~97~A5~F0~9F~94~91~C2~80")
one("a text is not normalised", {"sub": "e\u0301"}, "~sub=e~CC~81")
one("a text is not trimmed", {"sub": " joe "}, "~sub=~20joe~20")
one("a text that looks escaped is escaped", {"sub": "a~20b%20c"}, "~sub=a~7E20b~2520c")
one("a text that looks like a field", {"sub": "~exp=1"}, "~sub=~7Eexp~3D1")
one("a sub of 128 bytes", {"sub": "é" * 64}, "~sub=" + "~C3~A9" * 64)

# Patterns
sign("patterns as in a token", {"path": ["/a~20b/*.ts", "/~C3~A9/**", "-/a~20b/~2A"], "exp": EXP},
     HEAD + "~path=/a~20b/*.ts!/~C3~A9/**!-/a~20b/~2A")
sign("patterns in the order of the grant", {"exp": EXP, "path": ["-/a/x", "/b", "/a/**"]}, HEAD + "~path=-/a/x!/b!/a/**")
sign("sixteen patterns", {"exp": EXP, "path": [f"/{i}" for i in range(16)]},
     HEAD + "~path=" + "!".join(f"/{i}" for i in range(16)))
sign("the pattern of every path", {"exp": EXP, "path": ["/**"]}, HEAD + "~path=/**")
sign("with a path field a path that is given is not signed", {"exp": EXP, "path": ["/a/**"]}, HEAD + "~path=/a/**", "/a/b")
sign("a path field under a key with paths", {"exp": EXP, "path": ["/a/b/*"]}, HEAD + "~path=/a/b/*",
     key=with_(K1, paths=["/a/**"]))

# Signed values
one("a signed parameter", {"qs": ["w"]}, "~qs=w", values=["640"], query={"w": "640"})
one("a signed parameter that is absent", {"qs": ["w"]}, "~qs=w", values=[None], query={})
one("a signed parameter that is absent, and no query", {"qs": ["w"]}, "~qs=w", values=[None])
one("a signed parameter that is empty", {"qs": ["w"]}, "~qs=w", values=[""], query={"w": ""})
one("a signed parameter among others", {"qs": ["w"]}, "~qs=w", values=["640"], query={"v": "1", "w": "640", "cs": "x"})
one("a signed value is decoded already", {"qs": ["w"]}, "~qs=w", values=["a%20b+é&c"], query={"w": "a%20b+é&c"})
one("signed parameters in the order of the grant", {"qs": ["h", "w"]}, "~qs=h!w", values=["2", "1"], query={"w": "1", "h": "2"})
one("a signed parameter with escapes in its name", {"qs": ["a b=", "é!*"]}, "~qs=a~20b~3D!~C3~A9~21~2A",
    values=["1", None], query={"a b=": "1"})
one("a signed header", {"hdr": ["x-a"]}, "~hdr=x-a", values=["1"], headers={"x-a": "1"})
one("a signed header that is absent", {"hdr": ["x-a"]}, "~hdr=x-a", values=[None], headers={"x-b": "1"})
one("a signed header that is empty", {"hdr": ["x-a"]}, "~hdr=x-a", values=[""], headers={"x-a": ""})
one("a signed header with a tab and a comma inside", {"hdr": ["x-a"]}, "~hdr=x-a", values=["1,\t2, 3"], headers={"x-a": "1,\t2, 3"})
one("parameters are signed before headers", {"hdr": ["x-a"], "qs": ["w"]}, "~qs=w~hdr=x-a", values=["1", "2"],
    query={"w": "1"}, headers={"x-a": "2"})
one("the default names where the site's are others", {"qs": ["cs"], "hdr": ["countersign"]}, "~qs=cs~hdr=countersign",
    values=["1", "2"], query={"cs": "1"}, headers={"countersign": "2"},
    site=with_(SITE, param="st", header="X-Site-Token"))

# Length
FULL = HEAD + "~path=/a!/" + "x" * 1000 + "!/"
LAST = "y" * (2048 - 48 - len(FULL))
sign("a token of 2,048 bytes", {"exp": EXP, "path": ["/a", "/" + "x" * 1000, "/" + LAST]}, FULL + LAST)

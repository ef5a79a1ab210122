"""Order of the fields, and the order in which a text is judged."""
from .kit import BASE, E1, K1, allow, bad, case, deny, good, q, token

ALL = ("1~kid=k1~exp=1900000000~nbf=1700000000~iat=1700000000~path=/a!/b/**~ip=10.0.0.0/8!2001:db8::/32"
       "~geo=DE!FR~method=GET!PUT~qs=w!h~hdr=x-a!x-b~jti=t-1~sub=joe~20d~sid=s.1~uses=3"
       "~ver=v~3D1~cd=attachment:~C3~A9.pdf~ct=text/html~3B~20charset~3Dutf-8~bps=1024~data=a~2Cb")
GRANT = allow(
    "/a", "query", nbf=1700000000, iat=1700000000, ip=["10.0.0.0/8", "2001:db8::/32"],
    geo=["DE", "FR"], method=["GET", "PUT"], qs=["w", "h"], hdr=["x-a", "x-b"], jti="t-1",
    sub="joe d", sid="s.1", uses=3, ver="v=1", cd="attachment:é.pdf",
    ct="text/html; charset=utf-8", bps=1024, data="a,b")
case("every field at once, in order", GRANT,
     q("/a?h=2", token(ALL, None, [None, "2", None, "yes"])), [["X-B", "yes"]],
     ip="10.1.2.3", country="FR")
case("every field at once, with EdDSA and under the other members of each list",
     {"allow": {**GRANT["allow"], "path": "/b/c", "kid": "e1"}},
     q("/b/c?w=1", token(ALL.replace("kid=k1", "kid=e1"), None, ["1", None, "", None], key=E1)),
     [["x-a", ""]], ip="2001:db8::1", country="DE", method="PUT", keys=[K1, E1])

# Order, presence, once
NAMES = {
    "kid": "k1", "exp": "1900000000", "nbf": "1700000000", "iat": "1700000000", "path": "/a",
    "ip": "10.0.0.1", "geo": "DE", "method": "GET", "qs": "w", "hdr": "x-a", "jti": "t",
    "sub": "joe", "sid": "s", "uses": "1", "ver": "v", "cd": "inline", "ct": "text/plain",
    "bps": "1024", "data": "d",
}
ORDER = list(NAMES)
for first, second in zip(ORDER[2:], ORDER[3:]):
    extra = "~jti=t" if "uses" in (first, second) else ""
    text = BASE + extra + f"~{second}={NAMES[second]}~{first}={NAMES[first]}"
    bad(f"{second} before {first} is malformed", text)
bad("exp before kid is malformed", "1~exp=1900000000~kid=k1")
bad("kid last is malformed", "1~exp=1900000000~sub=joe~kid=k1")
bad("nbf before exp is malformed", "1~kid=k1~nbf=1700000000~exp=1900000000")
bad("a token without kid is malformed", "1~exp=1900000000")
bad("a token without exp is malformed", "1~kid=k1")
bad("a token without kid and exp is malformed", "1~sub=joe")
bad("kid twice is malformed", "1~kid=k1~kid=k1~exp=1900000000")
bad("exp twice is malformed", "1~kid=k1~exp=1900000000~exp=1900000000")
bad("sub twice is malformed", BASE + "~sub=joe~sub=joe")
bad("sub twice, with others between, is malformed", BASE + "~sub=joe~sid=s~sub=jim")
bad("path twice is malformed", BASE + "~path=/a~path=/b")
bad("data twice is malformed", BASE + "~data=a~data=b")

# Version, then grammar, then unknown names, then the table
good("a field that is not there is not in the grant", "~data=x", data="x")
bad("an unknown field is unsupported", BASE + "~zz=1", "unsupported")
bad("an unknown field before kid is unsupported", "1~zz=1~kid=k1~exp=1900000000", "unsupported")
bad("an unknown field twice is unsupported", BASE + "~zz=1~zz=1", "unsupported")
bad("a field aud is unsupported", BASE + "~aud=a", "unsupported")
bad("alg in a token is unsupported: the key says it", BASE + "~alg=none", "unsupported")
bad("an unknown field may hold stars and exclamation marks", BASE + "~zz=*!!*", "unsupported")
bad("an unknown field may hold bytes that are no UTF-8", BASE + "~zz=~FF~00", "unsupported")
bad("an unknown field is judged before a missing exp", "1~kid=k1~zz=1", "unsupported")
bad("an unknown field is judged before a missing kid", "1~exp=1900000000~zz=1", "unsupported")
bad("an unknown field alone is unsupported", "1~zz=1", "unsupported")
bad("an unknown field is judged before the order", "1~exp=1900000000~kid=k1~zz=1", "unsupported")
bad("an unknown field is judged before a field twice", BASE + "~sub=a~sub=b~zz=1", "unsupported")
bad("an unknown field is judged before a value against the table",
    "1~kid=k1~exp=0~zz=1", "unsupported")
bad("an unknown field is judged before an address against the table",
    BASE + "~ip=10.0.0.256~zz=1", "unsupported")
bad("an unknown field is judged before a pattern that is no path",
    BASE + "~path=a//b~zz=1", "unsupported")
bad("an unknown field is judged before a missing jti", BASE + "~uses=1~zz=1", "unsupported")
bad("the grammar is judged before an unknown field", BASE + "~sub=~zz=1")
bad("the grammar after an unknown field is judged before it", BASE + "~zz=1~sub=a b")
bad("the grammar of an escape is judged before an unknown field", BASE + "~sub=~61~zz=1")
case("a signature of the wrong length is judged before an unknown field",
     deny("malformed"), q("/a", BASE + "~zz=1~sig=" + "A" * 42))
case("a missing signature is judged before an unknown field",
     deny("malformed"), q("/a", BASE + "~zz=1"))
case("an unknown field is judged before the signature",
     deny("unsupported"), q("/a", BASE + "~zz=1~sig=" + "A" * 43))
case("a value against the table is judged before the signature",
     deny("malformed"), q("/a", BASE + "~bps=1~sig=" + "A" * 43))

"""Lists: their members, their number, and the names in qs and hdr."""
from .kit import BASE, allow, bad, case, good, q, token


def join(members):
    return "!".join(members)


ADDRESSES = [f"10.0.0.{i}" for i in range(1, 18)]
COUNTRIES = "AT BE CH DE DK ES FI FR GB IE IT LU NL NO PL PT SE".split()
METHODS = "GET HEAD PUT POST A B C D E F G H I J K L M".split()
NAMES = [f"p{i}" for i in range(1, 18)]
HEADERS = [f"x-{i}" for i in range(1, 18)]
PATHS = [f"/{i}" for i in range(1, 18)]

good("an ip of 16 members", "~ip=" + join(ADDRESSES[:16]), ip_="10.0.0.16", ip=ADDRESSES[:16])
bad("an ip of 17 members is malformed", BASE + "~ip=" + join(ADDRESSES))
good("a geo of 16 members", "~geo=" + join(COUNTRIES[:16]), country_="PT", geo=COUNTRIES[:16])
bad("a geo of 17 members is malformed", BASE + "~geo=" + join(COUNTRIES))
good("a method of 16 members", "~method=" + join(METHODS[:16]), method=METHODS[:16])
bad("a method of 17 members is malformed", BASE + "~method=" + join(METHODS))
case("a path of 16 members", allow("/16", "query"),
     q("/16", token(BASE + "~path=" + join(PATHS[:16]))))
bad("a path of 17 members is malformed", BASE + "~path=" + join(PATHS))
case("a qs of 16 members", allow("/a", "query", qs=NAMES[:16]),
     q("/a?p16=x&p1=y", token(BASE + "~qs=" + join(NAMES[:16]), "/a", ["y"] + [None] * 14 + ["x"])))
bad("a qs of 17 members is malformed", BASE + "~qs=" + join(NAMES))
case("an hdr of 16 members", allow("/a", "query", hdr=HEADERS[:16]),
     q("/a", token(BASE + "~hdr=" + join(HEADERS[:16]), "/a", ["y"] + [None] * 14 + ["x"])),
     [["x-16", "x"], ["x-1", "y"]])
bad("an hdr of 17 members is malformed", BASE + "~hdr=" + join(HEADERS))

# None empty
for name, first, second in (("ip", "10.0.0.1", "10.0.0.2"), ("geo", "DE", "FR"),
                            ("method", "GET", "PUT"), ("qs", "a", "b"), ("hdr", "x-a", "x-b"),
                            ("path", "/a", "/b")):
    bad(f"an empty member at the start of {name} is malformed", BASE + f"~{name}=!{first}")
    bad(f"an empty member at the end of {name} is malformed", BASE + f"~{name}={first}!")
    bad(f"an empty member inside {name} is malformed", BASE + f"~{name}={first}!!{second}")
for name, both in (("ip", "10.0.0.1~2C10.0.0.2"), ("geo", "DE~2CFR"), ("method", "GET~2CPUT"),
                   ("hdr", "x-a~2Cx-b")):
    bad(f"a comma does not separate the members of {name}", BASE + f"~{name}={both}")
bad("a qs of two empty members is malformed", BASE + "~qs=!")

# Parameter names
case("a parameter name of 64 bytes", allow("/a", "query", qs=["x" * 64]),
     q("/a?" + "x" * 64 + "=1", token(BASE + "~qs=" + "x" * 64, "/a", ["1"])))
bad("a parameter name of 65 bytes is malformed", BASE + "~qs=" + "x" * 65)
case("a parameter name of 32 times é, 64 bytes", allow("/a", "query", qs=["é" * 32]),
     q("/a", token(BASE + "~qs=" + "~C3~A9" * 32, "/a", [None])))
bad("a parameter name of 33 times é, 66 bytes, is malformed", BASE + "~qs=" + "~C3~A9" * 33)
bad("a parameter name with a tab is malformed", BASE + "~qs=a~09")
bad("a parameter name with a byte 0x7F is malformed", BASE + "~qs=a~7F")
bad("a parameter name that is no UTF-8 is malformed", BASE + "~qs=a~FF")
bad("the token's own parameter in qs is malformed", BASE + "~qs=cs")
bad("the token's own parameter among others in qs is malformed", BASE + "~qs=w!cs")
case("the token's own parameter in other case is another parameter",
     allow("/a", "query", qs=["CS"]), q("/a", token(BASE + "~qs=CS", "/a", [None])))

# Header names
case("a header name of 64 bytes", allow("/a", "query", hdr=["x" * 64]),
     q("/a", token(BASE + "~hdr=" + "x" * 64, "/a", ["1"])), [["x" * 64, "1"]])
bad("a header name of 65 bytes is malformed", BASE + "~hdr=" + "x" * 65)
bad("a header name with a capital is malformed", BASE + "~hdr=X-a")
bad("a header name with an underscore is malformed", BASE + "~hdr=x_a")
bad("a header name with a point is malformed", BASE + "~hdr=x.a")
bad("a header name with a colon is malformed", BASE + "~hdr=:path")
bad("a header name with an escaped blank is malformed", BASE + "~hdr=x~20a")
for name in ("host", "cookie", "connection", "keep-alive", "te", "trailer", "transfer-encoding",
             "upgrade", "proxy-authorization", "proxy-connection", "proxy-x", "countersign"):
    bad(f"the header {name} in hdr is malformed", BASE + "~hdr=" + name)
bad("a header that is not to be signed, among others, is malformed", BASE + "~hdr=x-a!host!x-b")
for name in ("x-host", "cookie2", "set-cookie", "te-x", "trailers", "proxyx", "countersign-x", "0"):
    case(f"the header {name} may be signed", allow("/a", "query", hdr=[name]),
         q("/a", token(BASE + "~hdr=" + name, "/a", [None])))

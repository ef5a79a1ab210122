"""A token in the first segment of the path."""
from .kit import BASE, allow, case, deny, p, token

T = token(BASE, "/a")
HLS = token(BASE + "~path=/hls/7/**")
AT = HLS.replace("/", "@")
MISSING, MALFORMED = deny("missing"), deny("malformed")
BAD, CONFLICT = deny("bad_path"), deny("conflict")

for target, path, what in [
    (f"/cs={T}/a", "/a", "a token of the exact path"),
    (p(HLS, "/hls/7/a.m3u8"), "/hls/7/a.m3u8", "a token with a path field"),
    (p(HLS, "/hls/7/"), "/hls/7/", "a path that ends with a slash"),
    (p(HLS, "/hls/7/a%20b"), "/hls/7/a b", "a path with an escape"),
    (p(HLS, "/hls/7/a@b"), "/hls/7/a@b", "an at sign behind the token is an at sign"),
    (p(HLS, "/hls/7/cs=x"), "/hls/7/cs=x", "a segment cs= further down is a name"),
    (p(HLS, "/hls/7/a?x=1"), "/hls/7/a", "a query"),
    (p(HLS, "/hls/7/a?CS=1&csx=2"), "/hls/7/a", "a query with other names"),
    (f"/cs={AT.replace('@', '%40')}/hls/7/a", "/hls/7/a", "escaped at signs"),
    (f"/cs={AT.replace('~', '%7E').replace('=', '%3d')}/hls/7/a", "/hls/7/a", "escaped tildes and equals signs"),
    (f"/cs%3D{AT}/hls/7/a", "/hls/7/a", "an escaped equals sign behind the name"),
    (f"/%63%73={AT}/hls/7/a", "/hls/7/a", "an escaped name"),
]:
    case(f"path: {what}", allow(path, "path"), target)
case("path: the token of the root", allow("/", "path"), "/cs=" + token(BASE, "/") + "/")
case("path: the path alone is signed, not the segment of the token", deny("bad_signature"), f"/cs={T}/b")
case("path: a token signed with its own segment does not hold", deny("bad_signature"),
     "/cs=" + token(BASE, "/cs=/a") + "/a")
case("path: slashes in other fields are at signs too",
     allow("/a", "path", ip=["10.0.0.0/8"], ct="text/plain"),
     p(token(BASE + "~ip=10.0.0.0/8~ct=text/plain", "/a"), "/a"), ip="10.0.0.1")
case("path: an at sign as data is an escape of the token", allow("/a", "path", sub="joe@example.org"),
     p(token(BASE + "~sub=joe~40example.org", "/a"), "/a"))
case("path: a token for other paths", deny("path"), p(HLS, "/hls/8/a"))
case("path: a path of 1,024 bytes behind the token", allow("/hls/7/" + "x" * 1017, "path"),
     p(HLS, "/hls/7/" + "x" * 1017))
case("path: a path of 1,025 bytes behind the token is a bad path", BAD, p(HLS, "/hls/7/" + "x" * 1018))
LONG = BASE + "~path=/a!/" + "x" * 1000 + "!/"
LONG = token(LONG + "y" * (2048 - 48 - len(LONG)))
assert len(LONG) == 2048
case("path: a token of 2,048 bytes", allow("/a", "path"), p(LONG, "/a"))

for target, what in [
    (f"/cs={T}", "nothing behind the token"), (f"/cs={T}?x=1", "a query right behind the token"),
    ("/cs=", "an empty token and nothing behind it"), (f"/cs={T}//a", "two slashes behind the token"),
    (f"/cs={T}/../a", "two points behind the token"), (f"/cs={T}/a%2Fb", "an escaped slash behind the token"),
    (p(HLS, "/hls/7/a").replace("@", "%2F"), "escaped slashes in the token"),
    (f"/cs={T}%5C/a", "an escaped backslash in the token"), (f"/cs={T}%00/a", "a NUL byte in the token"),
    (f"/cs={T}%/a", "a bad escape in the token"), (f"/cs={T}%FF/a", "a byte 0xFF in the token"),
    (f"//cs={T}/a", "two slashes before the token"), (f"/./cs={T}/a", "a point before the token"),
]:
    case(f"path: {what} make a bad path", BAD, target)

for target, what in [
    (f"/a/cs={T}/a", "a second segment"), (f"/cs/{T}/a", "a segment cs without an equals sign"),
    (f"/csx={T}/a", "a longer name"), (f"/CS={T}/a", "a name in capitals"),
    (f"/xcs={T}/a", "a name with a letter in front"), (f"/cs-1={T}/a", "a name cs-1"),
    (f"/%2563s={T}/a", "a name escaped twice"), (f"/a;cs={T}/a", "a parameter of a segment"),
    (f"/a/cs={T}", "the last segment"), (f"/{T}/a", "no name"), (f"/cs%253D{T}/a", "an equals sign escaped twice"),
]:
    case(f"path: {what} holds no token", MISSING, target)

case("path: an empty token is malformed", MALFORMED, "/cs=/a")
case("path: a token with an at sign too much is malformed", MALFORMED, f"/cs={T}@/a")
case("path: a token escaped twice is malformed", MALFORMED, f"/cs={T.replace('~', '%257E')}/a")
case("path: a plus sign in a token is malformed", MALFORMED, f"/cs={T}+/a")
case("path: a token behind two equals signs is malformed", MALFORMED, f"/cs=={T}/a")
case("path: the slashes of every pattern are at signs", allow("/b/c", "path"),
     p(token(BASE + "~path=/a/**!/b/**"), "/b/c"))
case("path: a token again behind the token is a conflict", CONFLICT, f"/cs={T}/cs={T}/a")
case("path: an empty token again behind the token is a conflict", CONFLICT, f"/cs={T}/cs=/a")
case("path: a token behind an empty token is a conflict", CONFLICT, f"/cs=/cs={T}/a")
case("path: a token again behind the token, its name escaped, is a conflict", CONFLICT, f"/cs={T}/c%73={T}/a")
case("path: two tokens and a bad path are a bad path", BAD, f"/cs={T}/cs={T}//a")
case("path: a segment cs without an equals sign behind the token is a name", allow("/cs/a", "path"),
     "/cs=" + token(BASE, "/cs/a") + "/cs/a")

"""Lists of patterns: one has to include, none to exclude; and those of a key."""
from .kit import BASE, K1, allow, bad, case, deny, q, token, with_


def passes(patterns, *targets, keys=(K1,), word="passes under"):
    for target in targets:
        case(f"{target} {word} {patterns}", allow(target, "query"),
             q(target, token(BASE + "~path=" + patterns)), keys=keys)


def fails(patterns, *targets, keys=(K1,), word="fails under"):
    for target in targets:
        case(f"{target} {word} {patterns}", deny("path"),
             q(target, token(BASE + "~path=" + patterns)), keys=keys)


passes("/a!/b", "/a", "/b")
fails("/a!/b", "/c", "/a!/b", "/")
passes("/a/**!-/a/x/**", "/a/b", "/a/", "/a/x")
fails("/a/**!-/a/x/**", "/a/x/", "/a/x/1", "/b", "/a")
passes("-/a/x!/a/**", "/a/b", "/a/x/")
fails("-/a/x!/a/**", "/a/x")
fails("/a/**!-/a/x/**!/a/x/1", "/a/x/1")
passes("/**!-/**/secret/**!-/*.key", "/a", "/a/b.key")
fails("/**!-/**/secret/**!-/*.key", "/b.key", "/secret/", "/a/secret/b")
passes("/**!-/", "/a")
fails("/**!-/", "/")
fails("/a!-/a", "/a")
passes("/-/a", "/-/a")
passes("/a-b/-c", "/a-b/-c")
fails("/**!-/-/**", "/-/a")

bad("a list of one exclusion only is malformed", BASE + "~path=-/b")
bad("a list of two exclusions only is malformed", BASE + "~path=-/b!-/c/**")
bad("an exclusion of nothing is malformed", BASE + "~path=/a!-")
bad("an exclusion excluded is malformed", BASE + "~path=/a!--/b")
bad("an exclusion without a slash is malformed", BASE + "~path=/a!-b")
bad("an exclusion with two stars beside a letter is malformed", BASE + "~path=/a!-/b**")
bad("an exclusion with two slashes is malformed", BASE + "~path=/a!-//b")
case("an exclusion of 1,024 bytes beside its hyphen", allow("/a", "query"),
     q("/a", token(BASE + "~path=/a!-/" + "x" * 1023)))
bad("an exclusion of 1,025 bytes beside its hyphen is malformed", BASE + "~path=/a!-/" + "x" * 1024)

# The paths of the key
KEY = [with_(K1, paths=["/a/**", "-/a/x/**"])]
passes("/**", "/a/b", keys=KEY, word="passes, as the key allows it, under")
fails("/**", "/b", "/a", "/a/x/1", keys=KEY, word="fails, as the key does not allow it, under")
fails("/b/**", "/a/b", keys=KEY, word="fails, although the key allows it, under")
fails("/b/**", "/b/c", keys=KEY, word="fails, as the key allows no such path, under")
case("an exact path that the key allows", allow("/a/b", "query"), q("/a/b", token(BASE, "/a/b")), keys=KEY)
case("an exact path that the key does not allow", deny("path"), q("/b", token(BASE, "/b")), keys=KEY)
case("an exact path that the key excludes", deny("path"), q("/a/x/1", token(BASE, "/a/x/1")), keys=KEY)
case("an exact path of a token for another is judged by the signature, not by the key's paths",
     deny("bad_signature"), q("/b", token(BASE, "/a/b")), keys=KEY)
case("a key for one path alone", allow("/a", "query"), q("/a", token(BASE + "~path=/**")),
     keys=[with_(K1, paths=["/a"])])
case("the path behind a token in the path is what the key allows", allow("/a/b", "path"),
     "/cs=" + token(BASE, "/a/b") + "/a/b", keys=KEY)

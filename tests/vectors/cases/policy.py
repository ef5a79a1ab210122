"""What a site asks of which path: the four modes, and the first that matches."""
from .kit import BASE, SITE, allow, case, deny, public, report, token, with_

T, JOE = token(BASE, "/a"), token(BASE + "~sub=joe", "/a")
LATE = token("1~kid=k1~exp=1700000000", "/a")
OTHER = token(BASE, "/b")
TWICE = token(BASE + "~qs=w", "/a", ["1"])
C = "Cookie"

# request, then what required, optional, public and report make of it
GRID = [
    ("no token", "/a", [], deny("missing"), public("/a"), public("/a"), report("missing")),
    ("a good parameter", f"/a?cs={T}", [],
     allow("/a", "query"), allow("/a", "query"), public("/a"), allow("/a", "query")),
    ("a good header", "/a", [["Countersign", T]],
     allow("/a", "header"), allow("/a", "header"), public("/a"), allow("/a", "header")),
    ("a good token in the path", f"/cs={T}/a", [],
     allow("/a", "path"), allow("/a", "path"), public("/a"), allow("/a", "path")),
    ("a good cookie", "/a", [[C, f"cs={JOE}"]],
     allow("/a", "cookie", sub="joe"), allow("/a", "cookie", sub="joe"), public("/a"), allow("/a", "cookie", sub="joe")),
    ("an expired cookie", "/a", [[C, f"cs={LATE}"]],
     deny("expired"), public("/a"), public("/a"), report("expired")),
    ("a malformed cookie", "/a", [[C, "cs=x"]],
     deny("malformed"), public("/a"), public("/a"), report("malformed")),
    ("a cookie with a bad escape", "/a", [[C, "cs=%zz"]],
     deny("malformed"), public("/a"), public("/a"), report("malformed")),
    ("a bad and a good cookie", "/a", [[C, f"cs={LATE}; cs-1={T}"]],
     allow("/a", "cookie"), allow("/a", "cookie"), public("/a"), allow("/a", "cookie")),
    ("two bad cookies", "/a", [[C, f"cs={LATE}; cs-1={OTHER}"]],
     deny("expired"), public("/a"), public("/a"), report("expired")),
    ("an empty cookie", "/a", [[C, "cs="]],
     deny("missing"), public("/a"), public("/a"), report("missing")),
    ("an expired parameter", f"/a?cs={LATE}", [],
     deny("expired"), deny("expired"), public("/a"), report("expired")),
    ("a parameter for another path", f"/a?cs={OTHER}", [],
     deny("bad_signature"), deny("bad_signature"), public("/a"), report("bad_signature")),
    ("a malformed parameter", "/a?cs=x", [],
     deny("malformed"), deny("malformed"), public("/a"), report("malformed")),
    ("an empty parameter", "/a?cs=", [],
     deny("malformed"), deny("malformed"), public("/a"), report("malformed")),
    ("an unsupported header", "/a", [["Countersign", "2~x"]],
     deny("unsupported"), deny("unsupported"), public("/a"), report("unsupported")),
    ("an empty header", "/a", [["Countersign", ""]],
     deny("malformed"), deny("malformed"), public("/a"), report("malformed")),
    ("two header lines", "/a", [["Countersign", T], ["Countersign", T]],
     deny("malformed"), deny("malformed"), public("/a"), report("malformed")),
    ("a malformed token in the path", "/cs=x/a", [],
     deny("malformed"), deny("malformed"), public("/a"), report("malformed")),
    ("a bad parameter and a good cookie", f"/a?cs={LATE}", [[C, f"cs={T}"]],
     deny("expired"), deny("expired"), public("/a"), report("expired")),
    ("a method that is not granted", f"/a?cs={token(BASE + '~method=PUT', '/a')}", [],
     deny("method"), deny("method"), public("/a"), report("method")),
    ("a signed parameter twice", f"/a?w=1&w=1&cs={TWICE}", [],
     deny("conflict"), deny("conflict"), public("/a"), report("conflict")),
    ("a signed parameter twice under a cookie", "/a?w=1&w=1", [[C, f"cs={TWICE}"]],
     deny("conflict"), public("/a"), public("/a"), report("conflict")),
    ("a parameter and a header", f"/a?cs={T}", [["Countersign", T]], *[deny("conflict")] * 4),
    ("the parameter twice", f"/a?cs={T}&cs={T}", [], *[deny("conflict")] * 4),
    ("an empty parameter and an empty header", "/a?cs=", [["Countersign", ""]], *[deny("conflict")] * 4),
    ("two tokens in the path", f"/cs={T}/cs={T}/a", [], *[deny("conflict")] * 4),
    ("a token in the path and a parameter", f"/cs={T}/a?cs=x", [], *[deny("conflict")] * 4),
    ("a bad path", "/a//b", [], *[deny("bad_path")] * 4),
    ("a bad path and a good cookie", "/a/../a", [[C, f"cs={T}"]], *[deny("bad_path")] * 4),
    ("a token in the path and nothing behind it", f"/cs={T}", [], *[deny("bad_path")] * 4),
]
MODES = ("required", "optional", "public", "report")
for what, target, headers, *expects in GRID:
    for mode, expect in zip(MODES, expects):
        case(f"policy {mode}: {what}", expect, target, headers,
             site=with_(SITE, policy=[{"paths": ["/**"], "mode": mode}]))


def policy(name, expect, target, *rules, headers=()):
    case("policy: " + name, expect, target, headers,
         site=with_(SITE, policy=[{"paths": paths, "mode": mode} for mode, paths in rules]))


RULES = ("public", ["/pub/**"]), ("optional", ["/opt/**", "/opt"]), ("report", ["/rep/**"]), ("required", ["/**"])
MISSING = deny("missing")
policy("an empty list", MISSING, "/a")
policy("a path of no rule", MISSING, "/a", ("public", ["/pub/**"]))
policy("the first rule", public("/pub/a"), "/pub/a", *RULES)
policy("the second rule", public("/opt"), "/opt", *RULES)
policy("the third rule", report("missing"), "/rep/a", *RULES)
policy("the last rule", MISSING, "/pub", *RULES)
policy("the first that matches, public before required", public("/a/b"), "/a/b", ("public", ["/a/**"]), ("required", ["/**"]))
policy("the first that matches, required before public", MISSING, "/a/b", ("required", ["/a/**"]), ("public", ["/**"]))
policy("the first that matches, a narrow rule behind a wide one", public("/a/b"), "/a/b",
       ("public", ["/**"]), ("required", ["/a/**"]))
policy("an exclusion leaves the path to the next rule", report("missing"), "/a/x/1",
       ("public", ["/a/**", "-/a/x/**"]), ("report", ["/a/**"]))
policy("an exclusion leaves the path to the default", MISSING, "/a/x/1", ("public", ["/a/**", "-/a/x/**"]))
policy("a path beside an exclusion", public("/a/y/1"), "/a/y/1", ("public", ["/a/**", "-/a/x/**"]))
policy("the second pattern of a rule", public("/c"), "/c", ("public", ["/b", "/c"]))
policy("a path in the other case", MISSING, "/PUB/a", *RULES)
policy("an escaped letter is the letter", public("/pub/a"), "/p%75b/a", *RULES)
policy("an escaped slash opens nothing", deny("bad_path"), "/pub%2Fa", *RULES)
policy("two points open nothing", deny("bad_path"), "/pub/../a", *RULES)
policy("escaped points open nothing", deny("bad_path"), "/pub/%2e%2e/a", *RULES)
policy("two slashes open nothing", deny("bad_path"), "//pub/a", *RULES)
policy("a public path in the query opens nothing", MISSING, "/a?/pub/a", *RULES)
policy("a public path as an escaped one is another", MISSING, "/%252Fpub/a", *RULES)
policy("the path behind the token counts, public", public("/pub/a"), "/cs=x/pub/a", *RULES)
policy("the path behind the token counts, required", deny("malformed"), "/cs=x/a", *RULES)
policy("the segment of the token matches no rule", deny("malformed"), "/cs=x/a", ("public", ["/cs*/**"]))
policy("a public suffix by a star", public("/a.css"), "/a.css", ("public", ["/**/*.css"]))
policy("a public suffix behind the token's segment", public("/x/a.css"), "/cs=x/x/a.css", ("public", ["/**/*.css"]))
policy("a public suffix in the query opens nothing", MISSING, "/a?x=.css", ("public", ["/**/*.css"]))
policy("a public suffix behind a semicolon is of the path", public("/a;.css"), "/a;.css", ("public", ["/**/*.css"]))
policy("a granted token is not asked for where it is optional", allow("/opt", "query"),
       "/opt?cs=" + token(BASE, "/opt"), *RULES)
policy("nine bad cookies where it is optional", public("/opt"), "/opt", *RULES,
       headers=[[C, "; ".join(["cs=x"] * 9)]])
policy("a good cookie behind eight bad ones where it is optional", public("/opt"), "/opt", *RULES,
       headers=[[C, "; ".join(["cs=x"] * 8 + ["cs=" + token(BASE, "/opt")])]])

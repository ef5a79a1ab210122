"""Two tokens in one request."""
from .kit import BASE, allow, case, deny, token

T = token(BASE, "/a")
OTHER = token(BASE + "~sub=joe", "/a")
CONFLICT, MALFORMED = deny("conflict"), deny("malformed")
H, C = ["Countersign", T], ["Cookie", "cs=" + T]

case("equal tokens in path and query are a conflict", CONFLICT, f"/cs={T}/a?cs={T}")
case("equal tokens in path and header are a conflict", CONFLICT, f"/cs={T}/a", [H])
case("equal tokens in query and header are a conflict", CONFLICT, f"/a?cs={T}", [H])
case("tokens in path, query and header are a conflict", CONFLICT, f"/cs={T}/a?cs={T}", [H])
case("different tokens in query and header are a conflict", CONFLICT, f"/a?cs={OTHER}", [H])
case("a good token in the query and a bad one in the header are a conflict", CONFLICT, f"/a?cs={T}", [["Countersign", "x"]])
case("a good token in the header and an empty one in the query are a conflict", CONFLICT, "/a?cs=", [H])
case("a good token in the header and a parameter without value are a conflict", CONFLICT, "/a?cs", [H])
case("a good token in the query and an empty header are a conflict", CONFLICT, f"/a?cs={T}", [["Countersign", ""]])
case("a good token in the query and an empty one in the path are a conflict", CONFLICT, f"/cs=/a?cs={T}")
case("an empty parameter and an empty header are a conflict", CONFLICT, "/a?cs=", [["Countersign", ""]])
case("a good token in the header and a bad escape in the query are a conflict", CONFLICT, "/a?cs=%zz", [H])
case("a good token in the query and one of version 2 in the header are a conflict", CONFLICT,
     f"/a?cs={T}", [["Countersign", "2~x"]])
case("the parameter twice is a conflict", CONFLICT, f"/a?cs={T}&cs={T}")
case("the parameter twice with different tokens is a conflict", CONFLICT, f"/a?cs={T}&cs={OTHER}")
case("the parameter twice, once empty, is a conflict", CONFLICT, f"/a?cs={T}&cs=")
case("the parameter twice, once without value, is a conflict", CONFLICT, f"/a?cs&cs={T}")
case("the parameter twice without value is a conflict", CONFLICT, "/a?cs&cs")
case("the parameter twice, its name spelt otherwise, is a conflict", CONFLICT, f"/a?cs={T}&%63s={T}")
case("the parameter twice, once with a bad escape, is a conflict", CONFLICT, f"/a?cs={T}&cs=%zz")
case("the parameter three times is a conflict", CONFLICT, "/a?cs=1&cs=2&cs=3")
case("the parameter twice and a cookie are a conflict", CONFLICT, f"/a?cs={T}&cs={T}", [C])
case("two header lines and no other token are malformed, no conflict", MALFORMED, "/a", [H, H])
case("two header lines and a parameter are a conflict", CONFLICT, f"/a?cs={T}", [H, H])

case("a good parameter and a good cookie", allow("/a", "query"), f"/a?cs={T}", [C])
case("a good parameter and a bad cookie", allow("/a", "query"), f"/a?cs={T}", [["Cookie", "cs=x"]])
case("a good path token and a bad cookie", allow("/a", "path"), f"/cs={T}/a", [["Cookie", "cs=x"]])
case("a good header and a bad cookie", allow("/a", "header"), "/a", [H, ["Cookie", "cs=x"]])
case("with an explicit token the cookie's token is not in the grant", allow("/a", "query"),
     f"/a?cs={T}", [["Cookie", "cs=" + OTHER]])
case("a malformed parameter and a good cookie", MALFORMED, "/a?cs=x", [C])
case("an empty parameter and a good cookie", MALFORMED, "/a?cs=", [C])
case("an empty header and a good cookie", MALFORMED, "/a", [["Countersign", ""], C])
case("an empty token in the path and a good cookie", MALFORMED, "/cs=/a", [C])
case("a token for another path in the query and a good cookie", deny("bad_signature"),
     "/a?cs=" + token(BASE, "/b"), [C])
case("an expired token in the query and a good cookie", deny("expired"),
     "/a?cs=" + token("1~kid=k1~exp=1700000000", "/a"), [C])
case("a parameter that is not the token's, and a good cookie", allow("/a", "cookie"), "/a?CS=x", [C])

"""A token in a header of its own."""
from .kit import BASE, allow, case, deny, token

T = token(BASE, "/a")
HOLDS, MISSING, MALFORMED = allow("/a", "header"), deny("missing"), deny("malformed")

case("header: a token", HOLDS, "/a", [["Countersign", T]])
case("header: a token under the name in lower case", HOLDS, "/a", [["countersign", T]])
case("header: a token under the name in capitals", HOLDS, "/a", [["COUNTERSIGN", T]])
case("header: a token with blanks and tabs around it", HOLDS, "/a", [["Countersign", f" \t{T}\t "]])
case("header: a token among other headers", HOLDS, "/a",
     [["X-Countersign", "x"], ["Countersign", T], ["Countersign-X", "y"]])
case("header: a token with a path field", allow("/b/c", "header"), "/b/c",
     [["Countersign", token(BASE + "~path=/b/**")]])
case("header: a longer name is another header", MISSING, "/a", [["X-Countersign", T]])
case("header: a name that goes on is another header", MISSING, "/a", [["Countersign-Token", T]])
case("header: an Authorization header is no token", MISSING, "/a", [["Authorization", "Countersign " + T]])
case("header: a header named like the parameter is no token", MISSING, "/a", [["cs", T]])
case("header: an empty header is malformed", MALFORMED, "/a", [["Countersign", ""]])
case("header: a header of blanks is malformed", MALFORMED, "/a", [["Countersign", " \t "]])
case("header: two lines are malformed", MALFORMED, "/a", [["Countersign", T], ["Countersign", T]])
case("header: two lines of version 2 are malformed", MALFORMED, "/a", [["Countersign", "2~x"], ["Countersign", "2~x"]])
case("header: two lines under a name of either case are malformed", MALFORMED, "/a",
     [["Countersign", T], ["countersign", T]])
case("header: an empty line and a token are malformed", MALFORMED, "/a", [["Countersign", ""], ["Countersign", T]])
case("header: a token and an empty line are malformed", MALFORMED, "/a", [["Countersign", T], ["Countersign", ""]])
case("header: two empty lines are malformed", MALFORMED, "/a", [["Countersign", ""], ["Countersign", ""]])
case("header: a token is not decoded", MALFORMED, "/a", [["Countersign", T.replace("~", "%7E")]])
case("header: one escaped byte of a token is not decoded", MALFORMED, "/a",
     [["Countersign", T.replace("kid", "%6Bid")]])
case("header: a token in quotes is malformed", MALFORMED, "/a", [["Countersign", f'"{T}"']])
case("header: a token behind a word is malformed", MALFORMED, "/a", [["Countersign", "Bearer " + T]])
case("header: a token with a parameter is malformed", MALFORMED, "/a", [["Countersign", T + "; x=1"]])
case("header: a token as in the path, with an at sign, is malformed", MALFORMED, "/b/c",
     [["Countersign", token(BASE + "~path=/b/**").replace("/", "@")]])
case("header: a token with a byte 0x80 is malformed, no conflict", MALFORMED, "/a", [["Countersign", T + "\x80"]])
case("header: a token with a blank inside is malformed", MALFORMED, "/a",
     [["Countersign", T.replace("~exp", " ~exp")]])
case("header: a token with a NUL byte is malformed", MALFORMED, "/a", [["Countersign", T + "\0"]])
case("header: a byte 0x0B at the end is not trimmed", MALFORMED, "/a", [["Countersign", T + "\x0b"]])
case("header: a byte 0xA0 at the end is not trimmed", MALFORMED, "/a", [["Countersign", T + "\xa0"]])

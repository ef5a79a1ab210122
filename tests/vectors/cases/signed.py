"""What is signed: site, text, path, and the values of qs and hdr."""
from .kit import BASE, K1, allow, case, deny, q, token

QS, HDR, AB = BASE + "~qs=w", BASE + "~hdr=x-a", BASE + "~qs=a!b"
BAD, CONFLICT = deny("bad_signature"), deny("conflict")


def qs(name, expect, target, values, text=QS, keys=(K1,)):
    if expect == "w":
        expect = allow("/a", "query", qs=["w"])
    elif expect == "ab":
        expect = allow("/a", "query", qs=["a", "b"])
    case(name, expect, q(target, token(text, "/a", values)), keys=keys)


def hdr(name, expect, headers, values, text=HDR):
    expect = allow("/a", "query", hdr=["x-a"]) if expect == "a" else expect
    case(name, expect, q("/a", token(text, "/a", values)), headers)


# Parameters
qs("a signed parameter with its value", "w", "/a?w=640", ["640"])
qs("a signed parameter with another value", BAD, "/a?w=641", ["640"])
qs("a signed parameter that is absent as signed", "w", "/a", [None])
qs("a signed parameter that is there and was absent", BAD, "/a?w=640", [None])
qs("a signed parameter that is there, empty, and was absent", BAD, "/a?w=", [None])
qs("a signed parameter that is absent and was empty", BAD, "/a", [""])
qs("a signed parameter that is absent and was there", BAD, "/a", ["640"])
qs("a signed parameter that is empty as signed", "w", "/a?w=", [""])
qs("a signed parameter without an equals sign is empty", "w", "/a?w", [""])
qs("a signed parameter's value has its equals signs", "w", "/a?w=a=b==", ["a=b=="])
qs("a signed parameter's value is decoded", "w", "/a?w=%61%20b", ["a b"])
qs("a signed parameter's value is decoded once", "w", "/a?w=%2541", ["%41"])
qs("a signed parameter's value is not decoded twice", BAD, "/a?w=%2541", ["A"])
qs("a plus sign in a signed value is a plus sign", "w", "/a?w=a+b", ["a+b"])
qs("a plus sign in a signed value is no blank", BAD, "/a?w=a+b", ["a b"])
qs("an escaped plus sign in a signed value is a plus sign", "w", "/a?w=a%2Bb", ["a+b"])
qs("a signed value with a semicolon", "w", "/a?w=a;b=c", ["a;b=c"])
qs("a signed value with a question mark", "w", "/a?w=a?b", ["a?b"])
qs("a signed value with an escaped ampersand", "w", "/a?w=a%26w%3Db", ["a&w=b"])
qs("a signed value with hex of either case", "w", "/a?w=%c3%A9", ["é"])
qs("a signed value of a bare é", "w", "/a?w=é", ["é"])
qs("a signed value in another normal form", BAD, "/a?w=e%CC%81", ["é"])
qs("a signed value that is no UTF-8", "w", "/a?w=%FF", [b"\xff"])
qs("a signed value with a NUL byte", "w", "/a?w=%00", [b"\0"])
qs("a signed value with an escaped slash", "w", "/a?w=%2F..%5C", ["/..\\"])
qs("a signed parameter that stands twice", CONFLICT, "/a?w=640&w=640", ["640"])
qs("a signed parameter that stands twice, once spelt with an escape",
   CONFLICT, "/a?w=640&%77=640", ["640"])
qs("a signed parameter that stands twice, once empty", CONFLICT, "/a?w&w=640", ["640"])
qs("a signed parameter that stands twice without values", CONFLICT, "/a?w&w", [""])
qs("a signed parameter with a bad escape", CONFLICT, "/a?w=%zz", ["%zz"])
qs("a signed parameter with a cut escape", CONFLICT, "/a?w=64%2", ["64%2"])
qs("a signed parameter with a lone per cent sign", CONFLICT, "/a?w=100%", ["100%"])
qs("a signed parameter's name is decoded", "w", "/a?%77=640", ["640"])
qs("a signed parameter's name is decoded once", "w", "/a?%2577=641", [None])
qs("a name with a bad escape is not the signed parameter", "w", "/a?w%=641&w=640", ["640"])
qs("a signed parameter's name keeps its case", "w", "/a?W=641", [None])
qs("a parameter that is not signed may change", "w", "/a?w=640&v=1", ["640"])
qs("a parameter that is not signed may stand twice", "w", "/a?v=1&w=640&v=2", ["640"])
qs("a parameter that is not signed may have a bad escape", "w", "/a?v=%zz&w=640", ["640"])
qs("a semicolon does not end another parameter", "w", "/a?v=1;w=640", [None])
qs("an empty piece is no parameter", "w", "/a?&&w=640&", ["640"])
qs("two signed parameters in the order of the token", "ab", "/a?b=2&a=1", ["1", "2"], AB)
qs("two signed parameters with their values exchanged", BAD, "/a?a=2&b=1", ["1", "2"], AB)
qs("the same signed bytes shared out otherwise", BAD, "/a?a=12&b=3", ["1", "23"], AB)
qs("a value moved from one signed parameter to the next", BAD, "/a?b=1", ["1", None], AB)
qs("a signed value that spells the next netstring", BAD, "/a?a=1,2:%3D2&b", ["1", "2"], AB)
qs("absent and empty exchanged between two signed parameters", BAD, "/a?b", ["", None], AB)
qs("the second of two signed parameters twice", CONFLICT, "/a?a=1&b=2&b=2", ["1", "2"], AB)
qs("a signed parameter with a blank in its name", allow("/a", "query", qs=["a b"]),
   "/a?a%20b=1", ["1"], BASE + "~qs=a~20b")
qs("a plus sign in a parameter's name is no blank", BAD,
   "/a?a+b=1", ["1"], BASE + "~qs=a~20b")
qs("a signed parameter with an equals sign in its name", allow("/a", "query", qs=["a=b"]),
   "/a?a%3Db=1", ["1"], BASE + "~qs=a~3Db")
qs("a signed parameter with an é in its name", allow("/a", "query", qs=["é"]),
   "/a?%C3%A9=1", ["1"], BASE + "~qs=~C3~A9")
qs("a signed parameter with an exclamation mark in its name", allow("/a", "query", qs=["a!b"]),
   "/a?a!b=1", ["1"], BASE + "~qs=a~21b")
qs("a signed parameter called cs-1", allow("/a", "query", qs=["cs-1"]),
   "/a?cs-1=1", ["1"], BASE + "~qs=cs-1")
case("signed parameters under a token in the path", allow("/a", "path", qs=["w"]),
     "/cs=" + token(QS, "/a", ["640"]) + "/a?w=640")
case("signed parameters under a token in a cookie", allow("/a", "cookie", qs=["w"]),
     "/a?w=640", [["Cookie", "cs=" + token(QS, "/a", ["640"])]])
case("a signed parameter that stands twice under a token in a cookie", CONFLICT,
     "/a?w=640&w=640", [["Cookie", "cs=" + token(QS, "/a", ["640"])]])
case("signed parameters beside a path field", allow("/x/1", "query", qs=["w"]),
     q("/x/1?w=640", token(BASE + "~path=/x/*~qs=w", None, ["640"])))
case("a signed parameter beside a path field with another value", BAD,
     q("/x/1?w=641", token(BASE + "~path=/x/*~qs=w", None, ["640"])))

# Headers
hdr("a signed header with its value", "a", [["x-a", "1"]], ["1"])
hdr("a signed header's name in capitals", "a", [["X-A", "1"]], ["1"])
hdr("a signed header with another value", BAD, [["x-a", "2"]], ["1"])
hdr("a signed header that is absent as signed", "a", [], [None])
hdr("a signed header that is absent and was empty", BAD, [], [""])
hdr("a signed header that is empty as signed", "a", [["x-a", ""]], [""])
hdr("a signed header that is empty and was absent", BAD, [["x-a", ""]], [None])
hdr("a signed header that is there and was absent", BAD, [["x-a", "1"]], [None])
hdr("a signed header's blanks at both ends are trimmed", "a", [["x-a", " \t1 2\t "]], ["1 2"])
hdr("a signed header of blanks is empty", "a", [["x-a", " \t "]], [""])
hdr("a signed header's blanks inside stay", "a", [["x-a", "1 \t 2"]], ["1 \t 2"])
hdr("a signed header's lines are joined", "a", [["x-a", "1"], ["X-A", " 2 "]], ["1, 2"])
hdr("a signed header's lines are joined in their order",
    BAD, [["x-a", "2"], ["x-a", "1"]], ["1, 2"])
hdr("a signed header's lines with others between",
    "a", [["x-a", "1"], ["x-b", "9"], ["x-a", "2"]], ["1, 2"])
hdr("two lines of a signed header, both empty", "a", [["x-a", ""], ["x-a", ""]], [", "])
hdr("one line that spells two is the same value", "a", [["x-a", "1, 2"]], ["1, 2"])
hdr("one line with a comma and no blank is another value", BAD, [["x-a", "1,2"]], ["1, 2"])
hdr("a signed header is not decoded", "a", [["x-a", "%41+%zz"]], ["%41+%zz"])
hdr("a signed header of every sign of ASCII", "a",
    [["x-a", "".join(map(chr, range(0x21, 0x7F)))]], ["".join(map(chr, range(0x21, 0x7F)))])
hdr("a byte 0x80 in a signed header", CONFLICT, [["x-a", "a\x80"]], [b"a\x80"])
hdr("a byte 0xFF in a signed header", CONFLICT, [["x-a", "\xff"]], [b"\xff"])
hdr("an é as UTF-8 in a signed header", CONFLICT, [["x-a", "\xc3\xa9"]], ["é"])
hdr("a byte 0x7F in a signed header", CONFLICT, [["x-a", "a\x7f"]], [b"a\x7f"])
hdr("a byte 0x1F in a signed header", CONFLICT, [["x-a", "a\x1fb"]], [b"a\x1fb"])
hdr("a NUL byte in a signed header", CONFLICT, [["x-a", "a\0b"]], [b"a\0b"])
hdr("an odd byte in a second line of a signed header",
    CONFLICT, [["x-a", "1"], ["x-a", "\xe9"]], [b"1, \xe9"])
hdr("an odd byte in a header that is not signed", "a", [["x-a", "1"], ["x-b", "\xe9"]], ["1"])
hdr("a longer header name is another header", "a", [["x-a-b", "1"]], [None])
hdr("two signed headers in the order of the token", allow("/a", "query", hdr=["x-b", "x-a"]),
    [["x-a", "1"], ["x-b", "2"]], ["2", "1"], BASE + "~hdr=x-b!x-a")
hdr("a value moved from one signed header to another", BAD,
    [["x-b", "1"]], ["1", None], BASE + "~hdr=x-a!x-b")
case("the values of qs are signed before those of hdr", allow("/a", "query", qs=["w"], hdr=["x-a"]),
     q("/a?w=1", token(BASE + "~qs=w~hdr=x-a", "/a", ["1", "2"])), [["x-a", "2"]])
case("the values of hdr signed before those of qs", BAD,
     q("/a?w=1", token(BASE + "~qs=w~hdr=x-a", "/a", ["2", "1"])), [["x-a", "2"]])
case("a value moved from a signed parameter to a signed header", BAD,
     q("/a", token(BASE + "~qs=w~hdr=x-a", "/a", ["1", None])), [["x-a", "1"]])
case("a signed header under a token in a header", allow("/a", "header", hdr=["x-a"]),
     "/a", [["x-a", "1"], ["Countersign", token(HDR, "/a", ["1"])]])

# Lengths keep apart what follows each other
case("a path that spells a path and a value", BAD,
     q("/a,2:%3D1?w", token(QS, "/a", ["1"])))
case("a path that ends with what was the value", BAD, q("/a=1", token(QS, "/a", ["1"])))
case("a site whose name is continued by the text is another site", BAD,
     q("/a", token(BASE, "/a", site="media.example1")))
case("a site's name keeps its case", BAD, q("/a", token(BASE, "/a")), site={"name": "Media.example"})
case("a site's name of 64 bytes", allow("/a", "query"),
     q("/a", token(BASE, "/a", site="a" * 64)), site={"name": "a" * 64})
case("a site's name with every kind of sign", allow("/a", "query"),
     q("/a", token(BASE, "/a", site="A-z_0.9")), site={"name": "A-z_0.9"})
case("the path signed beside a path field does not hold", BAD,
     q("/a", token(BASE + "~path=/a", "/a")))
case("a token without a path field signed without the path does not hold", BAD,
     q("/a", token(BASE)))
case("the path is signed decoded", BAD, q("/a%20b", token(BASE, "/a%20b")))

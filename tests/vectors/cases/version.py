"""What stands before the first tilde."""
from .kit import BASE, bad, case, deny, q

REST = BASE[1:]  # ~kid=k1~exp=1900000000

bad("version 2 is unsupported", "2" + REST, "unsupported")
bad("version 3 is unsupported", "3" + REST, "unsupported")
bad("version 10 is unsupported", "10" + REST, "unsupported")
bad("version 11 is unsupported", "11" + REST, "unsupported")
bad("a version of ten figures is unsupported", "9999999999" + REST, "unsupported")
bad("a version of eleven figures is malformed", "10000000000" + REST)
bad("a version of twenty figures is malformed", "18446744073709551617" + REST)
bad("version 0 is malformed", "0" + REST)
bad("version 00 is malformed", "00" + REST)
bad("version 01 is malformed", "01" + REST)
bad("version 02 is malformed", "02" + REST)
bad("version +1 is malformed", "+1" + REST)
bad("version -1 is malformed", "-1" + REST)
bad("version 1.0 is malformed", "1.0" + REST)
bad("version 2.0 is malformed", "2.0" + REST)
bad("version v1 is malformed", "v1" + REST)
bad("version 0x2 is malformed", "0x2" + REST)
bad("version 2 and a blank is malformed", "2 " + REST)
bad("a figure that is not ASCII is no version", "٢" + REST)
bad("no version is malformed", REST)


def raw(name, tok, reason):
    case(name, deny(reason), q("/a", tok))


raw("of a token of version 2 nothing more is read", "2~?%,é ", "unsupported")
raw("version 2 and a tilde are enough to be unsupported", "2~", "unsupported")
raw("version 2 without a tilde is malformed", "2", "malformed")
raw("version 1 without a tilde is malformed", "1", "malformed")
raw("version 1 and a tilde are malformed", "1~", "malformed")
raw("a token of version 2 of 2,048 bytes is unsupported", "2~" + "x" * 2046, "unsupported")
raw("a token of version 2 of 2,049 bytes is malformed", "2~" + "x" * 2047, "malformed")
raw("a malformed token of version 1 is no token of version 12", "1~2~" + BASE, "malformed")
case("a token of version 2 in the path is unsupported", deny("unsupported"), "/cs=2~x/a")
case("a token of version 2 in a header is unsupported",
     deny("unsupported"), "/a", [["Countersign", "2~x"]])
case("a token of version 2 in a cookie is unsupported",
     deny("unsupported"), "/a", [["Cookie", "cs=2~x"]])

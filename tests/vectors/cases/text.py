"""The grammar of a token. All these texts are well signed."""
from .kit import BASE, K1, b64, allow, bad, case, deny, escaped, good, q, seal, signed, token

good("a token with kid and exp alone", "")

# Names
bad("an upper-case field name is malformed", BASE + "~Sub=joe")
bad("a name in capitals that is no escape is malformed", BASE + "~SUB=joe")
bad("a field name with a figure is malformed", BASE + "~sub2=joe")
bad("a field name with a hyphen is malformed", BASE + "~su-b=joe")
bad("an empty field name is malformed", BASE + "~=joe")
bad("an unknown name of nine letters is malformed", BASE + "~abcdefghi=1")
bad("an unknown name of eight letters is unsupported", BASE + "~abcdefgh=1", "unsupported")
bad("an unknown name of one letter is unsupported", BASE + "~z=1", "unsupported")
bad("a field without an equals sign is malformed", BASE + "~sub")
bad("a field in the middle without an equals sign is malformed", BASE + "~sub~data=x")
bad("two tildes in a row are malformed", "1~~kid=k1~exp=1900000000")
bad("a tilde at the end of a value is malformed", BASE + "~sub=joe~")
bad("an escape where a field has to start is malformed", "1~C3~A9~kid=k1~exp=1900000000")
bad("a blank before a field name is malformed", BASE + "~ sub=joe")
bad("a field named sig before the last is malformed", BASE + "~sig=joe~sub=joe")

# Values
bad("an empty value of a known field is malformed", BASE + "~sub=")
bad("an empty value of kid is malformed", "1~kid=~exp=1900000000")
bad("an empty value in the middle is malformed", BASE + "~sub=~data=x")
bad("an empty value of an unknown field is malformed", BASE + "~zz=")
for byte, word in [
    ("%", "per cent sign"), ("+", "plus sign"), ("$", "dollar sign"), ("@", "at sign"),
    ("?", "question mark"), ("#", "number sign"), ("&", "ampersand"), (";", "semicolon"),
    (",", "comma"), ('"', "double quote"), ("'", "single quote"), (" ", "blank"),
    ("=", "equals sign"), ("(", "bracket"), ("\\", "backslash"), ("|", "bar"),
    ("\t", "tab"), ("\n", "line feed"), ("\0", "NUL byte"), ("\x7f", "DEL byte"),
    ("é", "bare é"), ("[", "square bracket"), ("^", "caret"),
]:
    bad(f"a {word} in a value is malformed", BASE + "~sub=a" + byte + "b")
bad("a bare é in an unknown field is malformed", BASE + "~zz=é")
bad("a per cent sign in an unknown field is malformed", BASE + "~zz=a%20b")
good("every bare byte stands for itself in a text",
     "~data=ABCXYZabcxyz0189-._/:", data="ABCXYZabcxyz0189-._/:")

# The ends of the token
bad("a token of a version and a signature alone is malformed", "1")
bad("a blank at the start of a token is malformed", " " + BASE)
bad("a byte order mark at the start of a token is malformed", "\ufeff" + BASE)


def raw(name, tok, reason="malformed"):
    case(name, deny(reason), q("/a", tok))


GOOD = token(BASE, "/a")
raw("a token without a signature is malformed", BASE)
raw("a token without the name of its signature is malformed",
    GOOD.replace("~sig=", "~"))
raw("a field after the signature is malformed", GOOD + "~sub=joe")
raw("an unknown field after the signature is malformed", GOOD + "~zz=1")
raw("a blank after the signature is malformed", GOOD + " ")
raw("a line feed after the signature is malformed", GOOD + "\n")
raw("a NUL byte after the signature is malformed", GOOD + "\0")
raw("a second signature is malformed", GOOD + GOOD[len(BASE):])
raw("a token twice is malformed", GOOD + GOOD)
raw("a signature named in capitals is malformed", GOOD.replace("~sig=", "~SIG="))
raw("an empty token in a parameter is malformed", "")
raw("a word without a tilde is malformed", "token")
raw("one tilde is malformed", "~")
raw("a token of three parts with points is malformed",
    "eyJhbGciOiJIUzI1NiJ9.eyJraWQiOiJrMSJ9.q4XrPJKvg7odH0ozK21HtTFAy5Yr_eJjrYKvd-rOFpU")
raw("a token with its signature under the name s is malformed",
    BASE + "~s=" + b64(seal(signed(BASE, "/a"), K1)))


# Length
def long(size):
    text = "1~kid=k1~exp=1900000000~path=/a!/" + "x" * 1000 + "!/"
    text += "y" * (size - len(text) - len("~sig=") - 43)
    tok = token(text)
    assert len(tok) == size
    return tok


LONG = {"carrier": "query", "kid": "k1", "exp": 1900000000}
case("a token of 2,048 bytes is read", {"allow": {"path": "/a", **LONG}}, q("/a", long(2048)))
case("a token of 2,049 bytes is malformed", deny("malformed"), q("/a", long(2049)))
case("a token of 2,048 bytes in a header is read",
     allow("/a", "header"), "/a", [["Countersign", long(2048)]])
case("a token of 2,049 bytes in a header is malformed",
     deny("malformed"), "/a", [["Countersign", long(2049)]])
case("a token's length is counted after the parameter is decoded",
     allow("/a", "query"), "/a?cs=" + long(2048).replace("~", "%7E").replace("x", "%78"))
case("a token of 2,049 bytes in a cookie is malformed",
     deny("malformed"), "/a", [["Cookie", "cs=" + escaped(long(2049))]])

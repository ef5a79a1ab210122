"""Names of cookies: which are ours, which shadow others, and how many count."""
from .kit import BASE, allow, case, deny, token

T = token(BASE, "/a")
JOE = token(BASE + "~sub=joe", "/a")
BOB = token(BASE + "~sub=bob", "/a")
LATE = token("1~kid=k1~exp=1700000000", "/a")  # expired
HOLDS, MISSING, MALFORMED, EXPIRED = allow("/a", "cookie"), deny("missing"), deny("malformed"), deny("expired")
IS_JOE, IS_BOB = allow("/a", "cookie", sub="joe"), allow("/a", "cookie", sub="bob")


def cookie(name, expect, line):
    case("cookie: " + name, expect, "/a", [["Cookie", line]])


for name in ("cs-1", "cs-a.b", "cs-cs", "__Host-cs", "__Host-cs-1", "__Secure-cs", "__Secure-cs-x"):
    cookie(f"the name {name} is ours", HOLDS, f"{name}={T}")
for name in ("cs.", "csx-1", "-cs", "Cs-1", "CS-1", "__Host-", "__Host-csx", "__Host-x", "__Secure-CS",
             "__host-cs", "__secure-cs", "__HOST-cs", "_Host-cs", "Host-cs", "__Host-__Secure-cs",
             "__Secure-__Host-cs", "__Host-__Host-cs", "__Http-cs", "__Host_cs"):
    cookie(f"the name {name} is not ours", MISSING, f"{name}={T}")

# Shadows
cookie("__Host- shadows the plain name", EXPIRED, f"cs={T}; __Host-cs={LATE}")
cookie("__Host- shadows the plain name that comes later", EXPIRED, f"__Host-cs={LATE}; cs={T}")
cookie("__Host- shadows __Secure-", EXPIRED, f"__Secure-cs={T}; __Host-cs={LATE}")
cookie("__Secure- shadows the plain name", EXPIRED, f"cs={T}; __Secure-cs={LATE}")
cookie("__Host- of one name shadows all names", EXPIRED, f"cs={T}; cs-1={T}; __Secure-cs-2={T}; __Host-cs-3={LATE}")
cookie("__Secure- of one name shadows all plain names", EXPIRED, f"cs={T}; cs-1={T}; __Secure-cs-2={LATE}")
cookie("a malformed __Host- shadows too", MALFORMED, f"cs={T}; __Host-cs=x")
cookie("a __Host- with a bad escape shadows too", MALFORMED, f"cs={T}; __Host-cs=%zz")
cookie("a __Secure- with a bad escape shadows too", MALFORMED, f"cs={T}; __Secure-cs=%")
cookie("an empty __Host- does not shadow", HOLDS, f"cs={T}; __Host-cs=")
cookie("an empty __Host- in quotes does not shadow", HOLDS, f'cs={T}; __Host-cs=""')
cookie("a __Host- without an equals sign does not shadow", HOLDS, f"cs={T}; __Host-cs")
cookie("an empty __Secure- does not shadow", HOLDS, f"__Secure-cs=; cs={T}")
cookie("an empty __Host- leaves __Secure- to shadow", EXPIRED, f"cs={T}; __Secure-cs={LATE}; __Host-cs=")
cookie("a __Host- that is not ours does not shadow", HOLDS, f"cs={T}; __Host-sid=1")
cookie("a __Secure- that is not ours does not shadow", HOLDS, f"cs={T}; __Secure-csx=1")
cookie("a __host- in lower case does not shadow", HOLDS, f"cs={T}; __host-cs={LATE}")
cookie("a good __Host- among bad plain ones", HOLDS, f"cs=x; __Host-cs={T}; cs-1=y")
cookie("the second of two __Host-", HOLDS, f"__Host-cs={LATE}; cs=x; __Host-cs-1={T}")

# The first that allows
cookie("the first of two that allow", IS_JOE, f"cs={JOE}; cs-1={BOB}")
cookie("the first of two that allow, whatever the names", IS_BOB, f"cs-1={BOB}; cs={JOE}")
cookie("the first of two that allow under one name", IS_JOE, f"cs={JOE}; cs={BOB}")
cookie("the second, where the first is expired", IS_BOB, f"cs={LATE}; cs-1={BOB}")
cookie("the second, where the first is malformed", IS_BOB, f"cs=x; cs={BOB}")
cookie("the second, where the first is empty", IS_BOB, f"cs=; cs-1={BOB}")
cookie("the third of three", IS_BOB, f"cs=x; cs-1={LATE}; cs-2={BOB}; cs-3={JOE}")


# Eight count
def some(n, value="x"):
    return "; ".join(f"cs-{i}={value}" for i in range(n))


cookie("the eighth is looked at", HOLDS, f"{some(7)}; cs={T}")
cookie("the ninth is not looked at", MALFORMED, f"{some(8)}; cs={T}")
cookie("the ninth is not looked at for its denial either", MALFORMED, f"{some(8)}; cs={LATE}")
cookie("the eighth is looked at for its denial", EXPIRED, f"{some(7)}; cs={LATE}")
cookie("eight of one name, the last good", HOLDS, "; ".join(["cs=x"] * 7 + [f"cs={T}"]))
cookie("nine of one name, the last good", MALFORMED, "; ".join(["cs=x"] * 8 + [f"cs={T}"]))
cookie("empty ones do not count towards eight", HOLDS,
       "; ".join(f"cs-{i}=" for i in range(9)) + f"; {some(7)}; cs={T}")
cookie("others do not count towards eight", HOLDS,
       "; ".join(f"x{i}=1" for i in range(20)) + f"; {some(7)}; cs={T}")
cookie("shadowed ones do not count towards eight", HOLDS, f"{some(9)}; __Host-cs={T}")
cookie("a __Host- behind eight plain ones still shadows", EXPIRED, f"{some(8, T)}; __Host-cs={LATE}")
cookie("the eighth of __Host- is looked at", HOLDS,
       "; ".join(f"__Host-cs-{i}=x; cs-{i}=y" for i in range(7)) + f"; __Host-cs={T}")
cookie("the ninth of __Host- is not looked at", MALFORMED,
       "; ".join(f"__Host-cs-{i}=x" for i in range(8)) + f"; __Host-cs={T}")
cookie("ones with bad escapes count towards eight", MALFORMED, f"{some(8, '%zz')}; cs={T}")
case("cookie: eight are counted over the lines", HOLDS, "/a",
     [["Cookie", some(4)], ["Cookie", "cs=y; cs=y; cs=y"], ["Cookie", f"cs={T}"]])
case("cookie: the ninth over the lines is not looked at", MALFORMED, "/a",
     [["Cookie", some(4)], ["Cookie", "cs=y; cs=y; cs=y; cs=y"], ["Cookie", f"cs={T}"]])

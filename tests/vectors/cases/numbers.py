"""The fields that are numbers: exp, nbf, iat, uses, bps."""
from .kit import BASE, allow, bad, case, good, q, token

PAST = "~nbf=1700000000"

# The spelling of a number, in each field of one
for head, what in [("1~kid=k1~exp=", "exp"), (BASE + "~nbf=", "nbf"), (BASE + "~iat=", "iat"),
                   (BASE + "~jti=t~uses=", "uses"), (BASE + "~bps=", "bps")]:
    bad(f"{what} of 0 is malformed", head + "0")
    bad(f"{what} with a leading zero is malformed", head + "01500")
    bad(f"{what} with a minus sign is malformed", head + "-1500")
    bad(f"{what} with a fraction is malformed", head + "1500.5")
    bad(f"{what} of eleven figures is malformed", head + "10000000000")
for tail, what in [("x", "with a letter"), ("_000", "with an underscore"), (":", "with a colon"),
                   ("~20", "and a blank")]:
    bad(f"exp {what} is malformed", "1~kid=k1~exp=1900000000"[:-len("000")] + tail)
bad("exp in hex is malformed", "1~kid=k1~exp=0x71400000")
bad("exp as a power is malformed", "1~kid=k1~exp=19e8")
bad("exp as a date is malformed", "1~kid=k1~exp=2030-03-17T17:46:40Z")
bad("exp with an escaped plus sign is malformed", "1~kid=k1~exp=~2B1900000000")
bad("exp of figures that are not ASCII is malformed", "1~kid=k1~exp=~D9~A1~D9~A9")
bad("exp of eleven figures with a leading zero is malformed", "1~kid=k1~exp=01900000000")
bad("exp of twenty figures is malformed", "1~kid=k1~exp=18446744075609551616")
case("exp of ten nines", allow("/a", "query", exp=9999999999),
     q("/a", token("1~kid=k1~exp=9999999999", "/a")))
case("exp of one figure is a number, of a time long ago", {"deny": "expired"},
     q("/a", token("1~kid=k1~exp=1", "/a")))
case("exp of one figure before its time", allow("/a", "query", exp=9),
     q("/a", token("1~kid=k1~exp=9", "/a")), now=8)
case("exp of 4294967297 is not exp of 1", allow("/a", "query", exp=4294967297),
     q("/a", token("1~kid=k1~exp=4294967297", "/a")))

good("nbf in the past", PAST, nbf=1700000000)
good("nbf of 1", "~nbf=1", nbf=1)
bad("nbf of ten nines is a number, of a time far away", BASE + "~nbf=9999999999", "not_yet_valid")
good("iat in the past", "~iat=1700000000", iat=1700000000)
good("iat in the future is not looked at", "~iat=9999999999", iat=9999999999)
good("iat of 1", "~iat=1", iat=1)
good("iat after exp is not looked at", "~iat=1900000001", iat=1900000001)

# Uses
good("one use", "~jti=t~uses=1", jti="t", uses=1)
good("999,999 uses", "~jti=t~uses=999999", jti="t", uses=999999)
good("1,000,000 uses", "~jti=t~uses=1000000", jti="t", uses=1000000)
bad("1,000,001 uses are malformed", BASE + "~jti=t~uses=1000001")
bad("9,999,999,999 uses are malformed", BASE + "~jti=t~uses=9999999999")
bad("uses without jti are malformed", BASE + "~uses=1")
bad("uses with sid and without jti are malformed", BASE + "~sid=s~uses=1")

# Bytes a second
good("1,024 bytes a second", "~bps=1024", bps=1024)
good("1,025 bytes a second", "~bps=1025", bps=1025)
good("9,999,999,999 bytes a second", "~bps=9999999999", bps=9999999999)
bad("1,023 bytes a second are malformed", BASE + "~bps=1023")
bad("one byte a second is malformed", BASE + "~bps=1")

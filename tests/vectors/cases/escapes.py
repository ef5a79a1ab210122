"""One value, one spelling."""
from .kit import BASE, bad, good

good("é is two escapes", "~sub=~C3~A9", sub="é")
good("é in its other normal form is another value", "~sub=e~CC~81", sub="e\u0301")
good("a blank is an escape", "~sub=a~20b", sub="a b")
good("a tilde is an escape", "~sub=~7Ejoe", sub="~joe")
good("an escaped field is data", "~sub=~7Ekid~3Dk2", sub="~kid=k2")
good("an escaped exclamation mark is data", "~sub=a~21b", sub="a!b")
good("an escaped star is data", "~sub=a~2Ab", sub="a*b")
good("an escaped per cent sign is data, decoded no further", "~sub=a~2541", sub="a%41")
good("an escaped plus sign is a plus sign", "~sub=a~2Bb", sub="a+b")
good("an escape is followed by figures that are no part of it", "~sub=~2012", sub=" 12")
good("an escape is followed by capitals that are no part of it", "~sub=~20AF", sub=" AF")
good("a sign of four bytes", "~sub=~F0~9F~94~91", sub="\U0001F511")
good("a control from U+0080 up is text", "~sub=~C2~80", sub="\u0080")
good("a byte order mark is text", "~sub=~EF~BB~BFa", sub="\ufeffa")
good("U+FFFF is text", "~sub=~EF~BF~BF", sub="\uffff")
good("the last sign of Unicode is text", "~sub=~F4~8F~BF~BF", sub="\U0010ffff")
good("every sign of ASCII that is escaped",
     "~data=~20~21~22~23~24~25~26~27~28~29~2A~2B~2C~3B~3C~3D~3E~3F~40~5B~5C~5D~5E~60~7B~7C~7D~7E",
     data=" !\"#$%&'()*+,;<=>?@[\\]^`{|}~")

# Never of a bare byte
for code, word in [
    ("41", "A"), ("5A", "Z"), ("61", "a"), ("7A", "z"), ("30", "0"), ("39", "9"),
    ("2D", "-"), ("2E", "."), ("5F", "_"), ("2F", "/"), ("3A", ":"),
]:
    bad(f"an escape of the bare byte {word} is malformed", BASE + "~sub=x~" + code)
bad("an escape of a bare byte in an unknown field is malformed", BASE + "~zz=~61")
bad("an escape of a bare byte in kid is malformed", "1~kid=k~31~exp=1900000000")
bad("an escape of a bare byte in exp is malformed", "1~kid=k1~exp=190000000~30")
bad("an escaped slash in a pattern is malformed", BASE + "~path=~2Fa")
bad("an escaped point in a pattern is malformed", BASE + "~path=/~2E~2E/a")

# Broken escapes
bad("a lower-case hex digit in an escape is malformed", BASE + "~sub=~2a")
bad("a lower-case first hex digit in an escape is malformed", BASE + "~sub=~c3~a9")
bad("a lower-case second hex digit in an escape is malformed", BASE + "~sub=~C3~A9~E2~82~Ac")
bad("a lower-case escape in an unknown field is malformed", BASE + "~zz=~2a")
bad("an escape of one digit at the end is malformed", BASE + "~sub=a~2")
bad("an escape of one digit before a field is malformed", BASE + "~sub=a~2~data=x")
bad("an escape with a letter beyond F is malformed", BASE + "~sub=~2G")
bad("an escape of a letter beyond F is malformed", BASE + "~sub=~G2")
bad("an escape of per cent in place of a tilde is malformed", BASE + "~sub=a%20b")

# The spelling of data and of signs of the format
bad("a bare star in a text is malformed", BASE + "~sub=a*b")
bad("a bare exclamation mark in a text is malformed", BASE + "~sub=a!b")
bad("a bare star in a parameter name is malformed", BASE + "~qs=a*")
bad("a bare star for every method is malformed", BASE + "~method=*")
bad("a bare star for every country is malformed", BASE + "~geo=*")
bad("a bare star in an address is malformed", BASE + "~ip=10.0.0.*")
bad("a bare star in kid is malformed", "1~kid=k*~exp=1900000000")
bad("a list in kid is malformed", "1~kid=k1!k2~exp=1900000000")
bad("a list in exp is malformed", "1~kid=k1~exp=1900000000!2000000000")
bad("a list in jti is malformed", BASE + "~jti=a!b")
bad("a bare star in data is malformed", BASE + "~data=*")
bad("a bare star in ct is malformed", BASE + "~ct=text/*")
bad("a bare exclamation mark in cd is malformed", BASE + "~cd=attachment:a!.txt")

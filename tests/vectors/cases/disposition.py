"""Content-Disposition and Content-Type: cd and ct."""
from .kit import BASE, bad, good

good("cd inline", "~cd=inline", cd="inline")
good("cd attachment", "~cd=attachment", cd="attachment")
good("cd inline with a file name", "~cd=inline:a.pdf", cd="inline:a.pdf")
good("cd attachment with a file name", "~cd=attachment:a.pdf", cd="attachment:a.pdf")
good("a file name of one byte", "~cd=attachment:a", cd="attachment:a")
good("a file name with blanks and brackets", "~cd=attachment:a~20~281~29.pdf", cd="attachment:a (1).pdf")
good("a file name with an é", "~cd=attachment:~C3~A9.pdf", cd="attachment:é.pdf")
good("a file name with a colon", "~cd=attachment:a:b", cd="attachment:a:b")
good("a file name with quotes", "~cd=attachment:~22a~22", cd='attachment:"a"')
good("a file name with an escaped star and exclamation mark", "~cd=inline:~2A~21", cd="inline:*!")
good("a file name of 180 bytes", "~cd=attachment:" + "x" * 180, cd="attachment:" + "x" * 180)
bad("a file name of 181 bytes is malformed", BASE + "~cd=attachment:" + "x" * 181)
good("an inline file name of 180 bytes", "~cd=inline:" + "x" * 180, cd="inline:" + "x" * 180)
bad("an inline file name of 181 bytes is malformed", BASE + "~cd=inline:" + "x" * 181)
good("a file name of 90 times é, 180 bytes", "~cd=inline:" + "~C3~A9" * 90, cd="inline:" + "é" * 90)
bad("a file name of 90 times é and a letter, 181 bytes, is malformed",
    BASE + "~cd=inline:" + "~C3~A9" * 90 + "x")
for text, what in [
    ("attachment:", "an empty file name"), ("inline:", "an empty inline file name"),
    ("Inline", "a capital"), ("INLINE", "capitals"), ("form-data", "another word"), (":a.pdf", "no word"),
    ("attachment.pdf", "a word that goes on"), ("attachmentx:a", "a word that goes on before the colon"),
    ("attachment~3Ba", "a semicolon"), ("attachment~20:a", "a blank before the colon"),
    ("a.pdf", "a file name alone"), ("attachment:a/b", "a slash in the file name"),
    ("attachment:/", "a slash for a file name"), ("attachment:a~5Cb", "a backslash in the file name"),
    ("attachment:a~0Ab", "a line feed in the file name"), ("attachment:a~0D", "a carriage return"),
    ("attachment:a~00", "a NUL byte in the file name"), ("attachment:~7F", "a byte 0x7F in the file name"),
    ("attachment:~FF", "a file name that is no UTF-8"), ("inline!attachment", "a list"),
]:
    bad(f"a cd with {what} is malformed", BASE + "~cd=" + text)

good("ct of type and subtype", "~ct=video/mp4", ct="video/mp4")
good("ct of one letter each", "~ct=a/b", ct="a/b")
good("ct in capitals", "~ct=Text/HTML", ct="Text/HTML")
good("ct with a parameter", "~ct=text/html~3B~20charset~3Dutf-8", ct="text/html; charset=utf-8")
good("ct with two parameters", "~ct=a/b~3B~20c~3Dd~3B~20e~3Df", ct="a/b; c=d; e=f")
good("ct with every sign that a token of RFC 9110 may have beside letters and figures",
     "~ct=~21~23~24~25~26~27~2A/~2B-.~5E_~60~7C~7E", ct="!#$%&'*/+-.^_`|~")
good("ct with a plus sign", "~ct=image/svg~2Bxml", ct="image/svg+xml")
good("ct of 100 bytes", "~ct=text/" + "x" * 95, ct="text/" + "x" * 95)
bad("ct of 101 bytes is malformed", BASE + "~ct=text/" + "x" * 96)
good("ct of 100 bytes with a parameter",
     "~ct=text/plain~3B~20p~3D" + "x" * 86, ct="text/plain; p=" + "x" * 86)
bad("ct of 101 bytes with a parameter is malformed", BASE + "~ct=text/plain~3B~20p~3D" + "x" * 87)
for text, what in [
    ("text", "no subtype"), ("text/", "an empty subtype"), ("/plain", "an empty type"),
    ("text/plain/x", "two slashes"), ("text/plain~3B", "a semicolon at its end"),
    ("text/plain~3B~20", "an empty parameter"), ("text/plain~3Bp~3Dx", "no blank after the semicolon"),
    ("text/plain~3B~20~20p~3Dx", "two blanks after the semicolon"),
    ("text/plain~20~3B~20p~3Dx", "a blank before the semicolon"),
    ("text/plain~3B~09p~3Dx", "a tab after the semicolon"),
    ("text/plain~3B~20p", "a parameter without a value"), ("text/plain~3B~20p~3D", "an empty value"),
    ("text/plain~3B~20~3Dx", "an empty name of a parameter"),
    ("text/plain~3B~20p~3D~22x~22", "a quoted value"), ("text/plain~3B~20p~3Dx~20", "a blank behind"),
    ("~20text/plain", "a blank in front"), ("text/pl~20ain", "a blank inside"),
    ("text/plain~3B~20p~3Dx/y", "a slash in a value"), ("text/plain~3B~20p~3Dx:y", "a colon in a value"),
    ("text/plain~3B~20p~3Dx~3Dy", "an equals sign in a value"),
    ("text/plain~2C~20text/html", "a comma"), ("text/pl~C3~A9", "an é"), ("text/plain~0A", "a line feed"),
    ("text/~28plain~29", "brackets"), ("text/plain~3Cb~3E", "angle brackets"),
    ("text/a!text/b", "a list"),
]:
    bad(f"a ct with {what} is malformed", BASE + "~ct=" + text)

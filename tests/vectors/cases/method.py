"""Methods."""
from .kit import BASE, allow, bad, case, deny, q, token


def method(name, expect, word, text=None):
    if text is None:
        tail, fields = "", {}
    else:
        tail, fields = "~method=" + text, {"method": text.split("!")}
    expect = allow("/a", "query", **fields) if expect else deny("method")
    case(name, expect, q("/a", token(BASE + tail, "/a")), method=word)


method("GET without a method field", True, "GET")
method("HEAD without a method field", True, "HEAD")
method("POST without a method field", False, "POST")
method("PUT without a method field", False, "PUT")
method("DELETE without a method field", False, "DELETE")
method("OPTIONS without a method field", False, "OPTIONS")
method("GET where GET is granted", True, "GET", "GET")
method("HEAD where GET is granted", True, "HEAD", "GET")
method("HEAD where HEAD is granted", True, "HEAD", "HEAD")
method("GET where HEAD is granted", False, "GET", "HEAD")
method("PUT where PUT is granted", True, "PUT", "PUT")
method("GET where PUT is granted", False, "GET", "PUT")
method("HEAD where PUT is granted", False, "HEAD", "PUT")
method("POST where PUT is granted", False, "POST", "PUT")
method("HEAD where GET is the second", True, "HEAD", "PUT!GET")
method("the second of two methods", True, "POST", "PUT!POST")
method("a method of one letter", True, "A", "A")
method("a method of 16 letters", True, "ABCDEFGHIJKLMNOP", "ABCDEFGHIJKLMNOP")
method("a method that begins with the one granted", False, "GETS", "GET")
method("a method with which the one granted begins", False, "GE", "GET")

for text, what in [
    ("get", "lower case"), ("Get", "mixed case"), ("ABCDEFGHIJKLMNOPQ", "17 letters"),
    ("GET1", "a figure"), ("M-SEARCH", "a hyphen"), ("-GET", "a leading hyphen"),
    ("GET~20", "a blank"), ("GET~2A", "an escaped star"), ("GET!put", "lower case in the second"),
]:
    bad(f"a method with {what} is malformed", BASE + "~method=" + text)

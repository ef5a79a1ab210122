"""Countries."""
from .kit import BASE, allow, bad, case, deny, q, token


def geo(name, expect, country, text):
    expect = allow("/a", "query", geo=text.split("!")) if expect else deny("geo")
    case(name, expect, q("/a", token(BASE + "~geo=" + text, "/a")), country=country)


geo("a country that is granted", True, "DE", "DE")
geo("a country that is not granted", False, "FR", "DE")
geo("the last of three countries", True, "CH", "DE!AT!CH")
geo("none of three countries", False, "LI", "DE!AT!CH")
geo("a country that is not excluded", True, "FR", "-DE")
geo("a country that is excluded", False, "DE", "-DE")
geo("the second country that is excluded", False, "AT", "-DE!-AT")
geo("a country beside two that are excluded", True, "CH", "-DE!-AT")
geo("an unknown country where one is granted", False, None, "DE")
geo("an unknown country where one is excluded", False, None, "-DE")
geo("the country XX is unknown, even where it is listed", False, "XX", "XX")
geo("the country ZZ is unknown, even where it is listed", False, "ZZ", "DE!ZZ")
geo("the country XX is unknown where another is excluded", False, "XX", "-DE")
geo("the country ZZ is unknown where another is excluded", False, "ZZ", "-DE")
geo("a known country where XX is listed too", True, "DE", "XX!DE")
geo("a known country where XX is excluded", True, "DE", "-XX")
geo("a country in lower case is unknown", False, "de", "DE")
geo("a country in lower case is unknown where another is excluded", False, "fr", "-DE")
geo("a country in mixed case is unknown", False, "De", "DE")
geo("an empty country is unknown", False, "", "-DE")
geo("a country of one letter is unknown", False, "D", "-DE")
geo("a country of three letters is unknown", False, "DEU", "-FR")
geo("a country with a figure is unknown", False, "T1", "-DE")
geo("a country with a blank is unknown", False, "DE ", "DE")
geo("a country of letters that are not A to Z is unknown", False, "ÄÖ", "-DE")
case("the country is of no matter without geo", allow("/a", "query"),
     q("/a", token(BASE, "/a")), country="XX")

for text, what in [
    ("de", "lower case"), ("De", "mixed case"), ("D", "one letter"), ("DEU", "three letters"),
    ("D1", "a figure"), ("-", "a hyphen alone"), ("--DE", "two hyphens"), ("-de", "an excluded lower case"),
    ("-DEU", "three excluded letters"), ("DE-", "a hyphen behind"), ("DE!-FR", "plain before excluded"),
    ("-DE!FR", "excluded before plain"), ("DE/FR", "a slash"), ("~C3~84~C3~96", "letters that are not A to Z"),
    ("DE~20", "a blank"),
]:
    bad(f"a geo with {what} is malformed", BASE + "~geo=" + text)

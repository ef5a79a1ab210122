"""Addresses: how a token spells them, and how a client may."""
from .kit import BASE, allow, bad, case, deny, good, q, token

# In a token
good("an IPv4 address", "~ip=10.0.0.1", ip_="10.0.0.1", ip=["10.0.0.1"])
good("the IPv4 address 0.0.0.0", "~ip=0.0.0.0", ip_="0.0.0.0", ip=["0.0.0.0"])
good("the IPv4 address 255.255.255.255", "~ip=255.255.255.255", ip_="255.255.255.255",
     ip=["255.255.255.255"])
for text, what in [
    ("256.0.0.1", "a figure of 256"), ("10.0.0.01", "a leading zero"), ("10.0.0.00", "two zeros"),
    ("10.0.0", "three figures"), ("10.0.0.1.2", "five figures"), ("10.0.0.", "an empty figure"),
    ("10", "one figure"), ("10.0.0.0x1", "a figure in hex"), ("10.0.0.1:80", "a port"),
    ("10.0.0.-1", "a sign"), ("10.0.0.1~20", "a blank"), ("example.org", "a name of a host"),
    ("-10.0.0.1", "a leading hyphen"),
]:
    bad(f"an IPv4 address with {what} is malformed", BASE + "~ip=" + text)
for text, what in [
    ("2001:db8:0:0:0:0:0:1", "eight groups"), ("2001:db8::1", "a gap"), ("::", "a gap alone"),
    ("::1", "a gap at the start"), ("2001:db8::", "a gap at the end"),
    ("1:2:3:4:5:6:7::", "a gap of one group"), ("::2:3:4:5:6:7:8", "a gap of one group at the start"),
    ("1:2:3::5:6:7:8", "a gap of one group inside"), ("2001:db8:0:0::1", "a gap and zeros beside it"),
    ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "every bit set"), ("::102:304", "a small number"),
    ("::fffe:1:2", "a place next to the mapped ones"), ("0:0:0:0:1:ffff:1:2", "ffff in sixth place"),
]:
    client = text
    good(f"an IPv6 address with {what}", "~ip=" + text, ip_=client, ip=[text])
for text, what in [
    ("2001:DB8::1", "capitals"), ("2001:0db8::1", "a leading zero in a group"),
    ("2001:db8::00", "two zeros in a group"), ("2001:db8::12345", "five digits in a group"),
    ("2001:db8::1::2", "two gaps"), (":::", "three colons"), ("2001:db8:::1", "three colons inside"),
    ("1:2:3:4:5:6:7", "seven groups"), ("1:2:3:4:5:6:7:8:9", "nine groups"),
    ("1:2:3:4::5:6:7:8", "a gap of no group"), ("::1:2:3:4:5:6:7:8", "a gap of no group at the start"),
    ("1:2:3:4:5:6:7:", "a colon at the end"), (":1:2:3:4:5:6:7", "a colon at the start"),
    (":1", "a lone colon"), ("2001:db8::g", "a letter beyond f"), ("::1.2.3.4", "figures in it"),
    ("64:ff9b::1.2.3.4", "figures at its end"), ("fe80::1~25eth0", "a zone"),
    ("~5B::1~5D", "square brackets"), (":", "one colon"),
]:
    bad(f"an IPv6 address with {what} is malformed", BASE + "~ip=" + text)
for text, what in [
    ("::ffff:102:304", "with a gap"), ("0:0:0:0:0:ffff:102:304", "of eight groups"),
    ("::ffff:1.2.3.4", "with figures"), ("::ffff:0:0", "the first"), ("::ffff:ffff:ffff", "the last"),
    ("0::ffff:1:2", "with a gap after a zero"),
]:
    bad(f"a mapped address {what} is malformed in a token", BASE + "~ip=" + text)


# Of a client
def client(name, expect, ip, text):
    expect = allow("/a", "query", ip=[text]) if expect is True else deny("ip")
    case(name, expect, q("/a", token(BASE + "~ip=" + text, "/a")), ip=ip)


client("another IPv4 address", False, "10.0.0.2", "10.0.0.1")
client("another IPv6 address", False, "2001:db8::2", "2001:db8::1")
client("an unknown address", False, None, "10.0.0.1")
client("an unknown address under the network of all IPv4", False, None, "0.0.0.0/0")
client("a client in eight groups is the address with a gap", True,
       "2001:db8:0:0:0:0:0:1", "2001:db8::1")
client("a client with a gap is the address in eight groups", True,
       "2001:db8::1", "2001:db8:0:0:0:0:0:1")
client("a client in capitals", True, "2001:DB8::AB", "2001:db8::ab")
client("a client with leading zeros in its groups", True,
       "2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1")
client("a client with figures at its end", True, "64:ff9b::1.2.3.4", "64:ff9b::102:304")
client("a client of six groups and figures", True, "0:0:0:0:0:1:1.2.3.4", "::1:102:304")
client("a client ::1.2.3.4 is an IPv6 address", True, "::1.2.3.4", "::102:304")
client("a client ::1.2.3.4 is not the IPv4 address", False, "::1.2.3.4", "1.2.3.4")
client("a mapped client with figures is the IPv4 address", True, "::ffff:1.2.3.4", "1.2.3.4")
client("a mapped client in hex is the IPv4 address", True, "::ffff:102:304", "1.2.3.4")
client("a mapped client in capitals is the IPv4 address", True, "::FFFF:1.2.3.4", "1.2.3.4")
client("a mapped client in eight long groups is the IPv4 address", True,
       "0000:0000:0000:0000:0000:ffff:0102:0304", "1.2.3.4")
client("a mapped client in an IPv4 network", True, "::ffff:10.9.8.7", "10.0.0.0/8")
client("a mapped client outside an IPv4 network", False, "::ffff:11.9.8.7", "10.0.0.0/8")
client("a mapped client is in no IPv6 network", False, "::ffff:1.2.3.4", "::/0")
client("an IPv4 client is in no IPv6 network", False, "1.2.3.4", "::/0")
client("an IPv6 client is in no IPv4 network", False, "2001:db8::1", "0.0.0.0/0")
for ip, what in [
    ("", "empty"), ("10.0.0.01", "IPv4 with a leading zero"), ("10.0.0.256", "IPv4 beyond 255"),
    ("10.0.0.1:443", "IPv4 with a port"), (" 10.0.0.1", "IPv4 after a blank"),
    ("10.0.0.1 ", "IPv4 before a blank"), ("10.0.1", "IPv4 of three figures"),
    ("0xa000001", "IPv4 in hex"), ("167772161", "IPv4 as one number"),
    ("10.0.0.1, 10.0.0.1", "a list"), ("localhost", "a name"), ("unknown", "a word"),
]:
    client(f"a client that is {what} is unknown", False, ip, "0.0.0.0/0")
for ip, what in [
    ("[2001:db8::1]", "IPv6 in brackets"), ("fe80::1%eth0", "IPv6 with a zone"),
    ("2001:db8::00001", "IPv6 with five digits"), ("2001:db8::1::2", "IPv6 with two gaps"),
    ("1:2:3:4:5:6:7", "IPv6 of seven groups"), ("1:2:3:4:5:6:7:1.2.3.4", "IPv6 too long for figures"),
    ("::1.2.3", "IPv6 with three figures"), ("::1.2.3.4:5", "IPv6 with figures inside"),
    ("2001:db8::g", "IPv6 with a letter beyond f"),
]:
    client(f"a client that is {what} is unknown", False, ip, "::/0")
case("a client that does not parse is of no matter without ip", allow("/a", "query"),
     q("/a", token(BASE, "/a")), ip="what")

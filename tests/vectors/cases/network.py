"""Networks: the length of a prefix and the bits beyond it."""
from .kit import BASE, allow, bad, case, deny, q, token


def net(name, expect, ip, text):
    expect = allow("/a", "query", ip=text.split("!")) if expect else deny("ip")
    case(name, expect, q("/a", token(BASE + "~ip=" + text, "/a")), ip=ip)


net("the first address of a /8", True, "10.0.0.0", "10.0.0.0/8")
net("the last address of a /8", True, "10.255.255.255", "10.0.0.0/8")
net("the address before a /8", False, "9.255.255.255", "10.0.0.0/8")
net("the address after a /8", False, "11.0.0.0", "10.0.0.0/8")
net("the last address of a /12", True, "172.31.255.255", "172.16.0.0/12")
net("the address after a /12", False, "172.32.0.0", "172.16.0.0/12")
net("a /32 has its address", True, "10.0.0.1", "10.0.0.1/32")
net("a /32 has no other address", False, "10.0.0.0", "10.0.0.1/32")
net("a /31 has two addresses", True, "10.0.0.3", "10.0.0.2/31")
net("a /31 has not the address before", False, "10.0.0.1", "10.0.0.2/31")
net("a /1 has the upper half", True, "128.0.0.1", "128.0.0.0/1")
net("a /1 has not the lower half", False, "127.255.255.255", "128.0.0.0/1")
net("a /0 has every IPv4 address", True, "203.0.113.9", "0.0.0.0/0")
net("the last address of a /32 of IPv6", True,
    "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db8::/32")
net("the address after a /32 of IPv6", False, "2001:db9::", "2001:db8::/32")
net("a /33 of IPv6 has not its neighbour", False, "2001:db8:8000::", "2001:db8::/33")
net("a /33 of IPv6 has its last address", True, "2001:db8:7fff::1", "2001:db8::/33")
net("a /128 has its address", True, "2001:db8::1", "2001:db8::1/128")
net("a /128 has no other address", False, "2001:db8::", "2001:db8::1/128")
net("a /127 has two addresses", True, "2001:db8::3", "2001:db8::2/127")
net("a /65 of IPv6 looks at its 65th bit", False, "2001:db8::8000:0:0:1", "2001:db8::/65")
net("a /64 of IPv6 does not look at the 65th bit", True, "2001:db8::8000:0:0:1", "2001:db8::/64")
net("a /0 has every IPv6 address", True, "2001:db8::1", "::/0")
net("the network ::/80 has ::fffe:1:2", True, "::fffe:1:2", "::/80")
net("the network ::/81 has not ::fffe:1:2", False, "::fffe:1:2", "::/81")
net("the network around the mapped ones has its other half", True, "::fffe:1:2", "::fffe:0:0/95")
net("the network around the mapped ones has no mapped client", False,
    "::ffff:1.2.3.4", "::fffe:0:0/95")
net("the second of two networks", True, "192.0.2.7", "10.0.0.0/8!192.0.2.0/24")
net("neither of two networks", False, "192.0.3.7", "10.0.0.0/8!192.0.2.0/24")
net("a network of each family, IPv6", True, "2001:db8::1", "10.0.0.0/8!2001:db8::/32")
net("a network of each family, IPv4", True, "10.2.3.4", "2001:db8::/32!10.0.0.0/8")

for text, what in [
    ("10.0.0.0/33", "an IPv4 prefix of 33"), ("2001:db8::/129", "an IPv6 prefix of 129"),
    ("10.0.0.0/08", "a prefix with a leading zero"), ("0.0.0.0/00", "a prefix of two zeros"),
    ("2001:db8::/032", "an IPv6 prefix with a leading zero"),
    ("10.0.0.0/", "an empty prefix"), ("10.0.0.0/-8", "a prefix with a sign"),
    ("10.0.0.0/8/8", "two prefixes"), ("10.0.0.0/255.0.0.0", "a mask"), ("/8", "no address"),
    ("10.0.0.0/8x", "a letter after the prefix"), ("10/8", "a short address"),
    ("10.0.0.0/4294967304", "a prefix beyond 32 bits"),
    ("10.0.0.1/8", "a bit beyond a /8"), ("10.0.0.1/31", "a bit beyond a /31"),
    ("128.0.0.0/0", "a bit beyond a /0"), ("172.24.0.0/12", "a bit beyond a /12"),
    ("2001:db8::1/32", "a bit beyond a /32 of IPv6"), ("2001:db8::1/127", "a bit beyond a /127"),
    ("2001:db8:8000::/32", "the first bit beyond a /32 of IPv6"), ("::1/0", "a bit beyond a /0 of IPv6"),
    ("::ffff:0:0/96", "the network of the mapped ones"),
    ("::ffff:a00:0/104", "a network of mapped ones"), ("::ffff:102:304/128", "one mapped address"),
]:
    bad(f"{what} is malformed", BASE + "~ip=" + text)

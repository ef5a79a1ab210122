"""A token as a parameter."""
from .kit import BASE, allow, case, deny, q, token

T = token(BASE, "/a")
HOLDS, MISSING, MALFORMED = allow("/a", "query"), deny("missing"), deny("malformed")
EVERY = "".join("%%%02x" % b for b in T.encode())

for target, what in [
    (f"/a?cs={T}", "a token as the only parameter"),
    (f"/a?x=1&cs={T}", "a token as the second parameter"),
    (f"/a?cs={T}&x=1", "a token as the first parameter"),
    (f"/a?&&cs={T}&&", "a token between empty pieces"),
    (f"/a?x&cs={T}", "a token behind a parameter without a value"),
    (f"/a?x=a?b&cs={T}", "a token behind a question mark in another value"),
    (f"/a?x=%zz&%=%&cs={T}", "a token beside bad escapes of others"),
    (f"/a?=1&cs={T}", "a token beside a parameter without a name"),
    (f"/a?x=1;y=2&cs={T}", "a token beside a semicolon in another value"),
    (f"/a?x=+&cs={T}", "a token beside a plus sign in another value"),
    (f"/a?CS=x&cs={T}", "a token beside a parameter in capitals"),
    (f"/a?cs-1=x&cs={T}", "a token beside a parameter cs-1"),
    (f"/a?csx=1&xcs=2&cs={T}", "a token beside longer names"),
    (f"/a?c%73%=1&cs={T}", "a token beside a name like its own with a bad escape"),
    (f"/a?x=&cs={T}&x=cs={T}", "a token beside another parameter that holds one"),
    (f"/a?%63%73={T}", "a parameter cs spelt with escapes"),
    (f"/a?c%73={T}", "a parameter cs spelt with one escape"),
    (f"/a?cs={EVERY}", "a token with every byte escaped in lower case"),
    (f"/a?cs={T.replace('~', '%7E').replace('=', '%3D')}", "a token with its tildes and equals signs escaped"),
]:
    case(f"query: {what}", HOLDS, target)

for target, what in [
    ("/a", "no query"), ("/a?", "an empty query"), ("/a?&", "an empty piece"), ("/a?x=1", "another parameter"),
    (f"/a?CS={T}", "a parameter in capitals"), (f"/a?csx={T}", "a longer name"), (f"/a?xcs={T}", "a name before it"),
    (f"/a?x=1;cs={T}", "a semicolon, which does not separate"), (f"/a??cs={T}", "a question mark of the name"),
    (f"/a?x?cs={T}", "a second question mark, which does not separate"),
    (f"/a?%2563s={T}", "a name decoded once only"), (f"/a?cs%={T}", "a name with a bad escape"),
    (f"/a?%zzcs={T}", "a name with a bad escape in front"), (f"/a?cs%00={T}", "a name with a NUL byte"),
    (f"/a?cs+={T}", "a name with a plus sign"), (f"/a?+cs={T}", "a name with a plus sign in front"),
    (f"/a?%20cs={T}", "a name with a blank in front"), (f"/a?cs[]={T}", "a name with brackets"),
    (f"/a?cs%3D={T}", "a name with an escaped equals sign"), (f"/a?cs%3D{T}", "an escaped equals sign, all name"),
    (f"/a?={T}", "an empty name"), (f"/a?x%26cs={T}", "an escaped ampersand, which does not separate"),
    (f"/a%3Fcs={T}", "an escaped question mark, which starts no query"),
]:
    case(f"query: no token with {what}", MISSING, target)

for target, what in [
    ("/a?cs", "without an equals sign"), ("/a?cs=", "that is empty"), ("/a?cs&x=1", "without an equals sign, first"),
    (f"/a?cs=={T}", "behind two equals signs"), (f"/a?cs=+{T}", "behind a plus sign"), (f"/a?cs={T}+", "before a plus sign"),
    (f"/a?cs=%20{T}", "behind a blank"), (f"/a?cs={T};x=1", "before a semicolon"), (f"/a?cs=%22{T}%22", "in quotes"),
    (f"/a?cs={T}%", "with a lone per cent sign"), (f"/a?cs={T}%4", "with a cut escape"), (f"/a?cs=%zz{T}", "with a bad escape"),
    ("/a?cs=2~%zz", "of version 2 with a bad escape"), ("/a?cs=%", "that is a per cent sign"),
    (f"/a?cs={T.replace('~', '%257E')}", "escaped twice"), (f"/a?cs={T}?x=1", "before a question mark"),
    (f"/a?cs={T}%26x=1", "before an escaped ampersand"), (f"/a?cs={T}/", "before a slash"),
]:
    case(f"query: a token {what} is malformed", MALFORMED, target)

P = token(BASE + "~path=/x~2By/**")
case("query: a token with an escape of its own", allow("/x+y/a", "query"), q("/x+y/a", P))
case("query: a token's own escapes are none of the query", MALFORMED, q("/x+y/a", P).replace("~2B", "%2B"))
case("query: a token among parameters that others add", HOLDS,
     f"/a?utm_source=x&cs={T}&fbclid=y")

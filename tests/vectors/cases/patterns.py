"""What a pattern covers."""
from .kit import BASE, allow, bad, case, deny, q, token


def covers(pattern, *targets):
    for target in targets:
        case(f"{pattern} covers {target}", allow(target, "query"),
             q(target, token(BASE + "~path=" + pattern)))


def misses(pattern, *targets):
    for target in targets:
        case(f"{pattern} does not cover {target}", deny("path"),
             q(target, token(BASE + "~path=" + pattern)))


covers("/a", "/a")
misses("/a", "/", "/a/", "/ab", "/a/b", "/A")
covers("/", "/")
misses("/", "/a")
covers("/a/", "/a/")
misses("/a/", "/a", "/a/b")
misses("/user1", "/user10")

# A star inside one segment
covers("/*", "/", "/a", "/abc")
misses("/*", "/a/", "/a/b")
covers("/a/*", "/a/", "/a/b", "/a/b.c")
misses("/a/*", "/a", "/a/b/", "/a/b/c", "/ab")
covers("/*/", "/a/")
misses("/*/", "/", "/a", "/a/b/")
covers("/*/b", "/a/b")
misses("/*/b", "/b", "/a/a/b")
covers("/a*", "/a", "/ab", "/a*")
misses("/a*", "/", "/ba", "/a/b", "/a/")
covers("/*a", "/a", "/aa", "/ba")
misses("/*a", "/ab", "/b/a")
covers("/a*c", "/ac", "/abc", "/abcbc")
misses("/a*c", "/a", "/acb", "/a/c")
covers("/*.m3u8", "/.m3u8", "/a.m3u8", "/a.m3u8.m3u8")
misses("/*.m3u8", "/a.m3u8x", "/am3u8", "/a/b.m3u8")
covers("/a*b*c", "/abc", "/axbyc", "/abbc", "/abcbc")
misses("/a*b*c", "/acb", "/ac", "/abcx")
covers("/*a*b*", "/ab", "/xaxbx", "/aab")
misses("/*a*b*", "/ba", "/a", "/b")
covers("/user*/x", "/user/x", "/user1/x", "/user10/x")
covers("/a/*/*/d", "/a/b/c/d")
misses("/a/*/*/d", "/a/b/d", "/a/b/c/c/d")

# Any run of segments
covers("/**", "/", "/a", "/a/", "/a/b/c", "/a/b/c/")
covers("/a/**", "/a/", "/a/b", "/a/b/", "/a/b/c")
misses("/a/**", "/a", "/ab", "/", "/b/a/c", "/A/b")
covers("/a/**/b", "/a/b", "/a/x/b", "/a/x/y/b", "/a/b/b")
misses("/a/**/b", "/a/", "/a/xb", "/a/b/", "/a/b/c", "/b", "/ab")
covers("/**/b", "/b", "/a/b", "/a/a/b")
misses("/**/b", "/ab", "/b/", "/b/a")
covers("/**/", "/", "/a/", "/a/b/")
misses("/**/", "/a", "/a/b")
covers("/a/**/", "/a/", "/a/b/", "/a/b/c/")
misses("/a/**/", "/a", "/a/b")
covers("/a/**/*", "/a/", "/a/b", "/a/b/", "/a/b/c")
misses("/a/**/*", "/a", "/b/a")
covers("/a/*/**", "/a/b/", "/a/b/c", "/a/b/c/d")
misses("/a/*/**", "/a/", "/a/b", "/a")
covers("/**/a/**", "/a/", "/a/b", "/x/a/b", "/x/a/", "/a/a/a")
misses("/**/a/**", "/a", "/x/a", "/b/")
covers("/a/**/b/**/c", "/a/b/c", "/a/x/b/y/c", "/a/b/b/c/c", "/a/c/b/c")
misses("/a/**/b/**/c", "/a/c", "/a/b", "/a/c/b", "/a/b/cc")
covers("/**/**/b", "/b", "/a/b", "/a/a/b")
covers("/**/**", "/", "/a", "/a/b")
covers("/**/*.ts", "/a.ts", "/hls/7/a.ts", "/.ts")
misses("/**/*.ts", "/a.tsx", "/a.ts/b")
covers("/**/a*/b", "/a/b", "/x/ax/b", "/a/x/a/b")
misses("/**/a*/b", "/x/b", "/ax/x/b", "/x/a/c")

# Data and wildcards
case("an escaped star is a star of the path", allow("/a*b", "query"),
     q("/a*b", token(BASE + "~path=/a~2Ab")))
case("an escaped star is no wildcard", deny("path"), q("/axb", token(BASE + "~path=/a~2Ab")))
case("two escaped stars are a segment of two stars", allow("/a/**", "query"),
     q("/a/**", token(BASE + "~path=/a/~2A~2A")))
case("two escaped stars are no wildcard", deny("path"), q("/a/b/c", token(BASE + "~path=/a/~2A~2A")))
case("an escaped star before a wildcard", allow("/*b", "query"), q("/*b", token(BASE + "~path=/~2A*")))
case("an escaped star before a wildcard has to be there", deny("path"),
     q("/bb", token(BASE + "~path=/~2A*")))
case("an escaped exclamation mark is of the path", allow("/a!b", "query"),
     q("/a!b", token(BASE + "~path=/a~21b")))
case("an escaped blank in a pattern", allow("/a b/c", "query"),
     q("/a%20b/c", token(BASE + "~path=/a~20b/*")))
case("an é in a pattern", allow("/é/c", "query"), q("/%C3%A9/c", token(BASE + "~path=/~C3~A9/*")))
case("an é in a pattern is not its other normal form", deny("path"),
     q("/e%CC%81/c", token(BASE + "~path=/~C3~A9/*")))
case("a wildcard stands for bytes of more than one each", allow("/xéy", "query"),
     q("/x%C3%A9y", token(BASE + "~path=/x*y")))
case("a per cent sign in a pattern", allow("/a%2Fb", "query"),
     q("/a%252Fb", token(BASE + "~path=/a~252Fb")))
case("a pattern of per cent, 2F does not cover the slash", deny("path"),
     q("/a/b", token(BASE + "~path=/a~252Fb")))
case("a wildcard stands for a per cent sign and what follows", allow("/a%2Fb", "query"),
     q("/a%252Fb", token(BASE + "~path=/a*b")))
case("a question mark in a pattern is itself", deny("path"), q("/ab", token(BASE + "~path=/a~3F")))
case("square brackets in a pattern are themselves", deny("path"), q("/a", token(BASE + "~path=/~5Ba~5D")))
case("the query is not of the path that a pattern covers", deny("path"),
     q("/a?b/c", token(BASE + "~path=/a/**")))

# Patterns that are none
for pattern, what in [
    ("/a**", "two stars behind a letter"), ("/**a", "two stars before a letter"),
    ("/a**b", "two stars between letters"), ("/***", "three stars"), ("/****", "four stars"),
    ("/a/**b/c", "two stars before a letter inside"), ("/**~2A", "two stars before an escaped star"),
    ("/*a**", "stars behind a star and a letter"), ("/a/***/b", "three stars inside"),
    ("a", "no slash"), ("*", "a star and no slash"), ("**", "two stars and no slash"), ("**/a", "two stars first"),
    ("//", "two slashes"), ("/a//b", "an empty segment"), ("/**//a", "an empty segment behind stars"),
    ("//**", "an empty segment before stars"), ("/.", "a segment of one point"), ("/a/../b", "a segment of two points"),
    ("/a/./**", "a segment of one point before stars"), ("/**/..", "a segment of two points behind stars"),
    ("/a~5Cb", "a backslash"), ("/a~00", "a NUL byte"), ("/a~0A*", "a line feed"), ("/a~1F", "a byte 0x1F"),
    ("/a~7F", "a byte 0x7F"), ("/~FF", "a byte 0xFF"), ("/~C3*~A9", "a sequence cut by a star"),
    ("/~C0~AF", "an overlong slash"), ("/~ED~A0~80", "a surrogate"),
]:
    bad(f"a pattern with {what} is malformed", BASE + "~path=" + pattern)
bad("the second of two patterns is judged too", BASE + "~path=/a!b")
case("a pattern of a point between stars", allow("/a.b", "query"),
     q("/a.b", token(BASE + "~path=/*.*")))
case("a pattern of a star between points", allow("/.a.", "query"), q("/.a.", token(BASE + "~path=/.*.")))
case("a pattern of 1,024 bytes", allow("/" + "x" * 1023, "query"),
     q("/" + "x" * 1023, token(BASE + "~path=/" + "x" * 1023)))
bad("a pattern of 1,025 bytes is malformed", BASE + "~path=/" + "x" * 1024)
case("a pattern of 1,024 bytes with a star", allow("/" + "x" * 1022, "query"),
     q("/" + "x" * 1022, token(BASE + "~path=/" + "x" * 1022 + "*")))
bad("a pattern of 1,025 bytes with a star is malformed", BASE + "~path=/" + "x" * 1023 + "*")
LONG = "~C3~A9" * 200 + "x" * 623  # 400 bytes and 623, and a slash
case("a pattern of 1,024 bytes once unescaped", allow("/" + "é" * 200 + "x" * 623, "query"),
     q("/" + "é" * 200 + "x" * 623, token(BASE + "~path=/" + LONG)))
bad("a pattern of 1,025 bytes once unescaped is malformed", BASE + "~path=/x" + LONG)

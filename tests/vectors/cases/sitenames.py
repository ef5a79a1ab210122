"""A site's own names of parameter, header and cookie."""
from .kit import BASE, SITE, allow, case, deny, p, public, q, report, token, with_

T = token(BASE, "/a")
OWN = with_(SITE, param="st", header="X-Site-Token", cookie="tok")
MISSING, MALFORMED, CONFLICT = deny("missing"), deny("malformed"), deny("conflict")


def own(name, expect, target, headers=(), site=OWN):
    case("own names: " + name, expect, target, headers, site=site)


own("the parameter", allow("/a", "query"), f"/a?st={T}")
own("the path", allow("/a", "path"), f"/st={T}/a")
own("the header", allow("/a", "header"), "/a", [["X-Site-Token", T]])
own("the header in lower case", allow("/a", "header"), "/a", [["x-site-token", T]])
own("the cookie", allow("/a", "cookie"), "/a", [["Cookie", f"tok={T}"]])
own("the cookie with a hyphen and more", allow("/a", "cookie"), "/a", [["Cookie", f"tok-1={T}"]])
own("the cookie with __Host-", allow("/a", "cookie"), "/a", [["Cookie", f"tok=x; __Host-tok={T}"]])
own("the cookie with __Secure-", allow("/a", "cookie"), "/a", [["Cookie", f"tok=x; __Secure-tok-2={T}"]])
own("the default parameter is another", MISSING, f"/a?cs={T}")
own("the default segment is a name", MISSING, f"/cs={T}/a")
own("the default header is another", MISSING, "/a", [["Countersign", T]])
own("the default cookie is another", MISSING, "/a", [["Cookie", f"cs={T}; __Host-cs={T}; tokx={T}"]])
own("the parameter in capitals is another", MISSING, f"/a?ST={T}")
own("the default parameter beside the own one is left alone", allow("/a", "query"), f"/a?cs=x&cs=y&st={T}")
own("the default header beside the own one is left alone", allow("/a", "header"), "/a",
    [["X-Site-Token", T], ["Countersign", "x"]])
own("the default __Host- cookie does not shadow the own one", allow("/a", "cookie"), "/a",
    [["Cookie", f"__Host-cs=x; tok={T}"]])
own("the parameter twice", CONFLICT, f"/a?st={T}&st={T}")
own("parameter and path", CONFLICT, f"/st={T}/a?st={T}")
own("parameter and header", CONFLICT, f"/a?st={T}", [["X-Site-Token", T]])
own("two segments", CONFLICT, f"/st={T}/st={T}/a")
own("an own segment, then a default one", allow("/cs=x/a", "path"), "/st=" + token(BASE, "/cs=x/a") + "/cs=x/a")
own("an empty header", MALFORMED, "/a", [["X-Site-Token", ""]])
own("an empty parameter", MALFORMED, "/a?st=")

own("the own parameter in qs is malformed", MALFORMED, q("/a", token(BASE + "~qs=st", "/a", [None]), "st"))
own("the default parameter in qs is like any other", allow("/a", "query", qs=["cs"]),
    q("/a?cs=1", token(BASE + "~qs=cs", "/a", ["1"]), "st"))
own("the own header in hdr is malformed, in lower case", MALFORMED,
    q("/a", token(BASE + "~hdr=x-site-token", "/a", [None]), "st"))
own("the default header in hdr is like any other", allow("/a", "query", hdr=["countersign"]),
    q("/a", token(BASE + "~hdr=countersign", "/a", ["1"]), "st"), [["Countersign", "1"]])
own("a token with slashes in the path", allow("/b/c", "path"), p(token(BASE + "~path=/b/*"), "/b/c", "st"))
own("an own parameter alone", allow("/a", "query"), f"/a?t={T}", site=with_(SITE, param="t"))
own("an own parameter alone leaves the header", allow("/a", "header"), "/a", [["Countersign", T]],
    site=with_(SITE, param="t"))
own("an own header alone leaves the parameter", allow("/a", "query"), f"/a?cs={T}", site=with_(SITE, header="X-T"))
own("an own cookie alone leaves the parameter", allow("/a", "query"), f"/a?cs={T}", site=with_(SITE, cookie="t"))
own("the own segment is cut off where all is public", public("/a"), "/st=x/a",
    site=with_(OWN, policy=[{"paths": ["/**"], "mode": "public"}]))
own("the default segment is not cut off where all is public", public("/cs=x/a"), "/cs=x/a",
    site=with_(OWN, policy=[{"paths": ["/**"], "mode": "public"}]))
own("the own parameter is reported", report("malformed"), "/a?st=x",
    site=with_(OWN, policy=[{"paths": ["/**"], "mode": "report"}]))

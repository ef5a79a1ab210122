#!/usr/bin/env python3
"""sign.py KID HEX_SECRET SITE PATH EXP

Prints a signed URL for the decoded path PATH, valid until EXP (Unix seconds).
"""
import base64
import hashlib
import hmac
import sys
from urllib.parse import quote


def netstring(s):
    raw = s.encode("utf-8")
    return b"%d:%s," % (len(raw), raw)


def sign(kid, secret, site, path, exp):
    text = f"1~kid={kid}~exp={exp}"
    signed = b"".join(netstring(s) for s in ("countersign/1", site, text, path))
    mac = hmac.new(bytes.fromhex(secret), signed, hashlib.sha256).digest()
    sig = base64.urlsafe_b64encode(mac).rstrip(b"=").decode()
    return f"{quote(path, safe='/~')}?cs={text}~sig={sig}"


print(sign(*sys.argv[1:]))

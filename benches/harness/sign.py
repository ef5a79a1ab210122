"""Signed URLs: ours (docs/TOKEN.md) and those of nginx's secure_link."""

import base64
import hashlib
import hmac

SITE = "bench"
SECRET_HEX = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
NGINX_SECRET = "a-secret-of-the-benchmark"


def _base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def token_url(path, exp):
    """A token of the key k1 that opens this path, in the query."""
    text = f"1~kid=k1~exp={exp}"
    signed = "".join(f"{len(part)}:{part}," for part in ("countersign/1", SITE, text, path))
    signature = hmac.digest(bytes.fromhex(SECRET_HEX), signed.encode(), "sha256")
    return f"{path}?cs={text}~sig={_base64url(signature)}"


def secure_link_url(path, exp):
    """What `secure_link_md5 "$secure_link_expires$uri SECRET"` takes; MD5 is all that nginx has."""
    digest = hashlib.md5(f"{exp}{path} {NGINX_SECRET}".encode()).digest()
    return f"{path}?md5={_base64url(digest)}&expires={exp}"


def plain_url(path, exp):
    """For a cache that checks nothing; as long, and as distinct, as a signed one."""
    return f"{path}?unchecked={exp}"

"""Ed25519 by hand (RFC 8032, section 5.1), for signatures that no library makes."""
import hashlib

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)


def recover_x(y, sign):
    x2 = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * SQRT_M1 % P
    assert (x * x - x2) % P == 0
    return P - x if x % 2 != sign else x


def add(a, b):
    x1, y1, x2, y2 = *a, *b
    t = D * x1 * x2 * y1 * y2 % P
    return ((x1 * y2 + x2 * y1) * pow(1 + t, -1, P) % P,
            (y1 * y2 + x1 * x2) * pow(1 - t, -1, P) % P)


def mul(n, a):
    out = (0, 1)
    while n:
        if n & 1:
            out = add(out, a)
        a = add(a, a)
        n >>= 1
    return out


def encode(a):
    return (a[1] | (a[0] & 1) << 255).to_bytes(32, "little")


def number(raw):
    return int.from_bytes(raw, "little")


def le(n):
    return n.to_bytes(32, "little")


BASE_Y = 4 * pow(5, -1, P) % P
B = (recover_x(BASE_Y, 0), BASE_Y)
assert mul(L, B) == (0, 1)

# A point of order 8: what is left of a point of the curve after times L.
Y8 = next(t for t in (mul(L, (recover_x(y, 0), y)) for y in (3, 4, 9, 10, 12, 14, 16))
          if mul(4, t) != (0, 1))
TORSION = [mul(i, Y8) for i in range(8)]
assert len(set(TORSION)) == 8 and mul(8, Y8) == (0, 1)


def expand(seed):
    """The secret number of a seed, and its prefix."""
    h = hashlib.sha512(seed).digest()
    a = number(h[:32])
    a &= (1 << 254) - 8
    a |= 1 << 254
    return a, h[32:]


def challenge(r, public, message, prefix=b""):
    return number(hashlib.sha512(prefix + r + public + message).digest()) % L


def nonce(label):
    return number(hashlib.sha512(b"countersign vectors " + label).digest()) % L

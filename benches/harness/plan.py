"""Plans for bench-load: which requests are sent, and what must come back."""

import random
import time

# A year ahead: no URL of a run ends while it lasts.
FAR_SECS = 365 * 86_400
FIRST_EXP = int(time.time()) + FAR_SECS

KIB, MIB = 1 << 10, 1 << 20


def line(target, status, length, source="-", start=0, range_header="-"):
    """One request, as bench-load --help has it."""
    return f"{target}\t{status}\t{length}\t{source}\t{start}\t{range_header}\n"


def _shuffled(lines):
    random.Random("order").shuffle(lines)
    return "".join(lines)


def hits(sign, root, paths, size, urls):
    """Distinct signed URLs of the same objects, in an order that is the same in every run."""
    def one(number):
        path = paths[number % len(paths)]
        return line(sign(path, FIRST_EXP + number), 200, size, f"file:{root}{path}")
    return _shuffled([one(number) for number in range(urls)])


def seeks(sign, root, paths, size, urls):
    """A player that seeks: short reads anywhere, some longer ones, and the object's end."""
    chance = random.Random("seeks")
    lines = []
    for number in range(urls):
        path = paths[number % len(paths)]
        wanted = chance.choices((64 * KIB, 256 * KIB, MIB, 128 * KIB), (45, 25, 20, 10))[0]
        to_the_end = wanted == 128 * KIB
        first = size - wanted if to_the_end else chance.randrange(size - wanted)
        asked = f"bytes={first}-" if to_the_end else f"bytes={first}-{first + wanted - 1}"
        lines.append(line(sign(path, FIRST_EXP + number), 206, wanted, f"file:{root}{path}", first, asked))
    return _shuffled(lines)


def with_invalid(sign, root, paths, size, urls):
    """As `hits`; each tenth URL was signed for another object."""
    lines = []
    for number in range(urls):
        path, other = paths[number % len(paths)], paths[(number + 1) % len(paths)]
        if number % 10 == 0:
            lines.append(line(sign(other, FIRST_EXP + number).replace(other, path, 1), 403, "*"))
        else:
            lines.append(line(sign(path, FIRST_EXP + number), 200, size, f"file:{root}{path}"))
    return _shuffled(lines)


def shuffled_text(text):
    """The lines of a plan in another order, the same in every run."""
    return _shuffled(text.splitlines(keepends=True))


def made(sign, folder, first, count, size):
    """Objects of s3-front, each once."""
    def one(number):
        key = f"{folder}/{number:09}"
        return line(sign(f"/{key}", FIRST_EXP), 200, size, f"s3:{key}")
    return "".join(one(number) for number in range(first, first + count))

"""Plans for bench-load: which requests are sent, and what must come back."""

import random


def line(target, status, length, source="-", start=0, range_header="-"):
    """One request, as bench-load --help has it."""
    return f"{target}\t{status}\t{length}\t{source}\t{start}\t{range_header}\n"


def hits(sign, root, paths, size, urls, first_exp):
    """Distinct signed URLs of the same objects, in an order that is the same in every run."""
    lines = []
    for number in range(urls):
        path = paths[number % len(paths)]
        lines.append(line(sign(path, first_exp + number), 200, size, f"file:{root}{path}"))
    random.Random("order").shuffle(lines)
    return "".join(lines)

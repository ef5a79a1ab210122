"""The objects that are served: files whose bytes the load knows."""

import random
from pathlib import Path

KIB, MIB = 1 << 10, 1 << 20


def told(size):
    """A size as a person says it."""
    return f"{size // MIB} MiB" if size >= MIB else f"{size // KIB} KiB" if size >= KIB else f"{size} bytes"


def make(root, folder, count, size):
    """`count` files of `size` bytes below `root`; their paths as a URL has them."""
    place = Path(root) / "o" / folder
    place.mkdir(parents=True, exist_ok=True)
    paths = []
    for number in range(count):
        file = place / f"{number:07}.bin"
        if not file.exists():
            file.write_bytes(random.Random(f"{folder}/{number}").randbytes(size))
        paths.append(f"/o/{folder}/{number:07}.bin")
    return paths

"""All loads, by name."""

from . import peers
from .load_cold import Cold
from .load_hits import Hits
from .load_idle import Idle
from .load_many import Many
from .load_paced import Paced
from .load_tls import Tls
from .plan import KIB, MIB, seeks, with_invalid

ALL = [
    Hits("4k", 4 * KIB, 64, 64),
    Hits("64k", 64 * KIB, 64, 64),
    Hits("1m", MIB, 32, 32),
    Hits("64m", 64 * MIB, 2, 8),
    Hits("seeks", 16 * MIB, 16, 32, plan=seeks, even=False),
    # The guard against guessing would answer this one client with 429 from the 101st on.
    Hits("invalid", 4 * KIB, 64, 64, plan=with_invalid, even=False,
         delivery_tables="[delivery.guard]\nmax_failures = 0"),
    # Why the ceiling is where it is: how answers are written.
    Hits("sending-64k", 64 * KIB, 64, 64, peers=(*peers.CEILINGS, *peers.NGINX)),
    Hits("sending-1m", MIB, 32, 32, peers=(*peers.CEILINGS, *peers.NGINX)),
    Hits("sending-64m", 64 * MIB, 2, 8, peers=(*peers.CEILINGS, *peers.NGINX)),
    Tls("tls-64k", 64 * KIB, 64, 32, streams=0),
    Tls("h2-4k", 4 * KIB, 64, 16, streams=16),
    Tls("h2-64k", 64 * KIB, 64, 16, streams=4),
    Tls("h2-1m", MIB, 32, 8, streams=2),
    Cold("cold-1m", MIB, 8),
    Cold("first-byte", MIB, 1),
    Paced("paced-4k", 4 * KIB, 64, 64),
    Paced("paced-64k", 64 * KIB, 64, 64),
    Paced("paced-1m", MIB, 32, 32),
    Idle("idle"),
    Many("many"),
]

# Only when they are named: they explain, or take long.
ON_REQUEST = {"sending-64k", "sending-1m", "sending-64m", "many"}


def peer_names():
    """Of all loads, each once."""
    return list(dict.fromkeys(peer.name for load in ALL for peer in load.peers))

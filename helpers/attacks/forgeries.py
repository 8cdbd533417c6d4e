"""The attacks that lesson 04 shows, out of the battery."""

from helpers.attacks.attack import Attack
from helpers.attacks.battery import ATTACKS

_by_name = {attack.name: attack for attack in ATTACKS}


def _chosen(*names: str) -> tuple[Attack, ...]:
    return tuple(_by_name[name] for name in names)


FIRST = _chosen(
    "alg none",
    "public key as secret",
    "alg in small letters",
    "unknown key",
    "foreign key",
    "edited payload",
    "expired",
    "no expiry",
    "another API's",
    "another issuer's",
)
"""In the order in which the steps of lesson 04 stop them."""

QUIET = _chosen("another kind", "for a century", "the same claim twice")
"""Attacks that a good library lets in when nobody tells it more than issuer and audience."""

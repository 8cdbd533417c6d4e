"""Forged tokens and requests, one entry each; the workshop in which they are made; and the battery that tries them.

checks      what a verifier and its door must check
algorithm, keys, claims, form, door
            the attacks, by family
good        tokens that have to get in
battery     tries them all, on a function or on an API
loopback    the attacker's server, where nobody should call
measured    what well-known libraries stop of it
issuer      an issuer to try a verifier of your own on
"""

from helpers.attacks.attack import Attack, Good, Request
from helpers.attacks.battery import ATTACKS, Battery
from helpers.attacks.checks import CHECKS, Check, Family
from helpers.attacks.forgeries import FIRST, QUIET
from helpers.attacks.good import GOODS
from helpers.attacks.issuer import Issuer
from helpers.attacks.loopback import Trap
from helpers.attacks.measured import LibraryScore, library_scores
from helpers.attacks.result import Outcome, Result, Verdict
from helpers.attacks.workshop import Workshop

__all__ = [
    "ATTACKS",
    "CHECKS",
    "FIRST",
    "GOODS",
    "QUIET",
    "Attack",
    "Battery",
    "Check",
    "Family",
    "Good",
    "Issuer",
    "LibraryScore",
    "Outcome",
    "Request",
    "Result",
    "Trap",
    "Verdict",
    "Workshop",
    "library_scores",
]

"""Forged tokens, one entry each, and the workshop in which they are made."""

from helpers.attacks.forgeries import FIRST, QUIET, Forgery
from helpers.attacks.workshop import Workshop

__all__ = ["FIRST", "QUIET", "Forgery", "Workshop"]

"""The finished verifier with one check taken out, once for each check."""

import mutants_claims
import mutants_form
import mutants_keys
import mutants_signature
from mutant import MUTANTS, Mutant, Setting

MODULES = (mutants_signature, mutants_keys, mutants_claims, mutants_form)
"""Each adds its mutants to the list when it is imported."""

__all__ = ["MUTANTS", "Mutant", "Setting"]

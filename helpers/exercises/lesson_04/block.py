"""Lesson 04: the block that an RSA signature is made of."""

import hashlib

from helpers.exercises.engine import Exercise
from helpers.exercises.probe import RAISES_NOTHING, Attempt, NotYet, probe

PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")


def block(signing_input: bytes, size: int) -> bytes:
    """EMSA-PKCS1-v1_5 with SHA-256 (RFC 8017 §9.2)."""
    digest_info = PREFIX + hashlib.sha256(signing_input).digest()
    return b"\x00\x01" + b"\xff" * (size - 3 - len(digest_info)) + b"\x00" + digest_info


def _built(attempt: Attempt, signing_input: bytes, size: int) -> None:
    what = f"the signing input `{signing_input!r}` and a size of {size}"
    result, right = attempt.value(what, signing_input, size), block(signing_input, size)
    if not isinstance(result, bytes):
        fault = f"it is a {type(result).__name__}. Return bytes, as many as the key has"
    elif right[-32:] not in result:
        fault = "the SHA-256 digest of the signing input is not in it: `hashlib.sha256(...).digest()` returns its 32 bytes"
    elif not result.endswith(right[-32:]):
        fault = "the digest is not at the very end"
    elif not result.endswith(right[-51:]):
        fault = "the 19 bytes of `SHA256_PREFIX`, which say that a SHA-256 digest follows, are not right before the digest"
    elif not result.startswith(b"\x00\x01"):
        fault = f"it begins with {result[:2].hex(' ')}, and the table above begins with two other bytes"
    elif len(result) != size:
        fault = f"it is {len(result)} bytes long. The `ff` bytes in the middle fill it up to the size: count them again"
    elif result != right:
        fault = "both ends are right, and the middle is not: only `ff` bytes, and one `00` where they end"
    else:
        return
    raise NotYet("For {what}, look at what your function returned: {fault}.", what=what, fault=fault)


@probe
def two_inputs(attempt: Attempt) -> None:
    _built(attempt, b"eyJ.eyJ", 256)
    _built(attempt, b"another.one", 256)


@probe
def other_sizes(attempt: Attempt) -> None:
    _built(attempt, b"eyJ.eyJ", 512)
    _built(attempt, b"eyJ.eyJ", 384)


expected_block = Exercise(
    name="expected_block",
    lesson="04",
    probes=(two_inputs, other_sizes),
    notice="You have built what the private key signed, from nothing but the token's first two parts.",
    hints=(
        "From the right: the digest, before it the prefix, before that one byte `00`, then `ff` as often as needed, then `00 01`.",
        "Everything but the `ff` bytes takes 2 + 1 + 19 + 32 = 54 bytes.",
        'So there are `size - 54` of them: `b"\\xff" * (size - 54)`.',
    ),
    solution_code="""
import hashlib

SHA256_PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")

def expected_block(signing_input, size):
    digest = hashlib.sha256(signing_input).digest()
    padding = b"\\xff" * (size - 3 - len(SHA256_PREFIX) - len(digest))
    return b"\\x00\\x01" + padding + b"\\x00" + SHA256_PREFIX + digest
""",
    explanation=(
        "RFC 8017 section 9.2, EMSA-PKCS1-v1_5. Build the block and compare all of it; do not take the signature's block apart and"
        " look for the digest in it. Verifiers that did accepted forged signatures (CVE-2006-4339)."
    ),
    equal={
        **RAISES_NOTHING,
        "SHA256_PREFIX = bytes.fromhex('3031300D060960864801650304020105000420')": "hexadecimal digits may be capitals",
    },
)

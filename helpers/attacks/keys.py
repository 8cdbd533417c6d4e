"""Attacks on the key: where it comes from, how it is found, and what it is fit for."""

from collections.abc import Callable

from helpers.attacks.attack import Attack
from helpers.attacks.bad_keys import by_bad_key
from helpers.attacks.certificate import certificate_x5c
from helpers.attacks.checks import (
    KEY_ALGORITHM,
    KEY_ID_FORM,
    KEY_KNOWN,
    KEY_NAMED,
    KEY_OTHER_ALGORITHM,
    KEY_PURPOSE,
    KEY_SECRET,
    KEY_SOURCE,
    KEY_STRONG,
    KEY_TYPE,
    KEY_UNIQUE,
)
from helpers.attacks.workshop import Workshop, attackers_key, public_jwk

ANYTHING = "Anyone can write any claims, and is whoever they like."
CALLS = (
    "Anyone can write any claims, and make your API send requests where they like, behind your firewall too."
)
LOOSE = "Nothing yet: the issuer did sign it. But an id that is not compared exactly is a way to choose another key."


def _jwk(workshop: Workshop) -> str:
    return workshop.forged(kid=..., jwk=public_jwk(attackers_key(), kid="mine", alg="RS256"))


def _iss(workshop: Workshop) -> str:
    return workshop.forged(workshop.body(iss=workshop.trap_url), kid=...)


def _other_kid(write: Callable[[str], str]) -> Callable[[Workshop], str]:
    """The issuer's key id, written in another way."""

    def make(workshop: Workshop) -> str:
        workshop.issuers_own()
        return workshop.issued(kid=write(workshop.header["kid"]))

    return make


ATTACKS = (
    Attack("its own jwk", KEY_SOURCE, "brings its key along, in the header", ANYTHING, _jwk, "CVE-2018-0114"),
    Attack(
        "its own jku",
        KEY_SOURCE,
        "says at which address its keys are",
        CALLS,
        lambda workshop: workshop.forged(kid=..., jku=f"{workshop.trap_url}jwks.json"),
        rule="RFC 8725 §3.10",
    ),
    Attack(
        "its own x5u",
        KEY_SOURCE,
        "says at which address its certificate is",
        CALLS,
        lambda workshop: workshop.forged(kid=..., x5u=f"{workshop.trap_url}certificate.pem"),
        rule="RFC 8725 §3.10",
    ),
    Attack(
        "its own x5c",
        KEY_SOURCE,
        "brings its certificate along, signed by itself",
        ANYTHING,
        lambda workshop: workshop.forged(kid=..., x5c=certificate_x5c()),
    ),
    Attack(
        "an issuer of its own",
        KEY_SOURCE,
        "names a server of the attacker's as its issuer, with discovery and keys",
        CALLS,
        _iss,
    ),
    Attack(
        "no kid",
        KEY_NAMED,
        "does not say which key signed it",
        "Nothing yet: the issuer did sign it. But a verifier that tries key after key makes every weak one count.",
        lambda workshop: workshop.issued(kid=...),
    ),
    *(
        Attack(
            f"kid {what}",
            KEY_ID_FORM,
            f"has {story} for a key id",
            "What your code does with such a value was never thought about: a look-up that fails open, or a crash.",
            lambda workshop, kid=kid: workshop.issued(kid=kid),
            rule="policy; RFC 7515 §4.1.4 takes any text" if isinstance(kid, str) else "",
        )
        for what, story, kid in (
            ("a list", "a list", ["current"]),
            ("a number", "a number", 0),
            ("null", "null", None),
            ("empty", "an empty text", ""),
            ("very long", "a thousand characters", "k" * 1_000),
        )
    ),
    Attack(
        "unknown key",
        KEY_KNOWN,
        "signs with a key of its own, under an id of its own",
        ANYTHING,
        lambda workshop: workshop.forged(kid="a-key-of-my-own"),
        rule="RFC 7515 §4.1.4",
    ),
    Attack(
        "kid a path",
        KEY_KNOWN,
        "has the path of a file for a key id",
        "They choose the file that your API takes for its key.",
        lambda workshop: workshop.forged(kid="../../../../dev/null"),
    ),
    Attack(
        "kid with SQL",
        KEY_KNOWN,
        "has SQL for a key id",
        "They choose the row that your API takes for its key, and may read the rest of the database.",
        lambda workshop: workshop.forged(kid="' UNION SELECT 'mine' --"),
    ),
    Attack(
        "kid an address",
        KEY_KNOWN,
        "has the address of its keys for a key id",
        CALLS,
        lambda workshop: workshop.forged(kid=f"{workshop.trap_url}jwks.json"),
    ),
    Attack(
        "kid in capitals",
        KEY_KNOWN,
        "writes the issuer's key id in other letters",
        LOOSE,
        _other_kid(str.swapcase),
        rule="RFC 7515 §4.1.4",
    ),
    Attack(
        "kid cut short",
        KEY_KNOWN,
        "writes the beginning of the issuer's key id",
        LOOSE,
        _other_kid(lambda kid: kid[:-1]),
        rule="RFC 7515 §4.1.4",
    ),
    Attack(
        "a key for ES256",
        KEY_ALGORITHM,
        "says RS256 and names the issuer's elliptic curve key",
        "Whoever gets hold of a key that was never meant for access tokens signs them.",
        by_bad_key("curve"),
    ),
    Attack(
        "512 bits",
        KEY_STRONG,
        "signs with a key of 512 bits that the issuer forgot to withdraw",
        "Such a key is factored in hours, for the price of a dinner: anyone signs what they like.",
        by_bad_key("bits-512"),
    ),
    Attack(
        "1024 bits",
        KEY_STRONG,
        "signs with a key of 1,024 bits that the issuer forgot to withdraw",
        "An attacker with a large budget factors it, and signs what they like.",
        by_bad_key("bits-1024"),
    ),
    Attack(
        "exponent 1",
        KEY_STRONG,
        "signs for a key whose public exponent is 1",
        "The signature is the padded digest itself: anyone writes one, without any key.",
        by_bad_key("exponent-1"),
        rule="RFC 8017 §3.1",
    ),
    Attack(
        "exponent 3",
        KEY_STRONG,
        "signs with a key whose public exponent is 3",
        "One careless look at the padding, and a cube root is a signature: no key is needed.",
        by_bad_key("exponent-3"),
        "CVE-2006-4339",
        "policy; FIPS 186-5 §A.1.1 asks for more than 2^16",
    ),
    Attack(
        "encryption key",
        KEY_PURPOSE,
        "signs with the issuer's encryption key",
        "Whoever may decrypt with that key can also sign access tokens with it.",
        by_bad_key("use-enc"),
    ),
    Attack(
        "key not for verifying",
        KEY_PURPOSE,
        "signs with a key whose key_ops do not hold verify",
        "Whoever may decrypt with that key can also sign access tokens with it.",
        by_bad_key("key-ops-encrypt"),
        rule="RFC 7517 §4.3",
    ),
    *(
        Attack(
            f"key for {alg}",
            KEY_OTHER_ALGORITHM,
            f"says RS256 and signs with a key that is published for {alg}",
            "One key under two algorithms: a weakness of either one counts for both.",
            by_bad_key(f"alg-{alg.lower()}"),
        )
        for alg in ("RS512", "PS256")
    ),
    Attack(
        "published private key",
        KEY_SECRET,
        "signs with a key whose private half stands in the set",
        "Anyone who can read the set can sign any token.",
        by_bad_key("private-published"),
    ),
    Attack(
        "published secret",
        KEY_TYPE,
        "says RS256 and makes an HMAC with a shared secret that stands in the set",
        "Anyone who can read the set can make any token.",
        by_bad_key("shared-secret"),
    ),
    Attack(
        "two keys with one id",
        KEY_UNIQUE,
        "signs with one of two keys that are published under the same id",
        "Whoever can add a key to the set stands in for the one that was there.",
        by_bad_key("twice"),
    ),
)
"""In the order in which lesson 05 tells of them."""

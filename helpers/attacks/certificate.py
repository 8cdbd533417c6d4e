"""The attacker's certificate, which says that the attacker's key is the attacker's."""

import base64
import functools
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from helpers.attacks.workshop import attackers_key


@functools.cache
def certificate_pem() -> bytes:
    """Self-signed, in PEM; made once."""
    return _certificate().public_bytes(Encoding.PEM)


def certificate_x5c() -> list[str]:
    """The same as the value of ``x5c`` (RFC 7515 §4.1.6): base64, not base64url, of the DER."""
    return [base64.b64encode(_certificate().public_bytes(Encoding.DER)).decode()]


@functools.cache
def _certificate() -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "the attacker")])
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(attackers_key().public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365))
        .sign(attackers_key(), SHA256())
    )

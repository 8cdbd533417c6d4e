"""Wrong answers to the parts of ``strict_verify`` that a whole may contain, since another part asks the same."""

ASKED_AGAIN = {
    # An empty part is neither an object nor a signature.
    "decode_strictly": ("raise ValueError('empty')", "return b''"),
    "read_object": ("return value or None",),  # no header and no payload is empty
    "trusted_key": ("header.get('kid', 'first')",),  # an unguessable name for a key
    "usable_keys": (
        # algorithm_for asks for the type of the key and its algorithm.
        'PURPOSE = {"use": "sig"}',
        'key["alg"] is None',
        "    if any(key.get(name, value)",
        'key.get("kty", "RSA")',
        'str(key.get("kty")).upper()',
        "return 2**2048",  # what is no number cannot be decoded either
        "return {'none': {}}",  # nor is a key without a type of any use
        'for name in ("kty", "n", "e")',  # the rest of a usable key has been looked at
        'key.get("e") == "AQAB"',  # issuers have no other, and keys with another cannot be generated here
        ">= 65536",  # an even number is no exponent
        "key not in usable[:i]",  # the same key twice is one key
    ),
    # What usable_keys lets through is an RSA key, and for RS256 if it says for what. The algorithm is used for nothing.
    "algorithm_for": (
        "if header.get('alg') != 'RS256': raise ValueError('no')\n    return",
        "if header.get('alg') != 'RS256' or key.get('alg', 'RS256')",
        '(key.get("alg") or "RS256")',
        '.startswith("RS")',
        '== "oct"',
        'key.get("kty", "RSA")',
        'key.get("kty", "").upper()',
        "header.get('alg') != key.get('alg', 'RS256')",
        'return ["RS256"]',
        'print("RS256")',
    ),
    # check_audience and check_issuer ask for these two again.
    "check_forms": ('str(claims["iss"])', "isinstance(aud, (dict, str))", 'claims.get("aud", "")', 'claims.get("iss", "")'),
    # check_times asks whether exp is a number and ahead of now; longest is always the same; and nobody lives in 1970.
    "check_lifetime": (
        "iat <= now <= exp",
        "raise ValueError('no')\n    if iat > now or exp <= now or exp > iat + longest: raise",
        "iat + 30 * 86400",
        "longest == 3600",
        "if not iat <= now: raise",
        "isinstance(exp, (int, float))",
        "claims.get('exp', now + 1)",
        "if not iat or not exp",
        "_calls.append(longest)",
    ),
    # check_lifetime asks for exp again, and read_object for numbers that JSON has.
    "check_times": (
        "exp + 1",
        "int(now)",
        "now <= exp",
        "not nbf <= now",
        "if nbf > now",
        "now + 3600",
        "not now < exp:",
        "if type(nbf) not in",
    ),
    # check_forms asks for their types.
    "check_audience": ("claims.get('aud', audience)", "aud is None and 'aud' not in claims"),
    "check_issuer": ("claims['iss'] != issuer: raise", "claims.get('iss', issuer)", "(issuer, [issuer])", "or 'iss' not in claims"),
}  # fmt: skip
"""By part, what tells these answers from the others."""

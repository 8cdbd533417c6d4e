"""Requesting and verifying access tokens (RFC 6749 §4.4, RFC 9068 §4).

It takes Python 3.11 or later, and: pip install requests cryptography (and httpx for asyncio). It imports nothing else,
so that the folder can be copied into a service: `helpers.export` does that, and calls it `access_tokens`.

    from access_tokens.client import ClientCredentials

    client = ClientCredentials.from_issuer(
        "https://your-tenant.us.auth0.com/", client_id="...", client_secret=..., audience="http://localhost:3001"
    )
    answer = requests.get("https://api.example/todos", auth=client)

    from access_tokens.bearer import read_bearer
    from access_tokens.errors import TokenError
    from access_tokens.verifier import AccessTokenVerifier

    verifier = AccessTokenVerifier(issuer="https://your-tenant.us.auth0.com/", audience="http://localhost:3001")
    try:
        token = read_bearer(request.headers.getlist("authorization"))  # all headers of that name
        claims = verifier.verify(token, scopes=["read:todos"])
    except TokenError as refusal:  # refusal.status and refusal.www_authenticate() are what your API answers
        ...

On the command line, ``python -m access_tokens.get`` and ``python -m access_tokens.check`` do the same.

Read the verifying half in this order, which is the one lesson 04 takes:

errors          what can be wrong, and what an API answers then
encoding        base64url and JSON, read strictly
compact         the token taken apart
keys            from a JWK Set to keys that may be used
signature       whether a key of the issuer signed it
claims          the table of claims and what must hold for each
verifier        all of it together; bearer finds the token in a request
verified_cache  tokens that were verified before
key_set         the issuer's keys, from where they are published; fetch and discovery are how
introspection   the other way: ask the authorization server each time

And the requesting half in this one:

token_client    what is asked for, and the token that is kept
client          with requests, for threads; async_client with httpx, for asyncio
token_endpoint  what is tried again, and how often
token_response  a token, or why there is none and what to do

SPDX-License-Identifier: MIT. Copyright (c) 2026 The contributors of this course.
"""

import logging

__version__ = "1.1.0"

# A program that does not ask for logs gets none, not even warnings on its standard error.
logging.getLogger(__name__).addHandler(logging.NullHandler())

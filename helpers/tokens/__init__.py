"""Requesting and verifying access tokens. Read the verifying half in this order, which is the one lesson 04 takes:

errors          what can be wrong, and what an API answers then
encoding        base64url and JSON, read strictly
compact         the token taken apart
keys            from a JWK Set to keys that may be used
signature       whether a key of the issuer signed it
claims          the table of claims and what must hold for each
verifier        all of it together
verified_cache  tokens that were verified before
key_set         the issuer's keys, from where they are published; fetch and discovery are how
introspection   the other way: ask the authorization server each time
"""

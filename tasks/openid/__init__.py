"""Signing in by OpenID Connect: the issuer, its tokens, and who among us is meant."""

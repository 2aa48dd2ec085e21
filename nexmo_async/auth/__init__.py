"""Who is calling: credentials, tokens, and the layer that shows them."""

from nexmo_async.auth.credentials import Basic, Jwt

__all__ = ["Basic", "Jwt"]

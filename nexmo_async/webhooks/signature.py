"""Is it Nexmo who calls? Signed webhooks (HS256, with a hash of the body)."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from nexmo_async.errors import ConfigurationError, SignatureError

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Secrets by API key; several for one key while they are being exchanged.
Secrets = Mapping[str, "str | Sequence[str]"]

#: Who signs, in the `iss` claim (signed webhooks guide).
ISSUER: Final = "Vonage"

#: The one algorithm, whatever the account's settings say (signed webhooks guide).
ALGORITHM: Final = "HS256"

#: Seconds that a webhook may be old: Nexmo calls again for a day, and it is not known
#: whether it signs anew each time.
MAX_AGE: Final = 86_400.0 + 300.0

#: Seconds by which the two clocks may differ.
SKEW: Final = 300.0

_SCHEME: Final = "bearer"

#: Of a token, only the signature and the issuer are left to the library: time is read
#: in one room, and it is not this one.
_CHECKS: Final = {
    "require": ["iss", "iat"],
    "verify_iat": False,
    "verify_exp": False,
    "verify_nbf": False,
}


def verify(
    body: bytes,
    authorization: str,
    secrets: Secrets,
    *,
    now: float,
    max_age: float | None = MAX_AGE,
) -> Mapping[str, object]:
    """Check that Nexmo signed this body with a secret of yours; return the claims.

    Args:
        body: The raw bytes, before anything parsed them.
        authorization: The `Authorization` header; empty if there is none.
        secrets: Signature secrets by API key.
        now: Unix seconds.
        max_age: Seconds that it may be old; None: any age.

    Raises:
        SignatureError: It is not, or not of this body, or too old.
    """
    scheme, _, token = authorization.partition(" ")
    if not authorization:
        raise SignatureError("the webhook bears no signature", missing=True)
    if scheme.lower() != _SCHEME:
        raise SignatureError("the signature is no bearer token")
    claims = _claims(token.strip(), secrets)
    hashed = hashlib.sha256(body).hexdigest()
    stated = claims.get("payload_hash")
    if not isinstance(stated, str) or not hmac.compare_digest(
        stated.encode(errors="replace"), hashed.encode()
    ):
        raise SignatureError("the signature is of another body")
    if max_age is not None and not _in_time(claims["iat"], now, max_age):
        raise SignatureError("the signature is too old, or of another time")
    return claims


def check_secrets(secrets: Secrets) -> Secrets:
    """The secrets, if each account has at least one and none is empty.

    Raises:
        ConfigurationError: Anybody could sign.
    """
    advice = "Give {api_key: signature_secret} from your account's settings."
    if not secrets:
        raise ConfigurationError("secrets", "are empty", advice)
    for api_key in secrets:
        if not _known(secrets, api_key):
            raise ConfigurationError("secrets", f"hold none for {api_key}", advice)
    return secrets


def sign(
    body: bytes, *, api_key: str, secret: str, now: float, **claims: object
) -> str:
    """The `Authorization` header that Nexmo would send with this body. For tests.

    Args:
        body: The raw bytes.
        api_key: The account.
        secret: Its signature secret.
        now: Unix seconds.
        **claims: Further claims, or other values for those above.
    """
    stated = {
        "iss": ISSUER,
        "iat": int(now),
        "jti": str(uuid.uuid4()),
        "api_key": api_key,
        "payload_hash": hashlib.sha256(body).hexdigest(),
    }
    key = _key(secret)
    token: str = pyjwt().encode({**stated, **claims}, key, algorithm=ALGORITHM)
    return f"Bearer {token}"


def _claims(token: str, secrets: Secrets) -> dict[str, Any]:
    jwt = pyjwt()
    try:
        unverified = jwt.decode(token, options={"verify_signature": False})
        known = _known(secrets, str(unverified.get("api_key")))
        if not known:
            raise SignatureError("the signature is of an account you do not list")
        for secret in known:
            try:
                return _decode(token, secret)
            except jwt.InvalidSignatureError:
                continue
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as why:
        problem = f"the signature cannot be accepted: {type(why).__name__}"
        raise SignatureError(problem) from None
    raise SignatureError("the signature was made with another secret")


def _decode(token: str, secret: str) -> dict[str, Any]:
    claims: dict[str, Any] = pyjwt().decode(
        token,
        _key(secret),
        algorithms=[ALGORITHM],
        issuer=ISSUER,
        options=_CHECKS,
    )
    return claims


def _known(secrets: Secrets, api_key: str) -> list[str]:
    found = secrets.get(api_key) or ()
    # With an empty secret anybody can sign.
    return [
        secret for secret in ([found] if isinstance(found, str) else found) if secret
    ]


def _key(secret: str) -> bytes:
    # HMAC itself fills keys up with zeros (RFC 2104, 2). Done before, a short secret is
    # the same key, and PyJWT does not warn of what only Nexmo can change.
    return secret.encode().ljust(hashlib.sha256().digest_size, b"\0")


def _in_time(issued: object, now: float, max_age: float) -> bool:
    # Compared, not subtracted: a huge whole number has no float.
    if not isinstance(issued, int | float):
        return False
    return now - max_age <= issued <= now + SKEW


def pyjwt() -> Any:  # noqa: ANN401  a module
    """The library, imported now if it was not."""
    # PyJWT imports cryptography, which costs more than all the rest: only when needed.
    import jwt  # noqa: PLC0415

    return jwt

"""Is it Nexmo who calls? Signed webhooks (HS256, with a hash of the body).

Written out here with the standard library's HMAC: there is one algorithm, so nothing
in a token may choose one, and a general library costs three times the time.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from nexmo_async.errors import ConfigurationError, SignatureError
from nexmo_async.wire.codec import loads
from nexmo_async.wire.reading import as_object

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

#: Characters of a token at most; Nexmo's have some 450. More is not even decoded.
MAX_TOKEN: Final = 8192

_SCHEME: Final = "bearer"
_TOKEN: Final = re.compile(r"([\w-]+)\.([\w-]+)\.([\w-]+)", re.ASCII)


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
    if claims.get("iss") != ISSUER:
        raise SignatureError("the signature is of another issuer")
    hashed = hashlib.sha256(body).hexdigest()
    stated = claims.get("payload_hash")
    if not isinstance(stated, str) or not _same(stated, hashed):
        raise SignatureError("the signature is of another body")
    if not _in_time(claims.get("iat"), now, max_age):
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
    header = {"alg": ALGORITHM, "typ": "JWT"}
    signed = ".".join(
        _base64url(json.dumps(part).encode()) for part in (header, {**stated, **claims})
    )
    return f"Bearer {signed}.{_mac(signed, secret)}"


def _claims(token: str, secrets: Secrets) -> Mapping[str, object]:
    parts = _TOKEN.fullmatch(token) if len(token) <= MAX_TOKEN else None
    if parts is None:
        raise SignatureError("the signature is no token of three parts")
    header, claims = _part(parts[1]), _part(parts[2])
    if header.get("alg") != ALGORITHM:
        raise SignatureError(f"the signature is not made with {ALGORITHM}")
    if header.get("typ", "JWT") != "JWT" or "crit" in header:
        raise SignatureError("the signature is another kind of token")
    known = _known(secrets, claims.get("api_key"))
    if not known:
        raise SignatureError("the signature is of an account you do not list")
    signed = token[: parts.end(2)]
    if not any(_same(parts[3], _mac(signed, secret)) for secret in known):
        raise SignatureError("the signature was made with another secret")
    return claims


def _part(written: str) -> Mapping[str, object]:
    try:
        padded = written + "=" * (-len(written) % 4)
        said = as_object(loads(base64.urlsafe_b64decode(padded)))
    except ValueError:
        said = None
    if said is None:
        raise SignatureError("a part of the signature is no JSON object")
    return said


def _known(secrets: Secrets, api_key: object) -> list[str]:
    found = (secrets.get(api_key) if isinstance(api_key, str) else None) or ()
    # With an empty secret anybody can sign.
    return [
        secret for secret in ([found] if isinstance(found, str) else found) if secret
    ]


def _mac(signed: str, secret: str) -> str:
    return _base64url(hmac.digest(secret.encode(), signed.encode(), "sha256"))


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _same(stated: str, true: str) -> bool:
    # Texts that are not ASCII cannot be compared in constant time, bytes can.
    return hmac.compare_digest(stated.encode(errors="replace"), true.encode())


def _in_time(issued: object, now: float, max_age: float | None) -> bool:
    # Compared, not subtracted: a huge whole number has no float.
    if isinstance(issued, bool) or not isinstance(issued, int | float):
        return False
    return max_age is None or now - max_age <= issued <= now + SKEW

"""Is it Nexmo who calls? Signed webhooks (HS256, with a hash of the body).

Written out here with the standard library's HMAC: there is one algorithm, so nothing
in a token may choose one, and a general library costs three times the time.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from nexmo_async.errors import ConfigurationError, SignatureError
from nexmo_async.wire.codec import loads
from nexmo_async.wire.reading import as_object

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

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
_FROM_URL: Final = bytes.maketrans(b"-_+/", b"+/!!")
_TO_URL: Final = bytes.maketrans(b"+/", b"-_")
_DOTS: Final = 2
_ODD: Final = "a part of the signature is no JSON object"


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


def signatures(headers: Iterable[tuple[str, str]]) -> list[str]:
    """The `Authorization` headers; how the name is written does not matter."""
    return [value for name, value in headers if name.lower() == "authorization"]


def the_only(found: Sequence[str]) -> str:
    """The one `Authorization` header; empty if there is none.

    Raises:
        SignatureError: There are two: nobody can say which one was checked before.
    """
    if len(found) > 1:
        raise SignatureError("the webhook bears two signatures")
    return found[0] if found else ""


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
    signed = b".".join(
        _base64url(json.dumps(part).encode()) for part in (header, {**stated, **claims})
    )
    return b".".join([b"Bearer " + signed, _mac(signed, secret)]).decode()


def _claims(token: str, secrets: Secrets) -> Mapping[str, object]:
    if len(token) > MAX_TOKEN or token.count(".") != _DOTS:
        raise SignatureError("the signature is no token of three parts")
    signed, _, mac = token.encode(errors="replace").rpartition(b".")
    header, _, stated = signed.partition(b".")
    problem = _header_problem(header)
    if problem:
        raise SignatureError(problem)
    claims = _part(stated)
    if claims is None:
        raise SignatureError(_ODD)
    known = _known(secrets, claims.get("api_key"))
    if not known:
        raise SignatureError("the signature is of an account you do not list")
    for secret in known:
        if hmac.compare_digest(mac, _mac(signed, secret)):
            return claims
    raise SignatureError("the signature was made with another secret")


@lru_cache(maxsize=16)  # Nexmo's is always the same
def _header_problem(written: bytes) -> str:
    header = _part(written)
    if header is None:
        return _ODD
    if header.get("alg") != ALGORITHM:
        return f"the signature is not made with {ALGORITHM}"
    if header.get("typ", "JWT") != "JWT" or "crit" in header:
        return "the signature is another kind of token"
    return ""


def _part(written: bytes) -> Mapping[str, object] | None:
    # The other alphabet's two letters become one that none has.
    padded = written.translate(_FROM_URL) + b"=" * (-len(written) % 4)
    try:
        return as_object(loads(binascii.a2b_base64(padded, strict_mode=True)))
    except ValueError:
        return None


def _known(secrets: Secrets, api_key: object) -> list[str]:
    found = secrets.get(api_key) if isinstance(api_key, str) else None
    # With an empty secret anybody can sign.
    return list(filter(None, [found] if isinstance(found, str) else found or ()))


def _mac(signed: bytes, secret: str) -> bytes:
    mac = _keyed(secret).copy()
    mac.update(signed)
    return _base64url(mac.digest())


@lru_cache(maxsize=64)
def _keyed(secret: str) -> hmac.HMAC:
    """A key costs as much as a signature: it is prepared once, and copied."""
    return hmac.new(secret.encode(), digestmod="sha256")


def _base64url(content: bytes) -> bytes:
    return binascii.b2a_base64(content, newline=False).translate(_TO_URL).rstrip(b"=")


def _same(stated: str, true: str) -> bool:
    # Texts that are not ASCII cannot be compared in constant time.
    return stated.isascii() and hmac.compare_digest(stated, true)


def _in_time(issued: object, now: float, max_age: float | None) -> bool:
    # Compared, not subtracted: a huge whole number has no float.
    if isinstance(issued, bool) or not isinstance(issued, int | float):
        return False
    return max_age is None or now - max_age <= issued <= now + SKEW

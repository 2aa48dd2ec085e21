"""Who is asking: both ways to log in, really checked."""

from __future__ import annotations

import base64
import binascii
import hmac
import math
from typing import TYPE_CHECKING, Final

import attrs
import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from nexmo_async.sandbox import document, primes
from nexmo_async.sandbox.problem import generic, invalid_token, wrong_credentials

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jwt.types import Options

    from nexmo_async.sandbox.dice import Dice

#: Seconds that the caller's clock may be ahead.
SKEW: Final = 60.0
#: Seconds that a token without an end lives. (JWT guide: 15 minutes.)
USUAL_LIFE: Final = 900.0
#: Seconds that a token may live at least and at most. (JWT guide.)
SHORTEST_LIFE: Final = 30.0
LONGEST_LIFE: Final = 86_400.0

#: Only the signature is left to the library: time is the sandbox's own.
_ONLY_SIGNATURE: Final[Options] = {
    "verify_signature": True,
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": False,
    "verify_iss": False,
    "verify_sub": False,
    "verify_jti": False,
}


@attrs.define(kw_only=True, eq=False)
class Account:
    """One account with one application.

    Attributes:
        api_secrets: Each of them opens, as long as one is exchanged for another.
        public_key: The application's; None: it has none yet, and no token opens.
    """

    api_key: str
    api_secrets: tuple[str, ...] = attrs.field(repr=False)
    application_id: str
    signature_secret: str = attrs.field(repr=False)
    public_key: rsa.RSAPublicKey | None = attrs.field(default=None, repr=False)


def read_public_key(pem: str | bytes) -> rsa.RSAPublicKey:
    """The application's public key.

    Raises:
        ValueError: It is no RSA public key in PEM.
    """
    raw = pem.encode() if isinstance(pem, str) else pem
    try:
        key = serialization.load_pem_public_key(raw)
    except ValueError:
        raise ValueError("public_key is no public key in PEM") from None
    if not isinstance(key, rsa.RSAPublicKey):
        raise ValueError("public_key is no RSA key")  # noqa: TRY004 - its value is wrong
    return key


def make_key(dice: Dice | None = None) -> str:
    """An application's private key of 2048 bits as PKCS#8 PEM. Takes a while.

    Args:
        dice: With a seed in them, it is the same key each time.
    """
    if dice is None or dice.seed is None:
        private = rsa.generate_private_key(primes.EXPONENT, 2 * primes.BITS)
    else:
        private = _from_primes(*primes.pair(dice))
    return private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def public_half(private_key: str) -> rsa.RSAPublicKey:
    """The public key that belongs to a private one in PEM.

    Raises:
        ValueError: It is no RSA key.
    """
    # The key is one that was made here: what that proves need not be proven again.
    private = serialization.load_pem_private_key(
        private_key.encode(), password=None, unsafe_skip_rsa_key_validation=True
    )
    if not isinstance(private, rsa.RSAPrivateKey):
        raise ValueError("this is no RSA key")  # noqa: TRY004 - its value is wrong
    return private.public_key()


def _from_primes(p: int, q: int) -> rsa.RSAPrivateKey:
    d = rsa.rsa_recover_private_exponent(primes.EXPONENT, p, q)
    return rsa.RSAPrivateNumbers(
        p=p,
        q=q,
        d=d,
        dmp1=rsa.rsa_crt_dmp1(d, p),
        dmq1=rsa.rsa_crt_dmq1(d, q),
        iqmp=rsa.rsa_crt_iqmp(p, q),
        public_numbers=rsa.RSAPublicNumbers(primes.EXPONENT, p * q),
    ).private_key()


def check(
    account: Account,
    headers: Sequence[str],
    *,
    now: float,
    query: Mapping[str, str] | None = None,
    only_token: bool = False,
) -> None:
    """Let the account's owner in, and nobody else.

    Args:
        account: Whose door it is.
        headers: The values of all `Authorization` headers.
        now: Unix seconds.
        query: The query, where older APIs took the key and the secret.
        only_token: The door opens for a token, not for the key and the secret.

    Raises:
        RefusedError: The caller is not the owner, with the reason.
    """
    if not headers:
        raise generic("unauthorized")
    if len(headers) > 1 or "api_key" in (query or {}):
        raise generic("multiple-auth-methods")
    scheme, _, given = headers[0].strip().partition(" ")
    if "," in given:
        raise generic("multiple-auth-methods")
    match scheme.lower():
        case "basic" if only_token:
            raise generic("unauthorized", "Use Bearer: this needs a token")
        case "basic":
            _basic(account, given.strip())
        case "bearer":
            _bearer(account, given.strip(), now)
        case _:
            raise generic("unauthorized", "Use Basic or Bearer")


def _basic(account: Account, given: str) -> None:
    try:
        pair = base64.b64decode(given, validate=True)
    except (binascii.Error, ValueError):
        raise wrong_credentials() from None
    known = [f"{account.api_key}:{secret}".encode() for secret in account.api_secrets]
    if not any(hmac.compare_digest(pair, each) for each in known):
        raise wrong_credentials()


def _bearer(account: Account, token: str, now: float) -> None:
    if account.public_key is None:
        raise invalid_token("the application has no key")
    try:
        decoded: object = jwt.decode(
            token,
            account.public_key,
            algorithms=["RS256"],
            options=_ONLY_SIGNATURE,
        )
    except (jwt.PyJWTError, ValueError, RecursionError):
        # A token may be any bytes, nested as deep as a header is long.
        raise invalid_token("it is not signed with the application's key") from None
    claims = document.mapping(decoded) or {}
    application = claims.get("application_id")
    if not isinstance(application, str) or not hmac.compare_digest(
        application.encode("utf-8", "replace"), account.application_id.encode()
    ):
        raise wrong_credentials()
    jti = claims.get("jti")
    if not isinstance(jti, str) or not jti:
        raise invalid_token("jti is missing")
    _in_time(claims, now)


def _in_time(claims: Mapping[str, object], now: float) -> None:
    issued = _moment(claims, "iat")
    if issued is None:
        raise invalid_token("iat is missing")
    if issued > now + SKEW:
        raise invalid_token("iat lies in the future")
    begins = _moment(claims, "nbf")
    if begins is not None and begins > now + SKEW:
        raise invalid_token("nbf lies in the future")
    ends = _moment(claims, "exp")
    if ends is None:
        ends = issued + USUAL_LIFE
    if ends <= now:
        raise generic("jwt-expired")
    if not SHORTEST_LIFE <= ends - issued <= LONGEST_LIFE:
        raise invalid_token("it must live between 30 seconds and 24 hours")


def _moment(claims: Mapping[str, object], name: str) -> float | None:
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise invalid_token(f"{name} is not a number")
    try:
        moment = float(value)
    except OverflowError:
        raise invalid_token(f"{name} is not a moment") from None
    if not math.isfinite(moment):
        raise invalid_token(f"{name} is not a moment")
    return moment

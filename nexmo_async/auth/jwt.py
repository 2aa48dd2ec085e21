"""Reading private keys and signing tokens. Imported when the first key is given."""

from __future__ import annotations

import os
import re
import uuid
from pathlib import Path
from typing import Final, TypeAlias

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from nexmo_async.errors import ConfigurationError

#: What signs.
Key: TypeAlias = RSAPrivateKey

#: What a key may be given as: PEM text or bytes, the path of a file, or the key.
PrivateKey = str | bytes | os.PathLike[str] | RSAPrivateKey

_SETTING: Final = "private_key"
_BEGIN: Final = "-----BEGIN"
_WANTED: Final = (
    "Give the private key of your application: PEM text that begins with "
    "-----BEGIN PRIVATE KEY-----, the path of that file, or an RSA key object."
)
#: A path is shown in errors; longer ones, and such runs of letters and digits, might
#: be a key that lost its header.
_LONGEST_PATH: Final = 200
_KEY_MATERIAL: Final = re.compile(r"[A-Za-z0-9+/=_]{48}")


def load_key(given: PrivateKey) -> RSAPrivateKey:
    """The RSA key that was given as text, bytes, path or object."""
    if isinstance(given, RSAPrivateKey):
        return given
    pem = _pem(given)
    if b"PUBLIC KEY-----" in pem:
        raise _bad("is the public key")
    try:
        key = load_pem_private_key(pem, password=None)
    except TypeError:
        raise _bad("is encrypted with a passphrase, decrypt it first") from None
    except (ValueError, UnsupportedAlgorithm):
        raise _bad("cannot be parsed, some of it may be missing") from None
    if not isinstance(key, RSAPrivateKey):
        raise _bad(f"is a {type(key).__name__.lstrip('_')}, Nexmo signs with RSA")
    return key


def sign(key: RSAPrivateKey, application_id: str, *, at: float, ttl: float) -> str:
    """A new token for this application.

    Args:
        key: The application's private key.
        application_id: The application.
        at: Unix seconds, on Nexmo's clock, from which it is valid.
        ttl: Seconds that it is valid.
    """
    issued = int(at)
    claims = {
        "application_id": application_id,
        "iat": issued,
        "exp": issued + int(ttl),
        "jti": str(uuid.uuid4()),
    }
    return jwt.encode(claims, key, algorithm="RS256")


def _pem(given: str | bytes | os.PathLike[str]) -> bytes:
    if isinstance(given, os.PathLike):
        return _read(Path(given), str(Path(given)))
    text = given.decode("latin-1") if isinstance(given, bytes) else given
    if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance]  None from os.environ.get is common
        raise _bad(f"is a {type(given).__name__}")
    if _BEGIN in text:
        return text.replace("\\n", "\n").strip().encode()
    if not text.strip():
        raise _bad("is empty")
    is_path = len(text) <= _LONGEST_PATH and text.isprintable()
    if not is_path or isinstance(given, bytes):
        raise _bad(f"has no line {_BEGIN} PRIVATE KEY-----")
    return _read(Path(text), "" if _KEY_MATERIAL.search(text) else text)


def _read(path: Path, shown: str) -> bytes:
    named = f"file {shown}" if shown else "file of that name"
    try:
        pem = path.expanduser().read_bytes()
    except (OSError, RuntimeError) as why:  # RuntimeError: the home of ~nobody
        reason = why.strerror if isinstance(why, OSError) else why
        raise _bad(f"{named} cannot be read: {reason}") from None
    if not pem.strip():
        raise _bad(f"{named} is empty")
    if _BEGIN.encode() not in pem:
        raise _bad(f"{named} has no line {_BEGIN} PRIVATE KEY-----")
    return pem


def _bad(problem: str) -> ConfigurationError:
    return ConfigurationError(_SETTING, problem, _WANTED)

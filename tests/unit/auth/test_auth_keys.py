from __future__ import annotations

import pickle
import re
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from nexmo_async.auth.credentials import Basic, Jwt
from nexmo_async.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

APPLICATION = "aaaaaaaa-bbbb-cccc-dddd-0123456789ab"
PKCS1 = PrivateFormat.TraditionalOpenSSL
PKCS8 = PrivateFormat.PKCS8


def pem(
    key: RSAPrivateKey | ec.EllipticCurvePrivateKey,
    shape: PrivateFormat = PKCS8,
    lock: KeySerializationEncryption | None = None,
) -> str:
    return key.private_bytes(Encoding.PEM, shape, lock or NoEncryption()).decode()


def public_pem(key: RSAPrivateKey) -> str:
    info = PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(Encoding.PEM, info).decode()


def file(text: str, folder: Path) -> Path:
    path = folder / "private.key"
    path.write_text(text)
    return path


#: Every way to hand over a good key: (key, folder) -> what is given.
GOOD: dict[str, Callable[[RSAPrivateKey, Path], Any]] = {
    "PEM text": lambda key, _: pem(key),
    "PEM with literal line breaks": lambda key, _: pem(key).replace("\n", "\\n"),
    "PEM with Windows line breaks": lambda key, _: pem(key).replace("\n", "\r\n"),
    "PEM with space around": lambda key, _: f"\n\n  {pem(key)}\n",
    "bytes": lambda key, _: pem(key).encode(),
    "PKCS#1": lambda key, _: pem(key, PKCS1),
    "PKCS#1 bytes": lambda key, _: pem(key, PKCS1).encode(),
    "path": lambda key, folder: file(pem(key), folder),
    "path as text": lambda key, folder: str(file(pem(key), folder)),
    "path of a PKCS#1 file": lambda key, folder: file(pem(key, PKCS1), folder),
    "key object": lambda key, _: key,
}

#: Every bad key, and what the sentence says.
BAD: dict[str, tuple[Callable[[RSAPrivateKey, Path], Any], str]] = {
    "missing file": (
        lambda _, folder: folder / "no.key",
        r"no\.key cannot be read: No",
    ),
    "missing file as text": (
        lambda _, folder: str(folder / "no.key"),
        "cannot be read",
    ),
    "folder": (lambda _, folder: folder, "cannot be read: Is a directory"),
    "no such home": (lambda *_: "~nobody-here/key", "cannot be read: Could not"),
    "empty file": (lambda _, folder: file(" \n", folder), "private.key is empty"),
    "file without header": (
        lambda _, folder: file("MIIE", folder),
        "has no line -----B",
    ),
    "public key in a file": (
        lambda key, folder: file(public_pem(key), folder),
        "is the public key",
    ),
    "empty": (lambda *_: "", "is empty"),
    "spaces": (lambda *_: " \n", "is empty"),
    "empty bytes": (lambda *_: b"", "is empty"),
    "None": (lambda *_: None, "is a NoneType"),
    "number": (lambda *_: 7, "is a int"),
    "public key": (lambda key, _: public_pem(key), "is the public key"),
    "encrypted": (
        lambda key, _: pem(key, PKCS8, BestAvailableEncryption(b"passphrase")),
        "is encrypted with a passphrase",
    ),
    "encrypted PKCS#1": (
        lambda key, _: pem(key, PKCS1, BestAvailableEncryption(b"passphrase")),
        "is encrypted with a passphrase",
    ),
    "EC": (
        lambda *_: pem(ec.generate_private_key(ec.SECP256R1())),
        "is a .*EC.*, Nexmo signs with RSA",
    ),
    "truncated": (lambda key, _: pem(key)[:800], "cannot be parsed"),
    "truncated in the middle": (
        lambda key, _: pem(key)[:400] + pem(key)[-400:],
        "cannot be parsed",
    ),
    "no header": (
        lambda key, _: "\n".join(pem(key).splitlines()[1:-1]),
        "has no line -----BEGIN PRIVATE KEY-----",
    ),
    "no header, one line": (
        lambda key, _: "".join(pem(key).splitlines()[1:-1]),
        "has no line -----BEGIN PRIVATE KEY-----",
    ),
    "one line of the key": (
        lambda key, _: pem(key).splitlines()[3],
        "file of that name cannot be read",
    ),
    "DER": (
        lambda key, _: key.private_bytes(Encoding.DER, PKCS8, NoEncryption()),
        "has no line -----BEGIN PRIVATE KEY-----",
    ),
    "odd bytes": (lambda *_: b"\x00\x01", "has no line"),
    "odd text": (lambda *_: "key\x00", "has no line"),
}


@pytest.mark.parametrize("way", GOOD)
def test_a_good_key_is_taken_in_every_shape(
    way: str, private_key: RSAPrivateKey, tmp_path: Path
) -> None:
    taken = Jwt(APPLICATION, GOOD[way](private_key, tmp_path)).key

    assert taken.private_numbers() == private_key.private_numbers()


@pytest.mark.parametrize("way", BAD)
def test_a_bad_key_is_refused_at_birth_in_a_sentence(
    way: str, private_key: RSAPrivateKey, tmp_path: Path
) -> None:
    make, problem = BAD[way]

    with pytest.raises(ConfigurationError, match=problem) as caught:
        Jwt(APPLICATION, make(private_key, tmp_path))

    assert caught.value.setting == "private_key"
    assert "Give the private key of your application: PEM text" in str(caught.value)


@pytest.mark.parametrize("way", BAD)
def test_a_bad_key_is_never_shown(
    way: str, private_key: RSAPrivateKey, tmp_path: Path
) -> None:
    given = BAD[way][0](private_key, tmp_path)
    with pytest.raises(ConfigurationError) as caught:
        Jwt(APPLICATION, given)

    shown = str(caught.value) + repr(caught.value) + repr(caught.value.args)

    lines = [line for line in pem(private_key).splitlines()[1:-1] if len(line) > 20]
    assert not [line for line in lines if line in shown]
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_a_key_is_read_once(private_key: RSAPrivateKey, tmp_path: Path) -> None:
    path = file(pem(private_key), tmp_path)
    credentials = Jwt(APPLICATION, path)
    path.unlink()

    assert credentials.key.key_size == 2048


@pytest.mark.parametrize("name", ["", "x", "aaaaaaaa-bbbb", None, 7])
def test_an_application_id_that_is_no_uuid_is_refused(
    name: str, private_key: RSAPrivateKey
) -> None:
    with pytest.raises(ConfigurationError, match="application_id: is no UUID such as"):
        Jwt(name, private_key)


def test_an_application_id_is_written_as_nexmo_writes_it(
    private_key: RSAPrivateKey,
) -> None:
    assert Jwt(APPLICATION.upper(), private_key).application_id == APPLICATION


@pytest.mark.parametrize("ttl", [29, 0, -1, 86_401])
def test_a_life_that_nexmo_would_refuse_is_refused(
    ttl: int, private_key: RSAPrivateKey
) -> None:
    problem = f"ttl: is {ttl} seconds, allowed are 30 to 86400"
    with pytest.raises(ConfigurationError, match=re.escape(problem)):
        Jwt(APPLICATION, private_key, ttl=ttl)


@pytest.mark.parametrize(
    ("api_key", "api_secret", "problem"),
    [
        ("", "secret", "api_key: is empty"),
        ("abcd1234", "", "api_secret: is empty"),
        ("abcd1234", "secret\n", "api_secret: has odd characters"),
        ("abcd1234", "sécret", "api_secret: has odd characters"),
    ],
)
def test_half_a_pair_is_refused(api_key: str, api_secret: str, problem: str) -> None:
    with pytest.raises(ConfigurationError, match=problem) as caught:
        Basic(api_key, api_secret)

    assert "cret\n" not in str(caught.value)


def test_credentials_print_no_secret(private_key: RSAPrivateKey) -> None:
    assert repr(Basic("abcd1234", "the-secret")) == "Basic(api_key='abcd1234')"
    assert repr(Jwt(APPLICATION, private_key)) == (
        "Jwt(application_id='aaaaaaaa-bbbb-cccc-dddd-0123456789ab')"
    )


def test_credentials_are_not_pickled(private_key: RSAPrivateKey) -> None:
    """A secret must not travel to another process, or a queue, by accident."""
    for credentials in (Basic("abcd1234", "the-secret"), Jwt(APPLICATION, private_key)):
        with pytest.raises(TypeError, match="is not pickled"):
            pickle.dumps(credentials)

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nexmo_async.errors import PayloadError, SignatureError
from nexmo_async.models.receipt import Receipt
from nexmo_async.webhooks import sign, unwrap, verify

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    from nexmo_async.testing import ManualClock

SECRET = "a signature secret of more than 32 bytes"
OTHER = "an other secret, also longer than 32 bytes"
SECRETS = {"abcd1234": SECRET, "beef5678": OTHER}
NOW = 1_767_225_600.0
BODY = b'{"message_uuid":"m-1","status":"delivered","to":"1","from":"2"}'


def signed(secret: str = SECRET, body: bytes = BODY, **claims: object) -> str:
    stated = {"api_key": "abcd1234", "now": NOW, **claims}
    return sign(body, secret=secret, **stated)  # type: ignore[arg-type]  claims are free


def raw(header: dict[str, object], claims: object, secret: str = SECRET) -> str:
    """A token that no library would write, with a true HMAC."""
    parts = [base64url(json.dumps(part).encode()) for part in (header, claims)]
    mac = hmac.new(secret.encode(), b".".join(parts), hashlib.sha256).digest()
    return "Bearer " + b".".join([*parts, base64url(mac)]).decode()


def base64url(content: bytes) -> bytes:
    return base64.urlsafe_b64encode(content).rstrip(b"=")


def claims(**others: object) -> dict[str, object]:
    return {
        "iss": "Vonage",
        "iat": int(NOW),
        "jti": "j-1",
        "api_key": "abcd1234",
        "payload_hash": hashlib.sha256(BODY).hexdigest(),
        **others,
    }


HS256: dict[str, object] = {"alg": "HS256", "typ": "JWT"}

#: Every forged or odd header, by what is wrong with it.
FORGED: dict[str, Callable[[], str]] = {
    "wrong secret": lambda: signed(OTHER),
    "empty secret": lambda: raw(HS256, claims(), ""),
    "account not listed": lambda: signed(api_key="dead0000"),
    "another account's secret": lambda: signed(SECRET, api_key="beef5678"),
    "no account": lambda: raw(HS256, claims(api_key=None)),
    "an account that is an object": lambda: raw(HS256, claims(api_key={})),
    "alg none": lambda: raw({"alg": "none"}, claims()),
    "alg none, unsigned": lambda: (
        raw({"alg": "none"}, claims()).rpartition(".")[0] + "."
    ),
    "alg RS256 with the secret as its key": lambda: raw(
        {"alg": "RS256", "typ": "JWT"}, claims()
    ),
    "alg a list": lambda: raw({"alg": ["HS256"]}, claims()),
    "another kind of token": lambda: raw({"alg": "HS256", "typ": "JWE"}, claims()),
    "a kind that is a list": lambda: raw({"alg": "HS256", "typ": ["JWT"]}, claims()),
    "a header that is a list": lambda: (
        "Bearer " + base64url(b'["HS256"]').decode() + ".e30.x"
    ),
    "a token of 1 MiB": lambda: raw(HS256, claims(filling="x" * 1_048_576)),
    "base64, not base64url": lambda: "Bearer a+b.c/d.e=",
    "a moment that is a yes": lambda: raw(HS256, claims(iat=True)),
    "alg HS512": lambda: "Bearer " + jwt.encode(claims(), SECRET * 2, "HS512"),
    "alg missing": lambda: raw({"typ": "JWT"}, claims()),
    "alg in lower case": lambda: raw({"alg": "hs256"}, claims()),
    "alg a number": lambda: raw({"alg": 256}, claims()),
    "critical header": lambda: raw({**HS256, "crit": ["x"]}, claims()),
    "detached payload": lambda: raw({**HS256, "b64": False, "crit": ["b64"]}, claims()),
    "another issuer": lambda: signed(iss="Nexmo"),
    "no issuer": lambda: raw(HS256, claims(iss=None)),
    "issuer a list": lambda: raw(HS256, claims(iss=["Vonage"])),
    "hash missing": lambda: signed(payload_hash=None),
    "hash of another body": lambda: signed(payload_hash="0" * 64),
    "hash in upper case": lambda: signed(
        payload_hash=hashlib.sha256(BODY).hexdigest().upper()
    ),
    "hash a number": lambda: signed(payload_hash=7),
    "hash not ASCII": lambda: signed(payload_hash="é" * 64),
    "hash half a character": lambda: signed(payload_hash="\ud800"),
    "a second too old": lambda: signed(iat=int(NOW) - 86_701),
    "five minutes into the future": lambda: signed(iat=int(NOW) + 301),
    "a day into the future": lambda: signed(iat=int(NOW) + 86_400),
    "no moment": lambda: raw(HS256, {k: v for k, v in claims().items() if k != "iat"}),
    "a moment that is text": lambda: raw(HS256, claims(iat="now")),
    "a moment that is no number": lambda: raw(HS256, claims(iat=float("nan"))),
    "an endless moment": lambda: raw(HS256, claims(iat=float("inf"))),
    "a moment of 400 digits": lambda: raw(HS256, claims(iat=10**400)),
    "claims a list": lambda: raw(HS256, [claims()]),
    "claims a text": lambda: raw(HS256, "claims"),
    "claims null": lambda: raw(HS256, None),
    "claims 5,000 levels deep": lambda: (
        "Bearer "
        + ".".join(
            [
                base64url(b'{"alg":"HS256"}').decode(),
                base64url(b"[" * 5000).decode(),
                "x",
            ]
        )
    ),
    "scheme Basic": lambda: signed().replace("Bearer", "Basic"),
    "no scheme": lambda: signed().removeprefix("Bearer "),
    "only a scheme": lambda: "Bearer",
    "scheme and space": lambda: "Bearer ",
    "two tokens": lambda: f"{signed()}, {signed()}",
    "cut off": lambda: signed()[:-5],
    "two parts": lambda: signed().rpartition(".")[0],
    "four parts": lambda: signed() + ".x",
    "not base64": lambda: "Bearer !!!.???.###",
    "not ASCII": lambda: "Bearer é.é.é",
    "half a character": lambda: "Bearer \ud800",
    "zero bytes": lambda: "Bearer \0\0\0",
    "spaces": lambda: "   ",
}


@pytest.mark.parametrize("attack", FORGED)
def test_what_nexmo_did_not_sign_is_refused(attack: str) -> None:
    with pytest.raises(SignatureError) as caught:
        verify(BODY, FORGED[attack](), SECRETS, now=NOW)

    assert not caught.value.missing
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("attack", FORGED)
def test_a_refusal_shows_nothing_of_the_token(attack: str) -> None:
    header = FORGED[attack]()
    with pytest.raises(SignatureError) as caught:
        verify(BODY, header, SECRETS, now=NOW)

    words = [word for word in header.split(".") if len(word) > 8]

    assert not [word for word in words if word in str(caught.value)]
    assert caught.value.__cause__ is None


def test_an_rsa_signature_is_refused_even_with_a_key_of_ours(
    private_key: RSAPrivateKey,
) -> None:
    token = jwt.encode(claims(), private_key, "RS256")

    with pytest.raises(SignatureError):
        verify(BODY, f"Bearer {token}", SECRETS, now=NOW)


def test_no_signature_says_that_it_is_missing() -> None:
    with pytest.raises(SignatureError, match="bears no signature") as caught:
        verify(BODY, "", SECRETS, now=NOW)

    assert caught.value.missing


@pytest.mark.parametrize("place", range(0, len(BODY), 7))
def test_any_byte_of_the_body_that_changed_is_noticed(place: int) -> None:
    changed = bytearray(BODY)
    changed[place] ^= 1

    with pytest.raises(SignatureError, match="of another body"):
        verify(bytes(changed), signed(), SECRETS, now=NOW)


def test_space_around_the_body_is_noticed() -> None:
    with pytest.raises(SignatureError, match="of another body"):
        verify(BODY + b"\n", signed(), SECRETS, now=NOW)


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_may_be_written_in_any_case(scheme: str) -> None:
    found = verify(BODY, signed().replace("Bearer", scheme), SECRETS, now=NOW)

    assert found["api_key"] == "abcd1234"


@pytest.mark.parametrize("age", [0, 1, 86_400, 86_700, -300])
def test_a_signature_lives_for_a_day_and_five_minutes(age: int) -> None:
    """Nexmo calls again for a day, and may not sign anew."""
    assert verify(BODY, signed(iat=int(NOW) - age), SECRETS, now=NOW)


def test_without_a_greatest_age_any_age_will_do() -> None:
    assert verify(BODY, signed(iat=1), SECRETS, now=NOW, max_age=None)


def test_each_account_is_verified_with_its_own_secret() -> None:
    found = verify(BODY, signed(OTHER, api_key="beef5678"), SECRETS, now=NOW)

    assert found["api_key"] == "beef5678"


def test_further_claims_are_kept() -> None:
    found = verify(BODY, signed(application_id="a-1"), SECRETS, now=NOW)

    assert found["application_id"] == "a-1"


@pytest.mark.parametrize("short", ["x", "short secret"])
def test_a_short_secret_works_without_a_word(short: str) -> None:
    """Nexmo chose it, not the reader of the warning."""
    assert verify(BODY, signed(short), {"abcd1234": short}, now=NOW)


def test_a_secret_that_looks_like_a_key_is_refused_in_a_sentence() -> None:
    pem = "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----"

    with pytest.raises(SignatureError):
        verify(BODY, signed(), {"abcd1234": pem}, now=NOW)


@given(st.text())
def test_no_header_raises_anything_else(header: str) -> None:
    with pytest.raises(SignatureError):
        verify(BODY, header, SECRETS, now=NOW)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


@given(
    st.dictionaries(st.sampled_from(["alg", "typ", "crit", "b64", "kid"]), JSON),
    st.dictionaries(
        st.sampled_from([*claims(), "exp", "nbf", "aud", "sub"]), JSON, max_size=4
    ),
)
def test_no_claim_raises_anything_else(
    header: dict[str, Any], others: dict[str, Any]
) -> None:
    token = raw({**HS256, **header}, claims(**others))
    try:
        issuer = verify(BODY, token, SECRETS, now=NOW)["iss"]
    except SignatureError:
        issuer = "refused"

    assert issuer in {"Vonage", "refused"}


async def test_unwrap_verifies_then_reads(clock: ManualClock) -> None:
    event = unwrap(BODY, {"AUTHORIZATION": signed()}, SECRETS, clock=clock)

    assert isinstance(event, Receipt)
    assert event.status == "delivered"


async def test_unwrap_never_reads_what_it_cannot_believe(clock: ManualClock) -> None:
    with pytest.raises(SignatureError):
        unwrap(b"no JSON", {"authorization": signed()}, SECRETS, clock=clock)


async def test_unwrap_says_when_a_believed_body_is_no_event(
    clock: ManualClock,
) -> None:
    header = signed(body=b"no JSON")

    with pytest.raises(PayloadError, match="the body is no JSON"):
        unwrap(b"no JSON", {"Authorization": header}, SECRETS, clock=clock)


async def test_two_headers_of_the_same_name_are_refused(clock: ManualClock) -> None:
    headers = {"Authorization": signed(), "authorization": signed()}

    with pytest.raises(SignatureError, match="two signatures"):
        unwrap(BODY, headers, SECRETS, clock=clock)

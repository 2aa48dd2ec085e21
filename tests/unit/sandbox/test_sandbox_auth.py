from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any, Final

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from nexmo_async.sandbox.auth import (
    Account,
    check,
    make_key,
    public_half,
    read_public_key,
)
from nexmo_async.sandbox.dice import Dice
from nexmo_async.sandbox.problem import RefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nexmo_async.sandbox import Sandbox

NOW: Final = 1_767_225_600.0
APPLICATION: Final = "aaaaaaaa-bbbb-cccc-dddd-0123456789ab"
CLAIMS: Final[dict[str, Any]] = {
    "application_id": APPLICATION,
    "iat": NOW,
    "jti": "9f9a4b5e",
}


@pytest.fixture
def account(keys: tuple[bytes, str]) -> Account:
    return Account(
        api_key="abcd1234",
        api_secrets=("0123456789abcdef",),
        application_id=APPLICATION,
        public_key=read_public_key(keys[0]),
        signature_secret="x" * 32,
    )


def basic(pair: str) -> str:
    return "Basic " + base64.b64encode(pair.encode()).decode()


def bearer(private: str, **changes: object) -> str:
    claims = {**CLAIMS, **changes}
    kept = {name: value for name, value in claims.items() if value is not None}
    return "Bearer " + jwt.encode(kept, private, algorithm="RS256")


def refusal(account: Account, headers: Sequence[str]) -> tuple[int, str, str]:
    with pytest.raises(RefusedError) as refused:
        check(account, headers, now=NOW)
    problem = refused.value.problem
    return problem.status, problem.type.rpartition("#")[2], problem.detail


def test_the_key_and_its_secret_open(account: Account) -> None:
    check(account, [basic("abcd1234:0123456789abcdef")], now=NOW)


def test_each_of_several_secrets_opens(account: Account) -> None:
    """As while one is exchanged for another."""
    account.api_secrets = ("old", "new")

    check(account, [basic("abcd1234:old")], now=NOW)
    check(account, [basic("abcd1234:new")], now=NOW)
    assert refusal(account, [basic("abcd1234:0123456789abcdef")])[0] == 401


async def test_secrets_are_exchanged_while_it_runs(
    api: httpx.AsyncClient, box: Sandbox
) -> None:
    both = {"api_secrets": ["0123456789abcdef", "the new one"]}
    assert (await api.put("/_sandbox/info", json=both)).status_code == 200
    told = (await api.get("/_sandbox/info", params={"secrets": 1})).json()
    assert told["api_secrets"] == both["api_secrets"]

    new = httpx.BasicAuth(box.api_key, "the new one")
    assert (await api.post("/v1/messages", json={}, auth=new)).status_code == 422
    await api.put("/_sandbox/info", json={"api_secrets": ["the new one"]})

    assert box.api_secret == "the new one"
    assert (await api.post("/v1/messages", json={})).status_code == 401


@pytest.mark.parametrize("secrets", [[], "secret", [""], [7], None])
async def test_an_account_has_at_least_one_secret(
    api: httpx.AsyncClient, secrets: object
) -> None:
    answer = await api.put("/_sandbox/info", json={"api_secrets": secrets})

    assert answer.status_code == 422
    assert answer.json()["detail"] == "api_secrets must be a list of at least one text."


def test_the_scheme_may_be_written_in_any_case(account: Account) -> None:
    given = basic("abcd1234:0123456789abcdef").replace("Basic", "bAsIc")

    check(account, [given], now=NOW)


@pytest.mark.parametrize(
    "header",
    [
        basic("abcd1234:wrong"),
        basic("wrong:0123456789abcdef"),
        basic("abcd1234"),
        basic(""),
        basic("abcd1234:0123456789abcdef:"),
        "Basic",
        "Basic !!!",
        "Basic é",
        "Basic " + "A" * 10_000,
    ],
)
def test_any_other_pair_is_refused(account: Account, header: str) -> None:
    assert refusal(account, [header])[:2] == (401, "unathorized")


def test_no_header_is_refused(account: Account) -> None:
    assert refusal(account, []) == (
        401,
        "unauthorized",
        "Request header 'Authorization' missing",
    )


@pytest.mark.parametrize("header", ["", "Digest abc", "abcd1234"])
def test_another_scheme_is_refused(account: Account, header: str) -> None:
    assert refusal(account, [header]) == (401, "unauthorized", "Use Basic or Bearer")


def test_two_ways_at_once_are_refused(
    account: Account, keys: tuple[bytes, str]
) -> None:
    one, other = basic("abcd1234:0123456789abcdef"), bearer(keys[1])

    assert refusal(account, [one, other])[1] == "multiple-auth-methods"
    assert refusal(account, [f"{one}, {other}"])[1] == "multiple-auth-methods"


def test_a_key_in_the_query_beside_the_header_is_two_ways(account: Account) -> None:
    with pytest.raises(RefusedError) as refused:
        check(
            account,
            [basic("abcd1234:0123456789abcdef")],
            now=NOW,
            query={"api_key": "abcd1234", "api_secret": "0123456789abcdef"},
        )

    assert refused.value.problem.type.endswith("#multiple-auth-methods")


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"iat": int(NOW)},
        {"iat": NOW + 60},
        {"iat": NOW - 899},
        {"iat": NOW - 3600, "exp": NOW + 1},
        {"exp": NOW + 30},
        {"exp": NOW + 86_400},
        {"nbf": NOW},
        {"sub": 7, "acl": {"paths": {}}, "aud": "anybody", "iss": "anybody"},
    ],
)
def test_a_token_in_order_opens(
    account: Account, keys: tuple[bytes, str], changes: dict[str, object]
) -> None:
    check(account, [bearer(keys[1], **changes)], now=NOW)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"iat": None}, "iat is missing"),
        ({"iat": "1767225600"}, "iat is not a number"),
        ({"iat": True}, "iat is not a number"),
        ({"iat": float("nan")}, "iat is not a moment"),
        ({"iat": 10**400}, "iat is not a moment"),
        ({"iat": NOW + 61}, "iat lies in the future"),
        ({"nbf": NOW + 61}, "nbf lies in the future"),
        ({"nbf": "now"}, "nbf is not a number"),
        ({"exp": "never"}, "exp is not a number"),
        ({"exp": NOW + 29}, "it must live between 30 seconds and 24 hours"),
        ({"exp": NOW + 86_401}, "it must live between 30 seconds and 24 hours"),
        ({"jti": None}, "jti is missing"),
        ({"jti": ""}, "jti is missing"),
        ({"jti": 7}, "jti is missing"),
    ],
)
def test_a_token_out_of_order_is_refused_with_the_reason(
    account: Account, keys: tuple[bytes, str], changes: dict[str, object], why: str
) -> None:
    assert refusal(account, [bearer(keys[1], **changes)]) == (
        401,
        "unauthorized",
        f"Invalid Token: {why}",
    )


@pytest.mark.parametrize(
    "changes", [{"iat": NOW - 900}, {"iat": NOW - 100, "exp": NOW}]
)
def test_an_old_token_has_expired(
    account: Account, keys: tuple[bytes, str], changes: dict[str, object]
) -> None:
    """A token without an end lives for fifteen minutes."""
    assert refusal(account, [bearer(keys[1], **changes)])[1] == "jwt-expired"


@pytest.mark.parametrize("application", [None, "", "another", 7, "\ud800"])
def test_a_token_for_another_application_is_refused(
    account: Account, keys: tuple[bytes, str], application: object
) -> None:
    given = bearer(keys[1], application_id=application)

    assert refusal(account, [given])[:2] == (401, "unathorized")


def test_a_token_signed_with_another_key_is_refused(account: Account) -> None:
    another = make_key()

    assert refusal(account, [bearer(another)]) == (
        401,
        "unauthorized",
        "Invalid Token: it is not signed with the application's key",
    )


def test_a_token_signed_with_a_secret_is_refused(account: Account) -> None:
    """HS256 with the public key as secret is an old trick."""
    given = "Bearer " + jwt.encode(CLAIMS, "x" * 32, algorithm="HS256")

    assert refusal(account, [given])[2].startswith("Invalid Token")


def test_a_token_without_a_signature_is_refused(account: Account) -> None:
    given = "Bearer " + jwt.encode(CLAIMS, "", algorithm="none")

    assert refusal(account, [given])[2].startswith("Invalid Token")


@pytest.mark.parametrize(
    "token",
    [
        "",
        "abc",
        "a.b.c",
        "é.é.é",
        base64.urlsafe_b64encode(b"[" * 40_000).decode().rstrip("=") + ".e30.abc",
        base64.urlsafe_b64encode(json.dumps({"alg": 1}).encode()).decode() + ".e30.",
    ],
)
def test_what_is_no_token_is_refused(account: Account, token: str) -> None:
    assert refusal(account, [f"Bearer {token}"])[:2] == (401, "unauthorized")


def test_an_account_shows_no_secret(account: Account) -> None:
    assert "0123456789abcdef" not in repr(account)
    assert "xxxx" not in repr(account)


@pytest.mark.parametrize("pem", ["", b"nonsense", "-----BEGIN PUBLIC KEY-----"])
def test_what_is_no_public_key_is_refused(pem: str | bytes) -> None:
    with pytest.raises(ValueError, match="public_key is no public key in PEM"):
        read_public_key(pem)


def test_a_key_of_another_kind_is_refused() -> None:
    curve = ec.generate_private_key(ec.SECP256R1()).public_key()
    pem = curve.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )

    with pytest.raises(ValueError, match="public_key is no RSA key"):
        read_public_key(pem)


def test_a_made_pair_is_2048_bits_and_pkcs8() -> None:
    private = make_key()

    assert public_half(private).key_size == 2048
    assert private.startswith("-----BEGIN PRIVATE KEY-----")


def test_a_seed_makes_the_same_key_each_time() -> None:
    key = make_key(Dice("seed"))

    assert make_key(Dice("seed")) == key
    assert make_key(Dice("another")) != key


def test_a_key_from_a_seed_is_as_long_as_any(account: Account) -> None:
    """It was made outside of OpenSSL, so OpenSSL is asked whether it is one."""
    private = make_key(Dice("seed"))
    loaded = serialization.load_pem_private_key(private.encode(), password=None)
    account.public_key = public_half(private)

    assert account.public_key.key_size == 2048
    assert account.public_key == loaded.public_key()
    check(account, [bearer(private)], now=NOW)


def test_without_a_key_no_token_opens(
    account: Account, keys: tuple[bytes, str]
) -> None:
    account.public_key = None

    assert refusal(account, [bearer(keys[1])])[2].endswith("the application has no key")


async def test_nobody_gets_in_without_a_header(box: Sandbox) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.post(f"{box.base_url}/v1/messages", json={})

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "https://developer.vonage.com/api-errors#unauthorized",
        "title": "Unauthorised",
        "detail": "Request header 'Authorization' missing",
        "instance": answer.headers["x-request-id"],
    }


async def test_two_headers_are_seen_on_a_real_socket(box: Sandbox, token: str) -> None:
    pair = base64.b64encode(f"{box.api_key}:{box.api_secret}".encode()).decode()

    async with httpx.AsyncClient() as client:
        answer = await client.post(
            f"{box.base_url}/v1/messages",
            json={},
            headers=[
                ("Authorization", f"Basic {pair}"),
                ("Authorization", f"Bearer {token}"),
            ],
        )

    assert answer.status_code == 401
    assert answer.json()["type"].endswith("#multiple-auth-methods")

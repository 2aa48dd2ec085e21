from __future__ import annotations

from importlib.metadata import metadata

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from nexmo_async.auth.credentials import Basic, Jwt
from nexmo_async.cli import findings
from nexmo_async.errors import AuthenticationError, NotSentError, RequestError

APPLICATION = "12345678-90ab-4def-8234-567890abcdef"
ACCOUNT = {"NEXMO_API_KEY": "abcd1234", "NEXMO_API_SECRET": "secret"}


def verdicts(env: dict[str, str]) -> dict[str, str]:
    return {one.check: one.verdict for one in findings.of_variables(env)}


def test_an_empty_environment_lacks_each_half_of_both_pairs() -> None:
    assert verdicts({}) == {
        "NEXMO_APPLICATION_ID": "wrong",
        "NEXMO_APPLICATION_PRIVATE_KEY_PATH": "wrong",
        "NEXMO_API_KEY": "wrong",
        "NEXMO_API_SECRET": "wrong",
        "NEXMO_SIGNATURE_SECRET": "note",
    }


def test_each_missing_variable_has_a_cure() -> None:
    assert all(one.cure for one in findings.of_variables({}))


def test_one_pair_is_enough() -> None:
    assert "wrong" not in verdicts(ACCOUNT).values()


def test_half_a_pair_is_not() -> None:
    assert verdicts({"NEXMO_API_KEY": "abcd1234"})["NEXMO_API_SECRET"] == "wrong"


def test_who_has_begun_with_one_pair_need_not_have_the_other() -> None:
    assert verdicts({"NEXMO_API_KEY": "abcd1234"})["NEXMO_APPLICATION_ID"] == "note"


def test_the_newer_names_count() -> None:
    found = verdicts({"VONAGE_API_KEY": "abcd1234", "VONAGE_API_SECRET": "secret"})

    assert found["VONAGE_API_KEY"] == "fine"


def test_no_finding_shows_a_secret() -> None:
    told = str(list(findings.of_variables(ACCOUNT)))

    assert "abcd1234" not in told
    assert "'secret'" not in told


def test_a_weak_key_is_noted(private_key: rsa.RSAPrivateKey) -> None:
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505  that is the point

    assert findings.of_credentials(Jwt(APPLICATION, weak)).verdict == "note"
    assert findings.of_credentials(Jwt(APPLICATION, private_key)).verdict == "fine"


def test_an_api_key_cannot_do_everything() -> None:
    assert "need an application" in findings.of_credentials(Basic("key", "s")).said


def test_a_password_of_a_proxy_is_not_shown() -> None:
    assert findings.of_proxy("http://me:pass@proxy:3128").said == "proxy:3128"


@pytest.mark.parametrize(
    ("ahead", "verdict"),
    [(0, "fine"), (-4, "fine"), (6, "note"), (-600, "note"), (601, "wrong")],
)
def test_a_clock_is_judged_by_how_far_it_is_off(ahead: int, verdict: str) -> None:
    assert findings.of_clocks(1_000_000 + ahead, 1_000_000.0).verdict == verdict


def test_a_clock_says_which_way_it_is_off() -> None:
    assert findings.of_clocks(1000, 1090.0).said == "90 s behind theirs"


def test_an_answer_without_a_date_cannot_tell_the_time() -> None:
    assert findings.of_clocks(1000, None).verdict == "note"


@pytest.mark.parametrize(
    ("said", "cure"),
    [
        ("[SSL: CERTIFICATE_VERIFY_FAILED]", "SSL_CERT_FILE"),
        ("[SSL: WRONG_VERSION_NUMBER]", "proxy"),
        ("gaierror getaddrinfo failed", "DNS"),
        ("Connection refused", "firewall"),
    ],
)
def test_a_silence_has_a_cure_by_its_cause(said: str, cure: str) -> None:
    assert cure in findings.of_silence(NotSentError("api.nexmo.com:443", said)).cure


def test_a_message_refused_for_being_empty_shows_that_the_login_is_good() -> None:
    empty = RequestError(422, "Invalid")

    assert findings.of_login(empty).verdict == "fine"


def test_a_login_refused_is_wrong() -> None:
    refused = AuthenticationError(401, "Unauthorized")

    assert findings.of_login(refused).verdict == "wrong"


def test_no_answer_tells_nothing_about_the_login() -> None:
    assert findings.of_login(NotSentError("host", "gone")).verdict == "note"


def test_an_extra_that_is_missing_says_how_to_add_it() -> None:
    found = {one.check: one for one in findings.of_extras({"aiohttp": "3.14"})}

    assert found["extra fast"].verdict == "note"
    assert found["extra fast"].cure == 'pip install "nexmo-async[fast]"'


def test_a_package_may_spell_its_own_name_as_it_likes() -> None:
    installed = {"prometheus_client": "0.26", "Redis": "8.1"}
    found = {one.check: one.said for one in findings.of_extras(installed)}

    assert found["extra prometheus"] == "prometheus-client 0.26"
    assert found["extra redis"] == "redis 8.1"


def test_every_extra_of_the_package_is_known() -> None:
    extras = set(metadata("nexmo-async").get_all("Provides-Extra") or [])

    assert extras - set(findings.EXTRAS) <= {"all", "cli"}


def test_a_value_that_a_file_set_names_the_file() -> None:
    env = {**ACCOUNT, "NEXMO_BASE_URL": "http://127.0.0.1:8090"}
    origins = {"NEXMO_API_SECRET": ".env", "NEXMO_BASE_URL": "pyproject.toml"}
    said = {one.check: one.said for one in findings.of_variables(env, origins)}

    assert said["NEXMO_API_KEY"] == "is set"
    assert said["NEXMO_API_SECRET"] == "is set by .env"
    assert said["NEXMO_BASE_URL"] == "is set by pyproject.toml"

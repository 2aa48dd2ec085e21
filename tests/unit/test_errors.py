from __future__ import annotations

import copy
import pickle

import pytest

from nexmo_async.errors import (
    AuthenticationError,
    ClosedError,
    ConfigurationError,
    DeliveryFailedError,
    ForbiddenError,
    LowBalanceError,
    MessageError,
    NexmoError,
    NoReplyError,
    NotFoundError,
    NotSentError,
    PayloadError,
    RateLimitError,
    RefusedError,
    ReplayError,
    RequestError,
    SignatureError,
    StillWaitingError,
    ThrottledError,
    UnknownOutcomeError,
    UnsupportedError,
    WebhookError,
)

#: Each error as this package raises it, with the sentence that a person reads.
CASES: list[tuple[NexmoError, str]] = [
    (
        NexmoError("something odd"),
        "something odd. Nothing was sent.",
    ),
    (
        ConfigurationError("NEXMO_API_KEY", "is not set", "Set it, or use Jwt."),
        "NEXMO_API_KEY: is not set. Nothing was sent. Set it, or use Jwt.",
    ),
    (
        MessageError("to", "begins with 0"),
        "to: begins with 0. Nothing was sent.",
    ),
    (
        UnsupportedError("client_ref", "is not known", "beta"),
        "client_ref: is not known (api='beta'). Nothing was sent.",
    ),
    (
        ClosedError("the client is not open"),
        (
            "the client is not open. Nothing was sent. "
            "Open it first: async with Nexmo(...) as nexmo: ..."
        ),
    ),
    (
        NotSentError("api.nexmo.com", "name not known"),
        (
            "no connection to api.nexmo.com: name not known. Nothing was sent. "
            "It is safe to send it again."
        ),
    ),
    (
        RefusedError(418, "Teapot", "Short and stout.", hint="the clock is wrong"),
        (
            "Nexmo refused with 418, Teapot: Short and stout, the clock is wrong. "
            "Nothing was sent."
        ),
    ),
    (
        RequestError(
            422,
            "Invalid params",
            "two fields are wrong.",
            "0123456789abcdef0123456789abcdef",
            (("to", "is required."), ("text", "is too long.")),
        ),
        (
            "Nexmo refused with 422, Invalid params: "
            "two fields are wrong, "
            "to is required; text is too long, "
            "instance 0123456789abcdef0123456789abcdef. Nothing was sent. "
            "Mend the fields it names; the same request will be refused again."
        ),
    ),
    (
        AuthenticationError(401, "Unauthorised", "Invalid Token"),
        (
            "Nexmo refused with 401, Unauthorised: Invalid Token. Nothing was sent. "
            "Check the key or the application id and its private key."
        ),
    ),
    (
        LowBalanceError(402, "Low balance"),
        (
            "Nexmo refused with 402, Low balance. Nothing was sent. "
            "Top up the account, then send again."
        ),
    ),
    (
        ForbiddenError(403),
        (
            "Nexmo refused with 403. Nothing was sent. "
            "Ask for the product, or the address, to be allowed for this account."
        ),
    ),
    (
        NotFoundError(404, detail="Message aaa was not found."),
        (
            "Nexmo refused with 404, Message aaa was not found. Nothing was sent. "
            "Check the id and the region that holds it."
        ),
    ),
    (
        RateLimitError(429, "Rate Limit Hit"),
        (
            "Nexmo refused with 429, Rate Limit Hit. Nothing was sent. "
            "Wait, then send it again: that is safe."
        ),
    ),
    (
        UnknownOutcomeError("order-7", "500 Internal error", 500),
        (
            "no clear answer (client_ref order-7): 500 Internal error. "
            "It may have been sent. "
            "Wait for a receipt with this client_ref; sending again may double it."
        ),
    ),
    (
        DeliveryFailedError("aaa", "rejected", 1300, "no such subscriber."),
        (
            "message aaa ended as rejected with 1300: no such subscriber. "
            "It was sent. Try another channel."
        ),
    ),
    (
        ThrottledError(5.0),
        (
            "no turn came within 5 s. Nothing was sent. "
            "Send it later, or allow more: it is safe to send it again."
        ),
    ),
    (
        StillWaitingError("aaa", "delivered", 60.0, "submitted"),
        (
            "message aaa is not delivered after 60 s, only submitted. It was sent. "
            "A receipt may still come."
        ),
    ),
    (
        NoReplyError("447700900000", 60.0),
        (
            "...0000 has not written within 60 s. "
            "They may still write: on_inbound of your WebhookApp will tell."
        ),
    ),
    (
        ReplayError("this webhook came before"),
        "this webhook came before. Answer 200, or Nexmo calls again.",
    ),
    (
        WebhookError("the body is too long"),
        "the body is too long.",
    ),
    (
        SignatureError("the token is expired", missing=True),
        (
            "the token is expired. "
            "Check the signature secret, or whether somebody else calls your endpoint."
        ),
    ),
    (
        PayloadError("the body is no JSON"),
        "the body is no JSON.",
    ),
]

ERRORS = [error for error, _ in CASES]


def family(kind: type[NexmoError]) -> list[type[NexmoError]]:
    children = (
        child for child in kind.__subclasses__() if child.__module__ == kind.__module__
    )
    return [kind, *(one for child in children for one in family(child))]


def name(value: object) -> str:
    return type(value).__name__ if isinstance(value, NexmoError) else ""


@pytest.mark.parametrize("kind", family(NexmoError), ids=lambda kind: kind.__name__)
def test_each_error_of_the_family_has_a_case_here(kind: type[NexmoError]) -> None:
    """A new error must be shown to read well and to survive pickle."""
    assert kind in {type(error) for error in ERRORS}


@pytest.mark.parametrize(("error", "sentence"), CASES, ids=name)
def test_it_says_what_happened_was_it_sent_and_what_now(
    error: NexmoError, sentence: str
) -> None:
    assert str(error) == sentence


@pytest.mark.parametrize("error", ERRORS, ids=name)
def test_it_survives_pickle_with_all_its_facts(error: NexmoError) -> None:
    again = pickle.loads(pickle.dumps(error))  # noqa: S301  written by this very line

    assert type(again) is type(error)
    assert again.args == error.args
    assert vars(again) == vars(error)
    assert str(again) == str(error)


@pytest.mark.parametrize("error", ERRORS, ids=name)
def test_it_survives_a_copy(error: NexmoError) -> None:
    again = copy.copy(error)

    assert vars(again) == vars(error)
    assert str(again) == str(error)


@pytest.mark.parametrize("error", ERRORS, ids=name)
def test_it_can_be_caught_as_a_nexmo_error(error: NexmoError) -> None:
    with pytest.raises(NexmoError):
        raise error


def test_a_rate_limit_keeps_its_seconds_through_pickle() -> None:
    error = RateLimitError(429)
    error.retry_after = 15.0

    again = pickle.loads(pickle.dumps(error))  # noqa: S301  written by this very line

    assert again.retry_after == 15.0


def test_notes_added_on_the_way_survive_pickle() -> None:
    error = MessageError("to", "begins with 0")
    error.add_note("row 7 of the list")

    again = pickle.loads(pickle.dumps(error))  # noqa: S301  written by this very line

    assert again.__notes__ == ["row 7 of the list"]


SENT = {
    MessageError: "no",
    NotSentError: "no",
    RefusedError: "no",
    RateLimitError: "no",
    UnknownOutcomeError: "maybe",
    DeliveryFailedError: "yes",
    StillWaitingError: "yes",
}


@pytest.mark.parametrize(
    ("kind", "sent"), SENT.items(), ids=[kind.__name__ for kind in SENT]
)
def test_it_knows_whether_the_message_left(kind: type[NexmoError], sent: str) -> None:
    assert kind.sent == sent


FAULTS = {
    MessageError: "caller",
    AuthenticationError: "caller",
    LowBalanceError: "account",
    ForbiddenError: "account",
    RateLimitError: "account",
    NotSentError: "network",
    WebhookError: "network",
    DeliveryFailedError: "recipient",
    StillWaitingError: "nobody",
    NoReplyError: "nobody",
}


@pytest.mark.parametrize(
    ("kind", "fault"), FAULTS.items(), ids=[kind.__name__ for kind in FAULTS]
)
def test_it_knows_who_can_mend_it(kind: type[NexmoError], fault: str) -> None:
    assert kind.fault == fault


BUILTINS = {
    ConfigurationError: ValueError,
    MessageError: ValueError,
    UnsupportedError: ValueError,
    ClosedError: RuntimeError,
    NotSentError: ConnectionError,
    StillWaitingError: TimeoutError,
    NoReplyError: TimeoutError,
    ThrottledError: TimeoutError,
}


@pytest.mark.parametrize(
    ("kind", "builtin"), BUILTINS.items(), ids=[kind.__name__ for kind in BUILTINS]
)
def test_it_belongs_to_the_built_in_family_it_resembles(
    kind: type[NexmoError], builtin: type[Exception]
) -> None:
    assert issubclass(kind, builtin)


def test_an_unsupported_field_is_a_message_error_too() -> None:
    """Whoever catches the broad kind does not miss what one generation refuses."""
    with pytest.raises(MessageError):
        raise UnsupportedError("content", "sms carries no Image", "v1")


def test_an_error_without_words_says_only_what_was_sent() -> None:
    assert str(NexmoError()) == "Nothing was sent."


def test_without_a_reference_it_does_not_speak_of_one() -> None:
    """The beta returns none in its receipts."""
    error = UnknownOutcomeError("", "reset")

    assert "client_ref" not in str(error)


def test_a_full_stop_is_never_doubled() -> None:
    error = UnknownOutcomeError("", "500 There was an error.")

    assert str(error).startswith("no clear answer: 500 There was an error. It may")


def test_a_refusal_without_words_has_no_empty_places() -> None:
    assert RefusedError(400).what() == "Nexmo refused with 400"


def test_a_title_and_a_detail_lose_their_own_full_stops() -> None:
    error = AuthenticationError(401, "You did not provide credentials.", "Check them.")

    assert error.what() == (
        "Nexmo refused with 401, You did not provide credentials: Check them"
    )


def test_a_field_refused_without_a_reason_is_named_alone() -> None:
    error = RequestError(422, invalid=(("to", ""), ("", "")))

    assert error.what() == "Nexmo refused with 422, to"


def test_an_unknown_outcome_with_a_status_is_the_fault_of_nexmo() -> None:
    assert UnknownOutcomeError("ref", "500 Internal error", 500).fault == "nexmo"


def test_an_unknown_outcome_without_a_status_is_the_fault_of_the_network() -> None:
    assert UnknownOutcomeError("ref", "no answer within 30 s").fault == "network"


def test_an_unknown_outcome_without_a_reference_does_not_name_one() -> None:
    assert UnknownOutcomeError("", "reset").what() == "no clear answer: reset"


def test_a_failed_delivery_without_a_code_says_only_how_it_ended() -> None:
    error = DeliveryFailedError("aaa", "undeliverable")

    assert error.what() == "message aaa ended as undeliverable"


def test_waiting_without_any_receipt_blames_the_webhooks() -> None:
    """No receipt at all nearly always means that none can reach the program."""
    error = StillWaitingError("aaa", "read", 2_592_000.0)

    assert str(error) == (
        "message aaa is not read after 2592000 s, no receipt has come. It was sent. "
        "Check that Nexmo's webhooks reach your WebhookApp."
    )


def test_a_signature_is_taken_for_present_unless_said_otherwise() -> None:
    assert not SignatureError("the signature does not fit").missing


def test_a_missing_signature_is_told_in_words_alone() -> None:
    error = SignatureError("the webhook bears no signature", missing=True)

    assert error.what() == "the webhook bears no signature"

"""Everything that can go wrong. Each error answers: was it sent? whose fault? what now?

NexmoError
├── ConfigurationError     a credential, key or setting is missing or wrong
├── MessageError           a field breaks a rule of its channel
│   └── UnsupportedError   this generation of the API cannot carry it
├── ClosedError            the client is not open
├── NotSentError           no connection: not one byte of the request left
├── ThrottledError         your own limits kept it back for too long
├── RefusedError           Nexmo answered no
│   ├── RequestError         400, 405, 406, 413, 415, 422: the request is wrong
│   ├── AuthenticationError  401: the credentials are wrong
│   ├── LowBalanceError      402: the account has no credit
│   ├── ForbiddenError       403, 451: the account may not do this
│   ├── NotFoundError        404: no such thing, or not in this region
│   └── RateLimitError       429: faster than the account allows
├── UnknownOutcomeError    the request left, no clear answer came: it may be on its way
├── DeliveryFailedError    accepted, then rejected or undeliverable
├── StillWaitingError      accepted, but not there within the time you gave
└── WebhookError           a webhook cannot be believed or read, or does not come
    ├── SignatureError       it is not signed by Nexmo
    │   └── ReplayError        it is, but it came before
    ├── PayloadError         its body is no event
    └── NoReplyError         nobody wrote back within the time you gave
"""

from nexmo_async.errors.arriving import DeliveryFailedError, StillWaitingError
from nexmo_async.errors.base import (
    ClosedError,
    ConfigurationError,
    Fault,
    MessageError,
    NexmoError,
    Sent,
    UnsupportedError,
)
from nexmo_async.errors.sending import (
    AuthenticationError,
    ForbiddenError,
    LowBalanceError,
    NotFoundError,
    NotSentError,
    RateLimitError,
    RefusedError,
    RequestError,
    ThrottledError,
    UnknownOutcomeError,
)
from nexmo_async.errors.webhook import (
    NoReplyError,
    PayloadError,
    ReplayError,
    SignatureError,
    WebhookError,
)

__all__ = [
    "AuthenticationError",
    "ClosedError",
    "ConfigurationError",
    "DeliveryFailedError",
    "Fault",
    "ForbiddenError",
    "LowBalanceError",
    "MessageError",
    "NexmoError",
    "NoReplyError",
    "NotFoundError",
    "NotSentError",
    "PayloadError",
    "RateLimitError",
    "RefusedError",
    "ReplayError",
    "RequestError",
    "Sent",
    "SignatureError",
    "StillWaitingError",
    "ThrottledError",
    "UnknownOutcomeError",
    "UnsupportedError",
    "WebhookError",
]

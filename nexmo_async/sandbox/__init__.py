"""A local imitation of the whole service, written from its documentation alone.

Of this package it knows only the clock: a mirror of the SDK could not testify for it.
"""

try:
    from nexmo_async.sandbox.app import Sandbox
    from nexmo_async.sandbox.life import GRAMMAR
    from nexmo_async.sandbox.records import Event, Inbound, Message, Webhook, Workflow
    from nexmo_async.sandbox.server import serve
    from nexmo_async.sandbox.store import Store
except ModuleNotFoundError as _missing:
    _missing.add_note('Install it: pip install "nexmo-async[sandbox]"')
    raise

__all__ = [
    "GRAMMAR",
    "Event",
    "Inbound",
    "Message",
    "Sandbox",
    "Store",
    "Webhook",
    "Workflow",
    "serve",
]

"""The sandbox's own addresses: look, write, script, move time, reset."""

from nexmo_async.sandbox.control.guard import is_local
from nexmo_async.sandbox.control.routes import routes

__all__ = ["is_local", "routes"]

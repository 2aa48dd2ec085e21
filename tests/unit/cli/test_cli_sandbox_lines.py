from __future__ import annotations

from nexmo_async.cli.sandbox import for_powershell
from nexmo_async.sandbox import Sandbox


def test_on_windows_the_variables_are_those_of_powershell() -> None:
    facts = {"NEXMO_API_SECRET": "it's one", "NEXMO_API_KEY": "abcd1234"}
    secret, key, *_, send = for_powershell(Sandbox(), facts)

    assert secret == "$env:NEXMO_API_SECRET = 'it''s one'"
    assert key == "$env:NEXMO_API_KEY = 'abcd1234'"
    assert send.startswith("nexmo-async send --to 447700900000 ")

"""How it is spelled: the only room that knows a JSON key. No I/O, no clock."""

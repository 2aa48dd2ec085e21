"""Certificates for clients that insist on https. The only room with trustme."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

#: What the files are called: the authority to trust, and the server's key and chain.
AUTHORITY: Final = "ca.pem"
SERVER: Final = "server.pem"

#: The names that the certificate is good for.
NAMES: Final = ("localhost", "127.0.0.1", "::1")


def certificate(folder: Path, host: str = "127.0.0.1") -> Path:
    """The server's key and chain, made together with an authority if not there.

    Args:
        folder: Where the files are, or will be.
        host: The name that the sandbox is bound to.

    Raises:
        ValueError: The extra is not installed.
    """
    server = folder / SERVER
    if server.exists() and (folder / AUTHORITY).exists():
        return server
    try:
        import trustme  # noqa: PLC0415 - only who asks for it needs it
    except ImportError:
        raise ValueError(
            'to make certificates, install: pip install "nexmo-async[tls]"'
        ) from None
    folder.mkdir(parents=True, exist_ok=True)
    authority = trustme.CA()
    made = authority.issue_cert(*dict.fromkeys((*NAMES, host)))
    authority.cert_pem.write_to_path(folder / AUTHORITY)
    server.touch(mode=0o600)
    made.private_key_and_cert_chain_pem.write_to_path(server)
    return server

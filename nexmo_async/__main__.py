"""The command line: `nexmo-async`, or `python -m nexmo_async`."""

from __future__ import annotations

import io
import sys


def main() -> None:
    """Run the command line, or say which extra it needs."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # What a pipe cannot spell, as on Windows, is no reason to fail.
            stream.reconfigure(errors="replace")
    try:
        from nexmo_async.cli.main import app  # noqa: PLC0415  an extra
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] == "nexmo_async":
            raise
        sys.exit(
            f'The command line needs {missing.name}: pip install "nexmo-async[cli]"'
        )
    app()


if __name__ == "__main__":
    main()

"""The command line: `nexmo-async`, or `python -m nexmo_async`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line, or say which extra it needs."""
    try:
        from nexmo_async.cli.main import app  # noqa: PLC0415  an extra
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] == "nexmo_async":
            raise
        sys.exit(
            f"The command line needs {missing.name}: pip install 'nexmo-async[cli]'"
        )
    app()


if __name__ == "__main__":
    main()

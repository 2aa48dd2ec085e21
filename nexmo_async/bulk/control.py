"""The handle of a job that runs: pause, stop, other speed, how far it is."""

from __future__ import annotations

from nexmo_async.bulk.report import Progress


class Control:
    """Steers one job while it runs. Make one and give it to `run`.

    Attributes:
        concurrency: Items under way at once; may be set at any time.
        rate: Items sent per second at most; None: as fast as the account's limits let
            it. May be set at any time.
    """

    concurrency: int
    rate: float | None

    def pause(self, reason: str = "paused") -> None:
        """Send nothing new until resumed. What is in flight is finished."""
        raise NotImplementedError

    def resume(self) -> None:
        """Go on: after `pause`, or after a guard that waits for a person."""
        raise NotImplementedError

    def stop(self, reason: str = "stopped") -> None:
        """Take nothing more; what is in flight is finished. Run it again to go on."""
        raise NotImplementedError

    def abort(self, reason: str = "aborted") -> None:
        """Stop at once: what is in flight becomes unknown, as after a kill."""
        raise NotImplementedError

    def snapshot(self) -> Progress:
        """How far it is."""
        raise NotImplementedError

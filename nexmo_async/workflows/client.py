"""`nexmo.workflows`: run here, or handed to Nexmo."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, Literal, Protocol, cast

import attrs

from nexmo_async.errors import ConfigurationError, MessageError
from nexmo_async.messages.client import Post, named
from nexmo_async.models.workflow import Workflow
from nexmo_async.wire.dialect import decode_answer
from nexmo_async.workflows.server import Server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Iterable

    from nexmo_async.models.attempt import Result
    from nexmo_async.models.plan import Plan
    from nexmo_async.receipts.store import ReceiptStore
    from nexmo_async.wire.limits import Api
    from nexmo_async.workflows.desk import Desk
    from nexmo_async.workflows.health import ChannelHealth
    from nexmo_async.workflows.mail import Mail
    from nexmo_async.workflows.run import Run

#: Seconds between two looks at runs that go on elsewhere.
LOOK: Final = 0.25

#: Who runs a workflow. "auto": Nexmo if it refuses nothing, else this process.
EngineName = Literal["local", "server", "auto"]


class Starts(Protocol):
    """An engine that runs workflows elsewhere, such as `DbosEngine`."""

    async def start(self, workflow: Workflow, *, name: str | None, api: Api) -> Run:
        """Begin a workflow."""
        ...

    async def attend(self, runs: Collection[Run]) -> None:
        """Learn what has become of many runs, and let those that are over say so."""
        ...


@attrs.frozen(kw_only=True)
class StartedWorkflow:
    """A workflow that Nexmo has accepted and runs by itself.

    Attributes:
        uuid: Nexmo's id of it, in every receipt of its messages.
        message_uuid: Its first message; empty on beta and v0.1, which do not say.
        client_ref: The reference of every step that has none of its own; empty on beta.
        workflow: What was started.
        run: Follows it, as far as receipts reach this process.
    """

    uuid: str
    message_uuid: str
    client_ref: str
    workflow: Workflow
    run: Run = attrs.field(eq=False, repr=False)


@attrs.frozen
class Workflows:
    """`nexmo.workflows`: runs workflows here, or hands them to Nexmo."""

    _post: Post
    _mail: Mail
    _desk: Desk
    _receipts: ReceiptStore
    _server: Server = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        """Follow with the same means."""
        api = self._post.dialect.api
        server = Server(self._receipts, self._post.clock, self._desk, api)
        object.__setattr__(self, "_server", server)

    def plan(self, workflow: Workflow) -> Plan:
        """Who can run it with this client's generation, and what would be lost.

        An engine that outlives this process cannot run everything that this process
        can: `nexmo_async.durable.losses(workflow, api)` says what is in its way.
        """
        return _checked(workflow).plan(api=self._post.dialect.api)

    async def run(
        self,
        workflow: Workflow,
        *,
        engine: EngineName | Starts = "local",
        name: str | None = None,
        health: ChannelHealth | None = None,
    ) -> Run:
        """Begin a workflow and return at once; it goes on by itself.

        `await run.result()` waits for its end, `async for happening in run` tells of
        each step, `run.cancel()` calls it off. The client owns it: closing the client
        calls off what still runs, and waits for answers that are under way.

        Receipts must reach this process: mount a `WebhookApp` on `nexmo.receipts`.

        Args:
            workflow: What to run.
            engine: "local": timed and decided here. "server": as `create`. "auto": the
                server if it can run all of it. Or an engine that outlives this process,
                such as `DbosEngine`: its workers send, closing the client ends nothing.
            name: Its id, up to 32 characters; made up if not given. The reference of
                each message begins with it.
            health: Lets steps on a channel that fails too often be passed by, the last
                one excepted. Share it among runs.

        Raises:
            ConfigurationError: Nexmo knows no health of channels.
            UnsupportedError: This generation cannot carry one of the messages, or
                whoever is to run it cannot run the workflow. Nothing was sent.
            NexmoError: As for `create`, if Nexmo runs it.
        """
        _checked(workflow)
        if health is not None and engine not in {"local", "auto"}:
            advice = "Take engine='local', or 'auto'."
            raise ConfigurationError("health", "is only heeded here", advice)
        if engine == "auto" and health is None:
            engine = cast("EngineName", self.plan(workflow).engines[-1])
        if engine == "server":
            return (await self.create(workflow)).run
        for step in workflow.steps:
            self._post.dialect.message(step.message, step.message.client_ref)
        if not isinstance(engine, str):
            api = self._post.dialect.api
            return await engine.start(workflow, name=name, api=api)
        return self._desk.start(workflow, self._mail, name, health)

    async def run_many(
        self,
        workflows: Iterable[Workflow],
        *,
        concurrency: int = 1000,
        engine: EngineName | Starts = "local",
        name: str | None = None,
        health: ChannelHealth | None = None,
    ) -> AsyncIterator[Result]:
        """Run many workflows, and tell of each as it ends, in whatever order.

        Leaving the loop early calls off what still runs here. On an engine that
        outlives this process it goes on without you, and the same name and workflows
        follow it again.

        Args:
            workflows: Taken one by one, as there is room.
            concurrency: Runs under way at once; one that waits costs 3 KB and no task.
            engine: As for `run`.
            name: What their ids begin with: `<name>-1` and so on, up to 32 characters.
            health: As for `run`, one for all of them.

        Raises:
            NexmoError: As for `run`; the others are called off.
        """
        if concurrency < 1:
            raise ConfigurationError("concurrency", "must be at least 1")
        ended: asyncio.Queue[Run] = asyncio.Queue()
        under_way: set[Run] = set()
        try:
            for number, workflow in enumerate(workflows, 1):
                run = await self.run(
                    workflow,
                    engine=engine,
                    name=name and f"{name}-{number}",
                    health=health,
                )
                under_way.add(run)
                run.at_end = ended.put_nowait
                await self._post.clock.sleep(0)  # let it be sent
                while len(under_way) >= concurrency or not ended.empty():
                    yield await self._next(ended, under_way, engine)
            while under_way:
                yield await self._next(ended, under_way, engine)
        finally:
            for run in under_way if isinstance(engine, str) else ():
                self._desk.call_off(run)

    async def _next(
        self, ended: asyncio.Queue[Run], under_way: set[Run], engine: str | Starts
    ) -> Result:
        """The next that has ended. Whoever runs elsewhere has to be asked."""
        while not isinstance(engine, str) and ended.empty():
            await engine.attend(under_way)
            if ended.empty():
                await self._post.clock.sleep(LOOK)
        run = await ended.get()
        under_way.discard(run)
        return await run.result()

    async def create(self, workflow: Workflow) -> StartedWorkflow:
        """Let Nexmo run the workflow, and return once it is accepted.

        On beta and v0.1 each step but the last needs a condition, with 15 to 86,400
        whole seconds. On v1 no step may have one: there the next step only runs when
        the one before it is rejected. See `Workflow.plan`.

        Raises:
            UnsupportedError: This generation cannot run it.
            NotSentError: No connection, several times over. Nothing was sent.
            RefusedError: Nexmo said no; the subclass says why. Nothing was sent.
            UnknownOutcomeError: The request left and no clear answer came.
        """
        client_ref, dialect = self._post.new_ref(), self._post.dialect
        body = dialect.workflow(_checked(workflow), client_ref or None)
        run = self._server.expect(workflow, client_ref)
        try:
            path = dialect.workflows
            with self._post.told("workflow", "POST", path, client_ref) as trail:
                response = await self._post(path, body, client_ref)
                uuid = named(response, dialect.workflow_id, client_ref)
                if trail is not None:
                    trail.message_uuid = uuid
        except BaseException:
            self._server.forget(run)
            raise
        self._server.follow(run, uuid)
        return StartedWorkflow(
            uuid=uuid,
            message_uuid=decode_answer(response.body, "message_uuid"),
            client_ref=client_ref,
            workflow=workflow,
            run=run,
        )


def _checked(workflow: Workflow) -> Workflow:
    given = cast("object", workflow)  # callers without a type checker
    if not isinstance(given, Workflow):
        problem = f"is {type(given).__name__}, write Workflow(Step(...), Step(...))"
        raise MessageError("workflow", problem)
    return workflow

"""The supervisor: starts each component when what it needs is ready, starts it again when it dies, stops all.

It runs detached, as ``python -m evergreen.stack.supervisor``; ``evergreen stack up`` starts it and reads its status.
"""

import asyncio
import logging
import os
import signal
import sys
from dataclasses import replace
from functools import partial

from evergreen.core.clock import now
from evergreen.stack import status
from evergreen.stack.components import Component, components, note_migrated
from evergreen.stack.environment import component as environment_of
from evergreen.stack.lock import held
from evergreen.stack.processes import in_session, members, stop
from evergreen.stack.state import State, locate
from evergreen.stack.status import ComponentStatus, Phase, StackStatus

PROBE_SECONDS = 0.25
RESTARTS = 5
"""How often in a row a component that was ready once may die before it is given up."""
FIRST_STARTS = 2
"""How often a component that never was ready is started again: what is wrong with it seldom mends itself."""
BACKOFF_SECONDS = 1.0
"""The wait before the first new start; it doubles with each."""
STEADY_SECONDS = 60.0
"""A component that ran this long has overcome what it died of: its restarts are counted anew."""

log = logging.getLogger(__name__)


class Supervisor:
    """Runs the components of one stack until it is told to stop."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._components = {component.name: component for component in components(state)}
        self._status = {name: ComponentStatus(phase=Phase.WAITING, once=c.once) for name, c in self._components.items()}
        self._ready = {name: asyncio.Event() for name in self._components}
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Start everything, watch over it, and stop everything on SIGTERM or SIGINT."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopping.set)
        self._publish()
        tasks = {name: asyncio.create_task(self._keep(component)) for name, component in self._components.items()}
        await self._stopping.wait()
        log.info("stopping")
        await self._stop_all(tasks)

    async def _stop_all(self, tasks: dict[str, asyncio.Task[None]]) -> None:
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)
        left = dict(self._components)
        while left:  # first those that nothing else needs
            needed = {need for component in left.values() for need in component.needs}
            leaves = [component for name, component in left.items() if name not in needed]
            await asyncio.gather(*(asyncio.to_thread(self._stop, component) for component in leaves))
            for component in leaves:
                del left[component.name]
        await asyncio.to_thread(stop, partial(members, self._state))

    def _stop(self, component: Component) -> None:
        pid = self._status[component.name].pid
        if pid is None:
            return
        stop(partial(in_session, pid), leader=pid, first=component.stop)
        self._set(component.name, phase=Phase.STOPPED, pid=None)

    async def _keep(self, component: Component) -> None:
        """Start one component, and again whenever it dies, until it dies too often."""
        for need in component.needs:
            await self._ready[need].wait()
        begun, restarts = now().timestamp(), 0
        while True:
            process = await self._start(component)
            started = now().timestamp()
            watch = asyncio.create_task(self._watch(component, started, begun))
            code = await process.wait()
            watch.cancel()
            if component.once and code == 0:
                note_migrated(self._state)
                return self._is_ready(component.name, begun)
            await asyncio.to_thread(stop, partial(in_session, process.pid))
            restarts = 1 if now().timestamp() - started > STEADY_SECONDS else restarts + 1
            again = not component.once and restarts <= (
                RESTARTS if self._ready[component.name].is_set() else FIRST_STARTS
            )
            self._died(component.name, code, restarts, again=again)
            if not again:
                return None
            await asyncio.sleep(BACKOFF_SECONDS * 2 ** (restarts - 1))
            begun = now().timestamp()

    async def _start(self, component: Component) -> asyncio.subprocess.Process:
        with self._state.log(component.name).open("ab") as output:
            process = await asyncio.create_subprocess_shell(
                f"exec {component.command}",
                cwd=self._state.project,
                env=environment_of(self._state, component.name),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        log.info("%s started, process %d", component.name, process.pid)
        self._set(component.name, phase=Phase.STARTING, pid=process.pid, since=now().timestamp())
        return process

    async def _watch(self, component: Component, started: float, begun: float) -> None:
        """Wait until the component does its work."""
        if component.once:
            return
        while not await asyncio.to_thread(component.ready, self._state, started):
            await asyncio.sleep(PROBE_SECONDS)
        self._is_ready(component.name, begun)

    def _is_ready(self, name: str, begun: float) -> None:
        self._set(name, phase=Phase.READY, seconds=now().timestamp() - begun, message="")
        self._ready[name].set()
        log.info("%s is ready", name)

    def _died(self, name: str, code: int, restarts: int, *, again: bool) -> None:
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        log.error("%s %s%s", name, how, "" if again else "; it is not started again")
        phase = Phase.RESTARTING if again else Phase.FAILED
        self._set(name, phase=phase, pid=None, restarts=restarts, message=f"{name} {how}")

    def _set(self, name: str, **changes: object) -> None:
        self._status[name] = replace(self._status[name], **changes)  # type: ignore[arg-type]  # keys are field names
        self._publish()

    def _publish(self) -> None:
        status.write(self._state.status, StackStatus(supervisor=os.getpid(), components=dict(self._status)))


def main() -> None:
    """Supervise the stack of the working directory, unless somebody does already.

    Comes back when the supervisor, a child that nobody waits for, holds its lock. Exit code 1: it could not begin.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    state = locate()
    with held(state.logs, wait=False) as got:
        if not got:
            sys.exit(f"Another supervisor is at work in {state.path}.")
        if os.fork():
            os._exit(0)
        try:
            asyncio.run(Supervisor(state).run())
        finally:
            state.status.unlink(missing_ok=True)


if __name__ == "__main__":
    main()

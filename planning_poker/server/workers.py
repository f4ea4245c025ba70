"""Several web processes behind one port, for ``manage.py serve --workers``."""

import logging
import multiprocessing
import os
import signal
import socket
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from realtime.listening import uvicorn_config

if TYPE_CHECKING:
    from planning_poker.server.application import Application

# Starting takes a second; a machine that is busy with something else may need more. A
# process that answers its supervisor nothing for so long is hung, and replaced.
PATIENCE_SECONDS = 30

logger = logging.getLogger(__name__)


class Workers(Multiprocess):
    """uvicorn's supervisor: it spawns the processes, which share the sockets, replaces
    one that died or hangs, and passes on that it was told to stop.
    """

    def __init__(
        self,
        count: int,
        sockets: list[socket.socket],
        when_started: Callable[[], None],
    ) -> None:
        config = uvicorn_config(
            "planning_poker.server.workers:application_of_a_worker",
            factory=True,
            workers=count,
            timeout_worker_healthcheck=PATIENCE_SECONDS,
        )
        super().__init__(config, sockets)
        self._when_started = when_started

    @property
    def have_failed(self) -> bool:
        """Whether one could not even start, which ended them all."""
        return any(process.exitcode == STARTUP_FAILURE for process in self.processes)

    def init_processes(self) -> None:
        super().init_processes()
        if all(
            process.wait_until_ready(PATIENCE_SECONDS, self.should_exit)
            for process in self.processes
        ):
            self._when_started()

    def keep_subprocess_alive(self) -> None:
        before = list(self.processes)
        super().keep_subprocess_alive()
        for old, new in zip(before, self.processes, strict=True):
            if new is not old:
                logger.error(
                    "Web process %s ended by itself (%s); %s takes its place.",
                    old.pid,
                    old.exitcode,
                    new.pid,
                )

    def terminate_all(self) -> None:
        # Nobody may be let in who would then wait for an answer in vain.
        for listening in self.sockets:
            listening.close()
        super().terminate_all()


def application_of_a_worker() -> "Application":
    """What each web process serves, for as long as its supervisor lives."""
    threading.Thread(target=_end_with_the_supervisor, daemon=True).start()
    # Imported in the worker alone: it sets Django up.
    from planning_poker.asgi import application

    return application


def _end_with_the_supervisor() -> None:
    """However that one ended: killed, it could tell nobody."""
    if supervisor := multiprocessing.parent_process():
        supervisor.join()
        os.kill(os.getpid(), signal.SIGTERM)

"""Backends of the ``pusher`` package: how the requests that it signs reach a server.

The package accepts any class of this interface, and stays unmodified.
"""

import logging
from collections.abc import Callable
from typing import Any

import requests
from pusher.http import Request, process_response
from pusher.requests import RequestsBackend

from realtime.server import running_server

logger = logging.getLogger(__name__)


class HttpBackend(RequestsBackend):  # type: ignore[misc] # the package is untyped
    """Sends over HTTP, and once more if the connection was dropped.

    A server may close a keep-alive connection just as it is used again. Sending twice
    is safe: browsers ignore an event whose version they already have.
    """

    def __init__(self, client: Any, count_retry: Callable[[], None]) -> None:
        super().__init__(client)
        self._count_retry = count_retry
        # The package pins a CA bundle of 2021; that of `certifi` is kept up to date,
        # and REQUESTS_CA_BUNDLE can name a company's own.
        self.options.pop("verify", None)
        # Followed, a redirect would become a GET and look like a success.
        self.options["allow_redirects"] = False

    def send_request(self, request: Request) -> Any:
        request = _corrected(request)
        try:
            return super().send_request(request)
        except requests.Timeout:
            raise
        except requests.ConnectionError:
            self._count_retry()
            return super().send_request(request)


class EmbeddedBackend(HttpBackend):
    """Calls the embedded server in process if this process runs it, else over HTTP."""

    def __init__(self, client: Any, count_retry: Callable[[], None]) -> None:
        super().__init__(client, count_retry)
        # A proxy that the environment names cannot reach a server on this machine.
        self.session.trust_env = False
        self._server_is_down = False

    def send_request(self, request: Request) -> Any:
        request = _corrected(request)
        if server := running_server():
            response = server.call_from_thread(
                request.method, request.path, request.query_string, request.body
            )
            return process_response(response.status, response.body.decode())
        try:
            answer = super().send_request(request)
        except requests.ConnectionError:
            if not self._server_is_down:
                logger.info("No live updates: no server at %s", request.base_url)
            self._server_is_down = True
            return {}
        self._server_is_down = False
        return answer


def _corrected(request: Request) -> Request:
    """The package (3.3.4) omits the app from the path of a user."""
    if not request.path.startswith("/users/"):
        return request
    app = f"/apps/{request.client.app_id}"
    return Request(request.client, request.method, app + request.path, request.params)

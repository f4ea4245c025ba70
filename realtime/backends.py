"""How requests that the ``pusher`` package has signed reach a server.

The package takes any class of this shape as its ``backend`` and stays unmodified.
"""

import logging
from typing import Any

import requests
from pusher.http import Request, process_response
from pusher.requests import RequestsBackend

from .server import running_server

logger = logging.getLogger(__name__)


class HttpBackend(RequestsBackend):  # type: ignore[misc] # the package is untyped
    """Sends over HTTP, and once more if the connection was dropped.

    A server may close a kept connection at the moment of its next use. Sending twice
    is safe: an event that arrives again has a version that browsers know already.
    """

    def __init__(self, client: Any) -> None:
        super().__init__(client)
        # The package insists on its own certificates, of 2021; those of `certifi` are
        # kept up to date, and REQUESTS_CA_BUNDLE can name a company's own.
        self.options.pop("verify", None)
        # Followed, a redirect would become a GET and look like a success.
        self.options["allow_redirects"] = False

    def send_request(self, request: Request) -> Any:
        try:
            return super().send_request(request)
        except requests.Timeout:
            raise
        except requests.ConnectionError:
            return super().send_request(request)


class EmbeddedBackend(HttpBackend):
    """Hands over to the embedded server: in process where this one holds it, and by
    HTTP to the process that does from anywhere else.
    """

    def __init__(self, client: Any) -> None:
        super().__init__(client)
        # A proxy of the environment does not reach a server on this machine.
        self.session.trust_env = False
        self._nobody_listens = False

    def send_request(self, request: Request) -> Any:
        if server := running_server():
            response = server.call_from_thread(
                request.method, request.path, request.query_string, request.body
            )
            return process_response(response.status, response.body.decode())
        try:
            answer = super().send_request(request)
        except requests.ConnectionError:
            if not self._nobody_listens:
                logger.info("No live updates: no server at %s", request.base_url)
            self._nobody_listens = True
            return {}
        self._nobody_listens = False
        return answer

import pytest
import requests
from requests.adapters import HTTPAdapter

from realtime import get_realtime_service


@pytest.fixture
def provide(settings):
    """Rebuild this process' service, with another provider or other options."""

    def provide(provider="pusher", *, server_url="http://127.0.0.1:8000", **options):
        settings.REALTIME = {
            **settings.REALTIME,
            "PROVIDER": provider,
            "OPTIONS": {provider: options},
            "SERVER_URL": server_url,
        }
        return get_realtime_service()

    return provide


class Network:
    """Records outgoing requests, and returns prepared answers in order."""

    def __init__(self):
        self.requests = []
        self.options = []
        self.answers = []

    def answer(self, request, options):
        self.requests.append(request)
        self.options.append(options)
        answer = self.answers.pop(0) if self.answers else (200, b"{}")
        if isinstance(answer, Exception):
            raise answer
        response = requests.Response()
        response.status_code, response._content = answer
        return response


@pytest.fixture
def network(monkeypatch):
    network = Network()
    monkeypatch.setattr(
        HTTPAdapter,
        "send",
        lambda adapter, request, **options: network.answer(request, options),
    )
    return network

"""The health check, for load balancers and admins."""

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection

from realtime import get_realtime_service
from realtime.credentials import embedded_app
from tests.realtime.server.running import RunningServer

pytestmark = pytest.mark.django_db

# Nothing listens on this port.
DOWN = {
    "app_id": "42",
    "key": "the-key",
    "secret": "the-secret",
    "host": "127.0.0.1",
    "port": "1",
    "scheme": "http",
}


def test_a_running_process_is_healthy(client):
    answer = client.get("/healthz")

    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
    assert answer.json()["database"] == "ok"
    assert answer.json()["realtime"]["provider"] == "memory"
    assert answer.json()["server"] is None
    assert "no-cache" in answer["Cache-Control"]


def test_the_check_fails_without_a_database(client, monkeypatch):
    def fail():
        raise OperationalError

    monkeypatch.setattr(connection, "cursor", fail)
    answer = client.get("/healthz")

    assert answer.status_code == 503
    assert answer.json()["database"] == "no answer"


def test_the_check_fails_while_the_server_stops(client):
    with RunningServer() as server:
        assert client.get("/healthz").json()["server"]["connections"] == 0
        server.embedded.begin_stopping()
        answer = client.get("/healthz")

    assert answer.status_code == 503
    assert answer.json()["status"] == "stopping"


def test_a_provider_that_is_down_is_reported_and_does_not_fail_the_check(
    client, settings
):
    settings.REALTIME = {
        **settings.REALTIME,
        "PROVIDER": "pusher",
        "OPTIONS": {"pusher": DOWN},
    }
    service = get_realtime_service()
    for _ in range(3):
        service.trigger("board-1", "drawn", {})
        service.close()
    answer = client.get("/healthz")

    assert answer.status_code == 200
    assert answer.json()["realtime"]["circuit"] == "open"
    assert answer.json()["realtime"]["failed"] >= 3
    assert "the-secret" not in answer.text


def test_only_admins_see_the_page_of_live_updates(client):
    assert client.get("/admin/live-updates/").status_code == 302
    client.force_login(User.objects.create_superuser("admin"))
    with RunningServer():
        page = client.get("/admin/live-updates/").content.decode()

    assert "Embedded server" in page
    assert "connections" in page
    assert embedded_app().secret not in page
    assert embedded_app().app_id not in page
    index = client.get("/admin/").content.decode()
    assert 'href="/admin/live-updates/"' in index

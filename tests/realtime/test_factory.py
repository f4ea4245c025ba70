import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from realtime import (
    ChannelMember,
    RealtimeEvent,
    RealtimeService,
    channels,
    get_realtime_service,
    register_channel,
)
from realtime.config import polling_only
from realtime.providers.memory import MemoryService


class OwnService(MemoryService):
    def __init__(self, *, greeting="Hello", **options):
        super().__init__(**options)
        self.greeting = greeting


class MinimalService(RealtimeService):
    """Has the three methods that every provider needs, and no authorize()."""

    def __init__(self, **options):
        super().__init__(**options)
        self.sent = []

    def trigger(self, channel, event_name, data):
        self.sent.append((channel, event_name, data))

    def broadcast(self, channel, event):
        self.trigger(channel, event.type, event.data)

    def get_client_config(self):
        return polling_only("minimal")


class HalfService(RealtimeService):
    """Lacks the abstract methods."""


class SlowToBuild(MemoryService):
    def __init__(self, **options):
        super().__init__(**options)
        time.sleep(0.05)


@pytest.fixture
def own(settings):
    """Ask for a provider by its dotted path."""

    def own(provider, options=""):
        if not isinstance(provider, str):
            provider = f"{provider.__module__}.{provider.__name__}"
        settings.REALTIME = {
            **settings.REALTIME,
            "PROVIDER": provider,
            "CUSTOM_OPTIONS": options,
        }

    return own


def test_a_process_has_one_service(own):
    own(SlowToBuild)
    with ThreadPoolExecutor(4) as threads:
        services = [threads.submit(get_realtime_service) for _ in range(4)]

    assert {service.result() for service in services} == {get_realtime_service()}


def test_a_forked_process_has_a_service_of_its_own():
    """Neither its thread nor its connections survive a fork."""
    script = """if True:
        import os
        import django
        django.setup()
        from realtime import get_realtime_service
        service = get_realtime_service()
        service.trigger("board-1", "drawn", {})
        if child := os.fork():
            _, status = os.waitpid(child, 0)
            raise SystemExit(os.waitstatus_to_exitcode(status))
        assert get_realtime_service() is not service
        get_realtime_service().trigger("board-1", "drawn", {})
    """
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "planning_poker.settings",
        "REALTIME_PROVIDER": "pusher",
        "REALTIME_SERVER_URL": "http://127.0.0.1:1",
    }
    subprocess.run(
        [sys.executable, "-c", script],
        cwd=settings.BASE_DIR,
        env=environment,
        timeout=60,
        check=True,
    )


def test_changed_settings_make_another_service(own):
    before = get_realtime_service()
    own(OwnService)

    assert get_realtime_service() is not before
    assert isinstance(get_realtime_service(), OwnService)


@pytest.mark.parametrize(
    ("options", "greeting"),
    [("", "Hello"), ("{}", "Hello"), ('{"greeting": "Moin"}', "Moin")],
)
def test_a_custom_provider_gets_its_options(own, options, greeting):
    own(OwnService, options)

    assert get_realtime_service().greeting == greeting


@pytest.mark.parametrize(
    ("provider", "options", "sentence"),
    [
        (
            "pushr",
            "",
            (
                "REALTIME_PROVIDER is “pushr”.* Set it to pusher, websocket, log, "
                "null or memory"
            ),
        ),
        ("", "", "REALTIME_PROVIDER is “”, which is not a provider"),
        ("no.such.Service", "", "REALTIME_PROVIDER is “no.such.Service”.* imported"),
        ("json.JSONDecoder", "", "REALTIME_PROVIDER.*not a realtime.RealtimeService"),
        ("json.dumps", "", "REALTIME_PROVIDER.*not a realtime.RealtimeService"),
        (HalfService, "", "HalfService.*abstract"),
        (OwnService, "greeting=Moin", "REALTIME_OPTIONS is not JSON"),
        (OwnService, '["Moin"]', "REALTIME_OPTIONS must be a JSON object"),
        (OwnService, '{"gretting": "Moin"}', "REALTIME_OPTIONS.*no option gretting"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_a_sentence(
    own, provider, options, sentence
):
    own(provider, options)

    with pytest.raises(ImproperlyConfigured, match=sentence):
        get_realtime_service()
    with pytest.raises(SystemCheckError, match=sentence):
        call_command("check")


def test_a_provider_without_authorize_publishes_and_refuses_channels(
    own, client, monkeypatch
):
    monkeypatch.setattr(channels, "_registrations", {})
    register_channel("board-{board_id}", lambda request, board_id: ChannelMember("1"))
    own(MinimalService)
    get_realtime_service().broadcast("board-1", RealtimeEvent("drawn", {"line": 1}))
    answer = client.post(
        "/realtime/auth/", {"socket_id": "1.2", "channel_name": "private-board-1"}
    )

    assert get_realtime_service().sent == [("board-1", "drawn", {"line": 1})]
    assert answer.status_code == 403
    assert answer.json() == {
        "error": "MinimalService does not authorize channels.",
        "code": "channel",
        "params": {},
    }


def test_a_right_setting_passes_the_check(own):
    own(OwnService)

    call_command("check")

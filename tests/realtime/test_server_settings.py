"""The embedded server, built from the settings."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from realtime.server_settings import build_embedded_server


@pytest.fixture
def configure(settings):
    def configure(limits=(), **options):
        server = settings.REALTIME["SERVER"]
        limits = {**server["limits"], **dict(limits)}
        server = {**server, "limits": limits, **options}
        settings.REALTIME = {**settings.REALTIME, "SERVER": server}

    return configure


def test_its_limits_come_from_the_settings(configure):
    configure({"presence_members": 7, "unsent_bytes": 0})

    limits = build_embedded_server().limits
    assert (limits.presence_members, limits.unsent_bytes) == (7, 0)
    assert limits.data_bytes == 10_240


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"limits": {"unsent_bytes": -1}}, "REALTIME_UNSENT_BYTES is -1"),
        ({"webhook_url": "example.org/s3cret"}, "REALTIME_WEBHOOK_URL must be an add"),
        ({"webhook_url": "ftp://example.org/"}, "REALTIME_WEBHOOK_URL must be an add"),
    ],
)
def test_an_invalid_option_stops_the_start_with_a_sentence(
    configure, options, sentence
):
    configure(**options)

    with pytest.raises(ImproperlyConfigured, match=sentence) as refusal:
        build_embedded_server()
    assert "s3cret" not in str(refusal.value)
    with pytest.raises(SystemCheckError, match=sentence):
        call_command("check")

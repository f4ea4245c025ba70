import json
import re

import pytest
from django.template import engines

from realtime.credentials import embedded_app

PAGE = "{% load realtime %}{% realtime_client %}"
ACCOUNT = {"app_id": "4242424242", "key": "the-key", "secret": "the-secret"}


def page():
    return engines["django"].from_string(PAGE).render()


def config():
    [text] = re.findall(
        r'<script id="realtime-config" type="application/json">(.*?)</script>', page()
    )
    return json.loads(text)


@pytest.mark.parametrize("options", [{}, ACCOUNT, {**ACCOUNT, "host": "live.example"}])
def test_the_page_carries_what_a_browser_needs_and_nothing_else(provide, options):
    provide("pusher", **options)

    assert set(config()) == {
        "provider",
        "key",
        "cluster",
        "wsHost",
        "wsPort",
        "wssPort",
        "wsPath",
        "forceTLS",
        "authEndpoint",
        "channelPrefix",
    }
    app = embedded_app()
    for secret in (app.app_id, app.secret, ACCOUNT["app_id"], ACCOUNT["secret"]):
        assert secret not in page()


def test_the_page_loads_pusher_js_from_its_own_origin(provide):
    provide("pusher")

    assert page().endswith(
        '<script src="/static/vendor/pusher-js/pusher.min.js" defer></script>'
    )


def test_a_provider_without_a_library_loads_none(provide):
    provide("memory")

    assert config()["provider"] == "memory"
    assert page().count("<script") == 1


def test_no_option_breaks_out_of_the_page(provide):
    provide("pusher", **{**ACCOUNT, "key": "</script><script>alert(1)//"})

    assert "<script>alert" not in page()
    assert config()["key"] == "</script><script>alert(1)//"

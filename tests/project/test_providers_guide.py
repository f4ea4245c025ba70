"""The example provider of docs/providers.md, extracted and run."""

import hmac
import json
import re
import shutil
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from realtime import ChannelMember, RealtimeEvent, get_realtime_service

GUIDE = settings.BASE_DIR / "docs" / "providers.md"
CHANNEL = "planning-poker-abcdefgh12345678"
SECRET = "a secret of the mailbox"
PATIENCE_SECONDS = 30
LISTEN = """
import { createRealtimeClient } from "./realtime/client.js";
globalThis.document = { cookie: "csrftoken=token" };
const client = createRealtimeClient({
  config: JSON.parse(process.argv[2]),
  sessionId: "abcdefgh12345678",
  callbacks: {
    onError: ({ kind }) => console.log(kind),
    onSubscribed: () => console.log("listening"),
    onEvent(message) {
      console.log(JSON.stringify(message));
      client.disconnect();
    },
  },
});
"""


class Mailbox(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.events = {}
        self.news = threading.Condition()
        self.answer_to_auth = dict


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.path == "/auth/":
            [channel] = parse_qs(body)["channel_name"]
            return self.answer(200, self.server.answer_to_auth(channel))
        channel = self.path[1:]
        if self.headers["Authorization"] != signed(f"write {channel}"):
            return self.answer(403, {})
        with self.server.news:
            self.server.events.setdefault(channel, []).append(json.loads(body))
            self.server.news.notify_all()
        return self.answer(200, {})

    def do_GET(self):
        parts = urlsplit(self.path)
        query, channel = parse_qs(parts.query), parts.path[1:]
        if query["ticket"] != [signed(channel)]:
            return self.answer(403, {})
        after = int(query["after"][0])
        with self.server.news:
            kept = self.server.events.setdefault(channel, [])
            if after >= 0:
                self.server.news.wait_for(lambda: len(kept) > after, PATIENCE_SECONDS)
            events = kept[after:] if after >= 0 else []
            return self.answer(200, {"last": len(kept), "events": events})

    def answer(self, status, body):
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *arguments):
        pass


def signed(text):
    return hmac.digest(SECRET.encode(), text.encode(), "sha256").hex()


def block(language):
    [code] = re.findall(rf"(?s)```{language}\n(.*?)```", GUIDE.read_text())
    return code


@pytest.fixture
def mailbox():
    with Mailbox() as mailbox:
        threading.Thread(target=mailbox.serve_forever, daemon=True).start()
        yield mailbox
        mailbox.shutdown()


@pytest.fixture
def configure(tmp_path, monkeypatch, settings):
    """Set up the example provider with these options."""
    (tmp_path / "mailbox.py").write_text(block("python"))
    monkeypatch.syspath_prepend(tmp_path)

    def configure(**options):
        settings.REALTIME = {
            **settings.REALTIME,
            "PROVIDER": "mailbox.MailboxService",
            "CUSTOM_OPTIONS": json.dumps(options),
        }
        return get_realtime_service()

    yield configure
    sys.modules.pop("mailbox", None)


def scripts_with_the_driver(folder):
    shutil.copytree(settings.BASE_DIR / "static" / "realtime", folder / "realtime")
    (folder / "realtime" / "drivers" / "mailbox.js").write_text(block("js"))
    client = folder / "realtime" / "client.js"
    guide = GUIDE.read_text()
    imported, row = re.findall(r"`(import \{ mailbox.*?;|const drivers = .*?;)`", guide)
    text = client.read_text()
    changed = text.replace("const drivers = { pusher, websocket };", row)
    assert changed != text
    client.write_text(f"{imported}\n{changed}")
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "listen.js").write_text(LISTEN)
    return folder / "listen.js"


def test_an_event_comes_through_the_provider_of_the_guide(tmp_path, mailbox, configure):
    service = configure(url=mailbox.url, secret=SECRET)
    mailbox.answer_to_auth = lambda channel: service.authorize(
        channel, "0.0", ChannelMember("amira")
    )
    config = {**service.get_client_config(), "authEndpoint": f"{mailbox.url}/auth/"}
    command = ["node", scripts_with_the_driver(tmp_path), json.dumps(config)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as browser:
        stop = threading.Timer(PATIENCE_SECONDS, browser.kill)
        stop.start()
        assert browser.stdout.readline() == "listening\n"
        service.broadcast(CHANNEL, RealtimeEvent("vote", {"version": 8}))
        received = json.loads(browser.stdout.readline())
        stop.cancel()

    assert received == {"type": "vote", "data": {"version": 8}}


def test_an_option_that_it_does_not_know_is_refused_by_name(configure):
    with pytest.raises(ImproperlyConfigured, match="colour"):
        configure(url="http://127.0.0.1:1", secret="s", colour="red")

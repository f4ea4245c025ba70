"""The service that the settings ask for."""

import atexit
import json
import os
import threading
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.utils.module_loading import import_string

from .service import RealtimeService

PROVIDERS = {
    "pusher": "realtime.providers.pusher.PusherService",
    "websocket": "realtime.providers.websocket.WebSocketService",
    "log": "realtime.providers.log.LogService",
    "null": "realtime.providers.null.NullService",
    "memory": "realtime.providers.memory.MemoryService",
}

_service: RealtimeService | None = None
_lock = threading.Lock()


def get_realtime_service() -> RealtimeService:
    """This process' service, built from ``settings.REALTIME`` when first needed.

    Raises:
        ImproperlyConfigured: with a sentence that names the setting and the fix.
    """
    global _service
    if _service is None:
        with _lock:
            if _service is None:
                _service = _build()
    return _service


def _build() -> RealtimeService:
    provider: str = settings.REALTIME["PROVIDER"]
    if provider in PROVIDERS:
        path, options = PROVIDERS[provider], settings.REALTIME["OPTIONS"].get(provider)
    elif "." in provider:
        path, options = provider, _custom_options()
    else:
        *known, last = PROVIDERS
        raise ImproperlyConfigured(
            f"REALTIME_PROVIDER is “{provider}”, which is not a provider. Set it to "
            f"{', '.join(known)} or {last}, or to the dotted path of a class of your "
            "own."
        )
    service_class = _service_class(path)
    try:
        return service_class(**options or {})
    except (TypeError, ValueError) as error:
        raise ImproperlyConfigured(
            f"REALTIME_OPTIONS does not fit {service_class.__name__}: {error}"
        ) from error


def _service_class(path: str) -> type[RealtimeService]:
    try:
        service_class = import_string(path)
    except ImportError as error:
        raise ImproperlyConfigured(
            f"REALTIME_PROVIDER is “{path}”, which cannot be imported: {error}. "
            "Correct the path, or install what it needs."
        ) from error
    if not (
        isinstance(service_class, type) and issubclass(service_class, RealtimeService)
    ):
        raise ImproperlyConfigured(
            f"REALTIME_PROVIDER is “{path}”, which is not a realtime.RealtimeService. "
            "Derive the class from it."
        )
    return service_class


def _custom_options() -> dict[str, Any]:
    text = settings.REALTIME["CUSTOM_OPTIONS"]
    try:
        options = json.loads(text or "{}")
    except ValueError as error:
        raise ImproperlyConfigured(
            f"REALTIME_OPTIONS is not JSON: {error}. Write for example "
            '{"url": "https://example.org"}.'
        ) from error
    if not isinstance(options, dict):
        raise ImproperlyConfigured(
            'REALTIME_OPTIONS must be a JSON object, for example {"timeout": 2}.'
        )
    return options


def _close() -> None:
    if _service:
        _service.close()


def _reset() -> None:
    global _service, _lock
    _service, _lock = None, threading.Lock()


def _rebuild(*, setting: str, **kwargs: Any) -> None:
    if setting in {"REALTIME", "SECRET_KEY"}:
        _close()
        _reset()


atexit.register(_close)
# A service has a thread, connections and locks; none of them works in two processes.
os.register_at_fork(after_in_child=_reset)
setting_changed.connect(_rebuild)

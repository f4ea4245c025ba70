"""System check: a wrong setting stops the start, not the first event."""

from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured

from .factory import get_realtime_service
from .server_settings import check_options


@register()
def check_settings(**kwargs: Any) -> list[CheckMessage]:
    try:
        get_realtime_service()
        check_options()
    except ImproperlyConfigured as wrong_setting:
        return [Error(str(wrong_setting), id="realtime.E001")]
    return []

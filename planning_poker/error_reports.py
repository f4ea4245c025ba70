"""What Django's page about an error, which only DEBUG shows, leaves out."""

import re
from collections.abc import ItemsView, Mapping
from typing import Any

from django.http import HttpRequest
from django.views.debug import SafeExceptionReporterFilter


class ErrorReportFilter(SafeExceptionReporterFilter):
    """Django hides settings by their names; here also those that may hold a secret.

    A provider's own options may be a token, and an address for webhooks often has one.
    Cookies say who somebody is. Of variables and form fields there are the names alone:
    cards have many names, are within many other values, and go through Django's own
    functions, of which the one that runs a statement has them as ``params``.
    """

    hidden_settings = re.compile(
        f"{SafeExceptionReporterFilter.hidden_settings.pattern}|CUSTOM_OPTIONS|WEBHOOK",
        re.IGNORECASE,
    )

    def get_safe_cookies(self, request: HttpRequest) -> dict[str, Any]:
        return self._names_of(request.COOKIES)

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        return self._names_of(request.POST if request else {})

    def get_traceback_frame_variables(
        self, request: HttpRequest | None, tb_frame: Any
    ) -> ItemsView[str, Any]:
        return self._names_of(tb_frame.f_locals).items()

    def _names_of(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return dict.fromkeys(values, self.cleansed_substitute)

"""What Django's page about an error, which only DEBUG shows, leaves out."""

import re
from collections.abc import ItemsView
from functools import cache
from typing import Any

from django.apps import apps
from django.http import HttpRequest, QueryDict
from django.views.debug import SafeExceptionReporterFilter

from database.fields import is_secret


class ErrorReportFilter(SafeExceptionReporterFilter):
    """Django hides settings by their names; here also those that may hold a secret.

    A provider's own options may be a token, and an address for webhooks often has one.
    Cookies say who somebody is, and what has the name of a secret field is one.
    """

    hidden_settings = re.compile(
        f"{SafeExceptionReporterFilter.hidden_settings.pattern}|CUSTOM_OPTIONS|WEBHOOK",
        re.IGNORECASE,
    )

    def get_safe_cookies(self, request: HttpRequest) -> dict[str, Any]:
        return dict.fromkeys(request.COOKIES, self.cleansed_substitute)

    def get_post_parameters(self, request: HttpRequest | None) -> Any:
        parameters = QueryDict(mutable=True)
        parameters.update(super().get_post_parameters(request))
        for name in _secret_names() & set(parameters):
            parameters[name] = self.cleansed_substitute
        return parameters

    def get_traceback_frame_variables(
        self, request: HttpRequest | None, tb_frame: Any
    ) -> ItemsView[str, Any]:
        variables = dict(super().get_traceback_frame_variables(request, tb_frame))
        for name in filter(_is_secret_name, variables):
            variables[name] = self.cleansed_substitute
        return variables.items()


def _is_secret_name(variable: str) -> bool:
    """``card``, ``_cards`` and the like."""
    name = variable.strip("_")
    return name in _secret_names() or name.removesuffix("s") in _secret_names()


@cache
def _secret_names() -> frozenset[str]:
    return frozenset(
        field.name
        for model in apps.get_models()
        for field in model._meta.get_fields()  # noqa: SLF001 -- documented
        if is_secret(field)
    )

"""What Django's page about an error, which only DEBUG shows, leaves out."""

import re

from django.views.debug import SafeExceptionReporterFilter


class ErrorReportFilter(SafeExceptionReporterFilter):
    """Django hides settings by their names; here also those that may hold a secret.

    A provider's own options may be a token, and an address for webhooks often has one.
    """

    hidden_settings = re.compile(
        f"{SafeExceptionReporterFilter.hidden_settings.pattern}|CUSTOM_OPTIONS|WEBHOOK",
        re.IGNORECASE,
    )

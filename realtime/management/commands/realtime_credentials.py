"""``manage.py realtime_credentials``: the embedded server's app as JSON."""

import dataclasses
import json
from typing import Any

from django.core.management.base import BaseCommand

from realtime.credentials import embedded_app


class Command(BaseCommand):
    help = (
        "Print the embedded server's app id, key and secret as JSON. "
        "Anybody who knows the secret can publish to every browser."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(json.dumps(dataclasses.asdict(embedded_app())))

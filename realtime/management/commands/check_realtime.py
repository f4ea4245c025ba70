"""``manage.py check_realtime``: do live updates reach browsers?"""

from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from realtime import get_realtime_service
from realtime.diagnostics import DiagnosticError, check


class Command(BaseCommand):
    help = (
        "Try the configured provider for real: connect as a browser does, publish an "
        "event, receive it. Says what is wrong and how to mend it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--url",
            default=f"http://127.0.0.1:{settings.PORT}",
            help="The address under which browsers open the pages (%(default)s).",
        )

    def handle(self, *, url: str, **options: object) -> None:
        try:
            for finding in check(get_realtime_service(), url):
                mark = "note" if finding.is_note else "ok"
                self.stdout.write(f"{mark:6}{finding.text}")
        except DiagnosticError as error:
            self.stdout.write(f"no    {error.problem}\n      {error.fix}")
            raise CommandError("Live updates do not reach browsers.") from None

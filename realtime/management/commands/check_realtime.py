"""``manage.py check_realtime``: do live updates reach browsers?"""

from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from realtime import get_realtime_service
from realtime.diagnostics import DiagnosticError, check


class Command(BaseCommand):
    help = (
        "Try the configured provider: connect as a browser does, publish an event, "
        "receive it. Explains what is wrong and how to fix it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--url",
            default=settings.REALTIME["SERVER_URL"],
            help="The address at which browsers open the pages (%(default)s).",
        )

    def handle(self, *, url: str, **options: object) -> None:
        try:
            for step in check(get_realtime_service(), url):
                self.stdout.write(step)
        except DiagnosticError as error:
            raise CommandError(f"{error.problem}\n{error.fix}") from None

"""Django's command line for Planning Poker: ``python manage.py help``."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "planning_poker.settings")
    try:
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit(
            "Django is not installed for this Python. "
            "Run `make run` once, then use `.venv/bin/python manage.py`."
        )
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as wrong_setting:
        # A wrong setting is a sentence, never a traceback.
        sys.exit(f"{wrong_setting}")


if __name__ == "__main__":
    main()

"""Everything about the queue of a session."""

from sessions.access import lock
from web.commands import urls_of

from .commands import COMMANDS

urlpatterns = urls_of(COMMANDS, lock)

"""A session that was ended in mid-vote left its task "being voted on" for ever."""

from typing import Any

from django.db import migrations


def put_back_tasks(apps: Any, schema_editor: Any) -> None:
    VotingRound = apps.get_model("voting", "VotingRound")
    Task = apps.get_model("tasks", "Task")
    VotingRound.objects.filter(
        status="voting", task__poker_session__ended_at__isnull=False
    ).update(status="abandoned")
    Task.objects.filter(status="voting", poker_session__ended_at__isnull=False).update(
        status="pending"
    )


class Migration(migrations.Migration):
    dependencies = [
        ("voting", "0001_initial"),
        ("tasks", "0002_live_tasks"),
        ("poker_sessions", "0006_remove_member_identity"),
    ]

    operations = [migrations.RunPython(put_back_tasks)]

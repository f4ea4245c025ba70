"""Whoever was in a session stays in it, by the SHA-256 of their cookie's secret.

Apart from the changes of columns: PostgreSQL alters no table with pending checks.
"""

import hashlib
from typing import Any

from django.db import migrations, models


def keep_identities(apps: Any, schema_editor: Any) -> None:
    Member = apps.get_model("poker_sessions", "Member")
    MemberIdentity = apps.get_model("poker_sessions", "MemberIdentity")
    MemberIdentity.objects.bulk_create(
        MemberIdentity(
            member=member,
            poker_session_id=member.poker_session_id,
            fingerprint=hashlib.sha256(member.identity.encode()).hexdigest(),
            created_at=member.joined_at,
        )
        for member in Member.objects.exclude(identity="").iterator(2_000)
    )


def start_from_creation(apps: Any, schema_editor: Any) -> None:
    PokerSession = apps.get_model("poker_sessions", "PokerSession")
    PokerSession.objects.update(active_at=models.F("created_at"))


def shown_pages_are_live(apps: Any, schema_editor: Any) -> None:
    apps.get_model("poker_sessions", "Tab").objects.filter(state="shown").update(
        state="live"
    )


class Migration(migrations.Migration):
    dependencies = [("poker_sessions", "0004_journal_and_identities")]

    operations = [
        migrations.RunPython(keep_identities),
        migrations.RunPython(start_from_creation),
        migrations.RunPython(shown_pages_are_live),
    ]

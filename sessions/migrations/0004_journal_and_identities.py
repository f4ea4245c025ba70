import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("poker_sessions", "0003_tab_words")]

    operations = [
        migrations.CreateModel(
            name="JournalEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("session_id", models.CharField(db_index=True, max_length=16)),
                ("session_name", models.CharField(max_length=80)),
                (
                    "actor",
                    models.CharField(
                        choices=[
                            ("member", "Member"),
                            ("admin", "Admin"),
                            ("ticker", "The clock"),
                        ],
                        max_length=6,
                    ),
                ),
                ("actor_id", models.CharField(blank=True, max_length=16)),
                ("actor_name", models.CharField(blank=True, max_length=150)),
                ("what", models.CharField(max_length=40)),
                ("subject_id", models.CharField(blank=True, max_length=16)),
                ("subject_name", models.CharField(blank=True, max_length=255)),
            ],
            options={
                "verbose_name_plural": "journal entries",
                "ordering": ["-at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="MemberIdentity",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("fingerprint", models.CharField(db_index=True, max_length=64)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="identities",
                        to="poker_sessions.member",
                    ),
                ),
                (
                    "poker_session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="poker_sessions.pokersession",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "member identities",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("poker_session", "fingerprint"),
                        name="one_member_of_a_browser",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="pokersession",
            name="active_at",
            field=models.DateTimeField(
                default=django.utils.timezone.now, editable=False
            ),
        ),
        migrations.AddField(
            model_name="pokersession",
            name="settings",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AlterField(
            model_name="tab",
            name="state",
            field=models.CharField(
                choices=[
                    ("live", "Shown, with a live connection"),
                    ("slow", "Shown, without a live connection"),
                    ("hidden", "Hidden behind another page, or minimised"),
                ],
                max_length=6,
            ),
        ),
    ]

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("poker_sessions", "0002_tabs")]

    operations = [
        migrations.RenameField("tab", "sight", "state"),
        migrations.RenameField("tab", "here_until_ms", "expires_at_ms"),
    ]

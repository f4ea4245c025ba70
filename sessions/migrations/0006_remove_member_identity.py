from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("poker_sessions", "0005_keep_identities")]

    operations = [
        migrations.RemoveConstraint("member", "one_member_of_an_identity"),
        migrations.RemoveField("member", "identity"),
    ]

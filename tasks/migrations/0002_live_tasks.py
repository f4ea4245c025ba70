from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tasks", "0001_initial")]

    operations = [
        migrations.RemoveConstraint("task", "one_task_being_voted_on"),
        migrations.AddField(
            model_name="task",
            name="is_live",
            field=models.BooleanField(default=True, editable=False),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.UniqueConstraint(
                condition=models.Q(status="voting", is_live=True),
                fields=("poker_session",),
                name="one_task_being_voted_on",
            ),
        ),
    ]

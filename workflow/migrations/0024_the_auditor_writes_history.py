"""One more event that nobody signed in causes: the auditor sets the time limits of an item again."""

from django.db import migrations, models
from django.db.models import Q

WITHOUT_ACTOR = ["create", "rearm", "end-publicity", "escalate", "remind", "public-objection"]


class Migration(migrations.Migration):
    dependencies = [("workflow", "0023_runs_are_on_record")]
    operations = [
        migrations.RemoveConstraint(model_name="event", name="workflow_event_has_its_actor"),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=Q(actor__isnull=False) | Q(action__in=WITHOUT_ACTOR), name="workflow_event_has_its_actor"
            ),
        ),
    ]

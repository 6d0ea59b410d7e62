"""Signs of life: a worker of each queue writes down when it was last woken."""

from django.db import models
from django.db.models.functions import Now


class Heartbeat(models.Model):
    """One row a queue. It proves the whole way: beat, broker, a worker that listens, the database."""

    queue = models.CharField(max_length=40, primary_key=True)
    beaten_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(queue=""), name="notifications_heartbeat_names_its_queue")
        ]

    def __str__(self) -> str:
        return self.queue

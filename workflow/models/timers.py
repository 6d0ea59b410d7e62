"""Running clocks and the rungs they have fired."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from workflow.models.events import Event
from workflow.models.items import WorkItem
from workflow.models.procedures import Clock, Rung
from workflow.models.progress import Milestone


class Timer(models.Model):
    """One running clock: what it is anchored to, its generation, when it next needs attention."""

    item = models.ForeignKey(WorkItem, models.PROTECT, related_name="timers")
    clock = models.CharField(max_length=12, choices=Clock)
    milestone = models.ForeignKey(Milestone, models.PROTECT, null=True, blank=True)
    paper = models.ForeignKey("workflow.Paper", models.PROTECT, null=True, blank=True)  # that is to be answered
    due_on = models.DateField()  # the last day of the clock, Asia/Shanghai
    generation = models.PositiveIntegerField(default=1)  # + 1 whenever the item's clock is re-armed
    rung = models.ForeignKey(Rung, models.PROTECT, null=True, blank=True)  # the next; null: the clock acts itself
    repetition = models.PositiveSmallIntegerField(default=0)  # of a repeating rung
    fire_at = models.DateTimeField(null=True, blank=True)  # null: no rung is left
    armed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["item", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "clock", "milestone", "paper"],
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
                name="workflow_timer_one_running",
            ),
            models.UniqueConstraint(
                fields=["item", "clock", "milestone", "paper", "generation"],
                nulls_distinct=False,
                name="workflow_timer_generation_once",
            ),
            models.CheckConstraint(
                condition=Q(clock="reply", paper__isnull=False) | (~Q(clock="reply") & Q(paper__isnull=True)),
                name="workflow_timer_of_a_paper",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(fire_at__isnull=True), name="workflow_timer_ended_is_silent"
            ),
        ]
        indexes = [
            models.Index(fields=["fire_at", "id"], condition=Q(fire_at__isnull=False), name="workflow_timer_armed")
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.clock} #{self.generation}"


class RungFiring(models.Model):
    """A rung that was reached: told to people, or superseded because a later one was due as well."""

    timer = models.ForeignKey(Timer, models.PROTECT, related_name="firings")
    rung = models.ForeignKey(Rung, models.PROTECT)
    repetition = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    fired_at = models.DateTimeField()
    superseded = models.BooleanField(default=False)
    event = models.ForeignKey(Event, models.PROTECT, null=True)

    class Meta:
        constraints = [
            # a timer row is one generation of a clock: each rung once, however often the scan runs
            models.UniqueConstraint(fields=["timer", "rung", "repetition"], name="workflow_rung_fired_once"),
            models.CheckConstraint(
                condition=Q(superseded=True, event__isnull=True) | Q(superseded=False, event__isnull=False),
                name="workflow_firing_has_its_event",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.timer_id} {self.rung_id}"


class AlertNote(models.Model):
    """Somebody who was told that a time limit has passed says that he knows."""

    firing = models.ForeignKey(RungFiring, models.PROTECT, related_name="notes")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["firing", "by"], name="workflow_alert_noted_once")]

    def __str__(self) -> str:
        return f"{self.firing_id} {self.by_id}"

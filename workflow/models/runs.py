"""The latest run of each job that nobody watches: when it was, what it did, where the next one goes on."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Job(models.TextChoices):
    SCAN = "scan", _("Deadline scan")
    AUDIT = "audit", _("Audit of the clocks")


class Run(models.Model):
    """One row a job, written when it has ended; a job that fails leaves the row as it was and is seen late."""

    job = models.CharField(max_length=10, choices=Job, primary_key=True)
    ended_at = models.DateTimeField()
    handled = models.PositiveIntegerField(default=0)  # clocks fired; items repaired
    left = models.PositiveIntegerField(default=0)  # found, but not put right
    cursor = models.BigIntegerField(default=0)  # the last item of the audit's rolling check

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(job__in=Job.values), name="workflow_run_job_is_known")]

    def __str__(self) -> str:
        return f"{self.job} {self.ended_at:%Y-%m-%d %H:%M:%S}"

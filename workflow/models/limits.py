"""What callers of the API have left of their quotas."""

from django.db import models


class RateBucket(models.Model):
    """One caller's bucket of one quota; without a row it is full.

    The table is UNLOGGED: a transaction that touches nothing else commits without waiting for the disk, so that
    counting a request costs one round trip. After a crash of the database it is empty, and everybody's bucket full.
    """

    key = models.CharField(max_length=100, primary_key=True)  # the quota and whose it is
    full_at = models.DateTimeField()  # when it will be full again, if nothing more is taken
    is_admitted = models.BooleanField()  # was the latest request?

    def __str__(self) -> str:
        return self.key

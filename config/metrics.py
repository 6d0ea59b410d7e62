"""/metrics: the state of the house for Prometheus, read from the database anew for each scrape.

Not public. Any process may be asked, as the numbers are not its own; so there is no multiprocess mode to set up.
"""

from collections.abc import Iterator
from ipaddress import ip_address

from django.conf import settings
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily as Gauge
from prometheus_client.registry import Collector

from workflow.models import Job
from workflow.watching import House, look

FORWARDED = ("X-Forwarded-For", "X-Real-IP", "Forwarded")
NEVER = float("inf")


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """For whom it is not meant it does not exist."""
    if not (_has_token(request) or _asks_from_inside(request)):
        raise Http404
    return HttpResponse(generate_latest(_registry), content_type=CONTENT_TYPE_LATEST)


def _has_token(request: HttpRequest) -> bool:
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    is_bearer = bool(settings.METRICS_TOKEN) and scheme.lower() == "bearer"
    return is_bearer and constant_time_compare(token.strip(), settings.METRICS_TOKEN)


def _asks_from_inside(request: HttpRequest) -> bool:
    """By the address of the connection alone. What a proxy passes on, whoever says so, comes from elsewhere."""
    if any(name in request.headers for name in FORWARDED):
        return False
    try:
        address = ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:  # a socket of this machine has no address; a proxy is behind it
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return any(address in network for network in settings.METRICS_NETWORKS)


class HouseCollector(Collector):
    """Gauges without names of people, departments or items."""

    def collect(self) -> Iterator[Gauge]:
        try:
            house = look()
        except DatabaseError:
            yield Gauge("bihuan_database_up", "Does the database answer?", value=0)
            return
        yield Gauge("bihuan_database_up", "Does the database answer?", value=1)
        yield from _clocks(house)
        yield from _messages(house)
        yield from _runs(house)
        yield Gauge("bihuan_calendar_covered_days", "Until the first year without a calendar.", house.days_covered)


_registry = CollectorRegistry()
_registry.register(HouseCollector())


def _clocks(house: House) -> Iterator[Gauge]:
    clocks = house.clocks
    yield Gauge(
        "bihuan_timers_armed", "Clocks that wait for their moment or are due; estimated when many.", clocks.armed
    )
    yield Gauge("bihuan_timers_late", "Clocks that are due and have not fired.", clocks.due)
    oldest = _seconds(house, clocks.due_since) if clocks.due_since else 0
    yield Gauge("bihuan_timers_late_oldest_seconds", "For how long the oldest of them has been due.", oldest)


def _messages(house: House) -> Iterator[Gauge]:
    reading = house.messages
    counts = Gauge("bihuan_deliveries", "Not settled, at most 10000 a state.", labels=["channel", "state"])
    for labels, count in reading.outbox.counts.items():
        counts.add_metric(list(labels), count)
    due = Gauge("bihuan_outbox_oldest_seconds", "For how long the oldest could have gone out.", labels=["channel"])
    for channel, since in reading.outbox.due_since.items():
        due.add_metric([channel], _seconds(house, since) if since else 0)
    alarms = Gauge("bihuan_alarms_open", "Open alarms.", labels=["kind"])
    for kind, count in reading.alarms.items():
        alarms.add_metric([kind], count)
    beats = Gauge("bihuan_heartbeat_age_seconds", "Since a worker listened to the queue.", labels=["queue"])
    for queue, beaten_at in reading.heartbeats.items():
        beats.add_metric([queue], _seconds(house, beaten_at))
    yield from (counts, due, alarms, beats)


def _runs(house: House) -> Iterator[Gauge]:
    ages = Gauge("bihuan_run_age_seconds", "Since the last run of the job ended.", labels=["job"])
    for job in Job.values:
        ages.add_metric([job], _seconds(house, house.runs[job].ended_at if job in house.runs else None))
    yield ages
    idle = Gauge("bihuan_items_without_clock", "Found by the last audit.", labels=["fate"])
    audit = house.runs.get(Job.AUDIT)
    idle.add_metric(["repaired"], audit.handled if audit else 0)
    idle.add_metric(["left"], audit.left if audit else 0)
    yield idle


def _seconds(house: House, moment: object) -> float:
    age = house.age(moment)
    return NEVER if age is None else age.total_seconds()

"""`manage.py audit_clocks`: does every open item have the clock that should run?"""

from django.core.management.base import BaseCommand

from workflow.services.auditing import audit


class Command(BaseCommand):
    help = "Look for items without a running clock and repair them, as the auditor does; exit code 1 if some are left."
    requires_system_checks = []

    def handle(self, **options: object) -> None:
        report = audit()
        for number in report.repaired:
            self.stdout.write(f"{number}\trepaired")
        for number in report.left:
            self.stdout.write(f"{number}\tleft")
        self.stdout.write(
            f"{report.checked} items reckoned anew: {len(report.repaired)} repaired, {len(report.left)} left"
        )
        if report.left:
            raise SystemExit(1)

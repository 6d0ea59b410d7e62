"""The demo's mail backend: mail goes to a page instead of leaving the house."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from notifications.models import StoredMail


class MailboxBackend(BaseEmailBackend):
    """Stores each mail once for each addressee."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        stored = [row for mail in email_messages for row in self._rows(mail)]
        StoredMail.objects.bulk_create(stored)
        return len(email_messages)

    @staticmethod
    def _rows(mail: EmailMessage) -> list[StoredMail]:
        headers = {name: str(value) for name, value in mail.message().items()}
        return [
            StoredMail(
                to=address,
                sender=mail.from_email,
                subject=mail.subject,
                body=mail.body.replace("\x00", ""),
                message_id=headers["Message-ID"],
                headers=headers,
            )
            for address in mail.recipients()
        ]

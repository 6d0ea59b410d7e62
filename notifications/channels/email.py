"""E-mail through Django's EMAIL_BACKEND."""

import contextlib
import smtplib
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from notifications.channels import ChannelError, Envelope


class EmailChannel:
    """At least once: what may have gone out already is sent again under the same Message-ID."""

    def __init__(self) -> None:
        self._connection: BaseEmailBackend | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hang_up()

    def send(self, envelope: Envelope) -> str:
        mail = self._compose(envelope)
        connection = self._connect()
        try:
            accepted = connection.send_messages([mail])
        except Exception as error:
            self._hang_up()  # the dialogue broke off somewhere in the middle: begin the next one afresh
            raise self._judge(error) from error
        if not accepted:
            raise ChannelError(_("The mail server accepted nothing"))
        return mail.extra_headers["Message-ID"]

    def _compose(self, envelope: Envelope) -> EmailMessage:
        host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
        mail = EmailMessage(
            subject=" ".join(envelope.subject.splitlines()),
            body=envelope.body,
            to=[envelope.to],
            headers={
                "Message-ID": f"<{envelope.reference}@{host}>",
                "Auto-Submitted": "auto-generated",  # asks absence notes not to answer
            },
        )
        try:
            validate_email(envelope.to)
            mail.message()
        except (ValidationError, ValueError) as error:  # not an address, or one that would begin another header
            raise ChannelError(_("It cannot be written as a mail: %s") % error, permanent=True) from error
        return mail

    def _connect(self) -> BaseEmailBackend:
        if self._connection is None:
            connection = get_connection(fail_silently=False)
            try:
                connection.open()
            except OSError as error:  # smtplib's own errors are OSErrors too
                with contextlib.suppress(OSError):
                    connection.close()
                raise ChannelError(_reason(error), outage=True) from error
            self._connection = connection
        return self._connection

    def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(OSError):
                connection.close()

    @staticmethod
    def _judge(error: Exception) -> ChannelError:
        """What an error of the dialogue means for this message (RFC 5321: 5yz is final, 4yz is not)."""
        reason = _reason(error)
        match error:
            case smtplib.SMTPRecipientsRefused():
                return ChannelError(reason, permanent=all(code >= 500 for code, _ in error.recipients.values()))
            case smtplib.SMTPSenderRefused():  # about us, not about the message: nobody's mail would pass
                return ChannelError(reason, outage=True)
            case smtplib.SMTPResponseException():
                return ChannelError(reason, permanent=error.smtp_code >= 500)
            case smtplib.SMTPNotSupportedError():
                return ChannelError(reason, permanent=True)
            case smtplib.SMTPServerDisconnected() | OSError():
                return ChannelError(reason, ambiguous=True, outage=True)
            case ValueError():
                return ChannelError(reason, permanent=True)
            case _:
                return ChannelError(reason, ambiguous=True)


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"

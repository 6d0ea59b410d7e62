"""A mail backend that keeps what it is given and fails as the script says."""

from collections.abc import Sequence
from typing import ClassVar

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class WorkerKilled(BaseException):
    """Stands for kill -9: nothing of ours may catch it."""


class ScriptedBackend(BaseEmailBackend):
    """Appending to a list is atomic, so several threads may send at once."""

    sent: ClassVar[list[EmailMessage]] = []
    script: ClassVar[list[BaseException | None]] = []  # for each mail in turn; None or nothing left: accepted
    after: ClassVar[list[BaseException | None]] = []  # the same, raised once the mail is out
    connections: ClassVar[list[str]] = []

    @classmethod
    def reset(cls) -> None:
        for kept in (cls.sent, cls.script, cls.after, cls.connections):
            kept.clear()

    def open(self) -> bool:
        self.connections.append("open")
        return True

    def close(self) -> None:
        self.connections.append("close")

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for mail in email_messages:
            self._raise_next(self.script)
            self.sent.append(mail)
            self._raise_next(self.after)
        return len(email_messages)

    @staticmethod
    def _raise_next(script: list[BaseException | None]) -> None:
        if script and (error := script.pop(0)) is not None:
            raise error

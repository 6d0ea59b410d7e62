"""A transport that keeps what it is given and answers as the script says; for every channel but mail."""

from typing import ClassVar, Self

from notifications.channels import Envelope


class RecordingTransport:
    """Appending to a list is atomic, so several threads may send at once."""

    sent: ClassVar[list[Envelope]] = []
    asked: ClassVar[list[str]] = []
    script: ClassVar[list[BaseException | None]] = []  # for each message in turn; None or nothing left: accepted
    answer: ClassVar[str] = "unknown"  # to a question what became of a message

    @classmethod
    def reset(cls) -> None:
        for kept in (cls.sent, cls.asked, cls.script):
            kept.clear()
        cls.answer = "unknown"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def send(self, envelope: Envelope) -> str:
        if self.script and (error := self.script.pop(0)) is not None:
            raise error
        self.sent.append(envelope)
        return f"provider-{len(self.sent)}"

    def query(self, reference: str) -> str:
        self.asked.append(reference)
        return self.answer

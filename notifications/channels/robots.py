"""What the group robots of three vendors have in common: a text posted to an address, HTTP 200 even for a refusal."""

import json
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from notifications.channels import ChannelError, Envelope
from notifications.channels.calls import Answer, OverHttp, judge

LONGEST = 1800  # bytes of UTF-8; the strictest vendor takes 2048
LEFT_ALONE = 60.0  # seconds; some vendors block for ten minutes who does not stop


class Robot(OverHttp):
    """A vendor says how the text is packed and signed, where the code stands and what it means."""

    code: ClassVar[str] = "errcode"
    words: ClassVar[str] = "errmsg"
    limited: ClassVar[frozenset[int]] = frozenset()
    permanent: ClassVar[frozenset[int]] = frozenset()  # about the robot or the text: trying again is useless

    def send(self, envelope: Envelope) -> str:
        answer = self._caller.post(
            self.address(envelope), json.dumps(self.packed(envelope), ensure_ascii=False).encode()
        )
        self._judge(answer)
        return ""  # robots give no number

    def address(self, envelope: Envelope) -> str:
        return envelope.to

    def packed(self, envelope: Envelope) -> dict[str, Any]:
        return {"msgtype": "text", "text": {"content": text_of(envelope)}}

    def _judge(self, answer: Answer) -> None:
        if answer.status in (401, 403):  # this robot's own address, not its vendor
            raise ChannelError(f"HTTP {answer.status}", permanent=True)
        judge(answer)
        said = answer.json
        code = said.get(self.code) if isinstance(said, dict) else None
        if not isinstance(code, int):
            raise ChannelError(_("The answer cannot be understood"), ambiguous=True)
        if code:
            raise ChannelError(
                f"{self.code} {code}: {said.get(self.words, '')}",
                permanent=code in self.permanent,
                retry_after=LEFT_ALONE if code in self.limited else None,
            )


def text_of(envelope: Envelope) -> str:
    """Subject, text and link; what is too long loses the end of the text, never the subject or the link."""
    text = envelope.body
    ends = [envelope.subject, envelope.url]
    room = LONGEST - sum(len(part.encode()) + 1 for part in ends if part)
    if len(text.encode()) > room:
        text = text.encode()[: max(room - 3, 0)].decode(errors="ignore") + "…"
    return "\n".join(part for part in (envelope.subject, text, envelope.url) if part)

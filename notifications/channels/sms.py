"""Text messages through an HTTP gateway: POST …/send, GET …/query, JSON both ways (README, “Text messages”)."""

import json
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.utils.translation import gettext as _

from notifications.addresses import TRUSTED
from notifications.channels import ChannelError, Envelope
from notifications.channels.calls import Answer, OverHttp, judge

LONGEST = 200  # characters: three parts of a long message
ONE_PERSON_TOO_MUCH = 3600.0  # seconds
# Codes in the words of the gateways of this country; what is not here may pass with the next attempt.
PERMANENT = {
    "isv.MOBILE_NUMBER_ILLEGAL",
    "isv.MOBILE_COUNT_OVER_LIMIT",
    "isv.BLACK_KEY_CONTROL_LIMIT",
    "isv.INVALID_PARAMETERS",
}
LIMITED = {"isv.BUSINESS_LIMIT_CONTROL", "isv.DAY_LIMIT_CONTROL"}
OUT_OF_ORDER = {"isv.AMOUNT_NOT_ENOUGH", "isv.ACCOUNT_ABNORMAL", "isv.OUT_OF_SERVICE", "isp.SYSTEM_ERROR"}
FATE = {"sent": "sent", "delivered": "sent", "sending": "sent", "failed": "failed", "not_found": "failed"}


class SmsChannel(OverHttp):
    """At most once as far as anybody can tell: what may be out is asked after before it is sent again."""

    def __init__(self) -> None:
        super().__init__()
        self._base = settings.SMS_URL.rstrip("/")
        self._headers = {"authorization": f"Bearer {settings.SMS_TOKEN}"} if settings.SMS_TOKEN else {}

    def send(self, envelope: Envelope) -> str:
        said = {"to": envelope.to, "text": text_of(envelope), "out_id": envelope.reference}
        body = json.dumps(said, ensure_ascii=False).encode()
        answer = self._caller.post(f"{self._base}/send", body, self._headers, reach=TRUSTED)
        if answer.status >= 500:  # a proxy's word, perhaps, after the gateway has taken it: ask before sending again
            raise ChannelError(f"HTTP {answer.status}", ambiguous=True, outage=answer.status == 503)
        return str(_accepted(answer).get("biz_id", ""))

    def query(self, reference: str) -> str:
        """What became of a message: sent, failed (the gateway has not taken it), unknown. Raises ChannelError.

        A gateway that cannot be asked does not know either; one that is out of order may know it later.
        """
        try:
            address = f"{self._base}/query?{urlencode({'out_id': reference})}"
            answer = self._caller.get(address, self._headers, reach=TRUSTED)
            return FATE.get(str(_accepted(answer).get("status")), "unknown")
        except ChannelError as error:
            if error.permanent:
                return "unknown"
            raise


def text_of(envelope: Envelope) -> str:
    """The signature that the rules ask for, then the item and what is the matter; the page tells the rest."""
    signed = f"【{settings.SMS_SIGN}】{envelope.subject}"
    if envelope.number and envelope.number not in signed[:LONGEST]:
        signed = f"【{settings.SMS_SIGN}】{envelope.number} {envelope.subject}"
    return signed if len(signed) <= LONGEST else f"{signed[: LONGEST - 1]}…"


def _accepted(answer: Answer) -> dict[str, Any]:
    """Raises ChannelError unless the gateway says that it has understood."""
    judge(answer)
    said = answer.json
    if not isinstance(said, dict) or "code" not in said:
        raise ChannelError(_("The answer cannot be understood"), ambiguous=True)
    code = str(said["code"])
    if code != "OK":
        raise ChannelError(
            f"{code}: {said.get('message', '')}",
            permanent=code in PERMANENT,
            outage=code in OUT_OF_ORDER,
            retry_after=ONE_PERSON_TOO_MUCH if code in LIMITED else None,
        )
    return said

"""DingTalk (钉钉) group robot, signed if it has a secret."""

import base64
import hashlib
import hmac
import time
from typing import ClassVar
from urllib.parse import urlencode

from notifications.channels import Envelope
from notifications.channels.robots import Robot


class DingTalkRobot(Robot):
    """20 messages a minute, else ten minutes of silence. 300001, 300005: no such robot; 310000: signed wrong."""

    limited: ClassVar[frozenset[int]] = frozenset({130101, 130102, 410100})
    permanent: ClassVar[frozenset[int]] = frozenset({300001, 300005, 310000, 400013, 400101, 400102})

    def address(self, envelope: Envelope) -> str:
        if not envelope.secret:
            return envelope.to
        timestamp = str(round(time.time() * 1000))
        digest = hmac.digest(envelope.secret.encode(), f"{timestamp}\n{envelope.secret}".encode(), hashlib.sha256)
        signed = urlencode({"timestamp": timestamp, "sign": base64.b64encode(digest).decode()})
        return f"{envelope.to}{'&' if '?' in envelope.to else '?'}{signed}"

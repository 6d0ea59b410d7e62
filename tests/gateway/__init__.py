"""A gateway that records and answers as told: SMS, group robots and webhooks over HTTP, mail over SMTP.

In the process of a test:

    with Gateway({"sms": ["execute_and_timeout", "ok"]}) as gateway:
        settings.SMS_URL = f"{gateway.url}/sms/send"       # and /sms/query; robots and webhooks: see ROUTES in http.py
        settings.EMAIL_HOST, settings.EMAIL_PORT = gateway.smtp_address
        …
        assert [record.to for record in gateway.executed("sms")] == ["13800000001"]

For real processes, `with RemoteGateway(folder, script) as gateway:` (process.py) runs

    python -m tests.gateway --port-file FILE [--record FILE] [--script JSON]

which writes {"http": url, "smtp": [host, port]} when it listens, appends every record to the file as a line of JSON,
takes a new script by `PUT /control/script` while it runs and ends with its parent. What a script may say: scripts.py.
"""

from tests.gateway.process import RemoteGateway
from tests.gateway.records import Record
from tests.gateway.server import Gateway

__all__ = ["Gateway", "Record", "RemoteGateway"]

"""HTTP calls of the channels: to checked addresses, within a time in all, without redirects, of a bounded answer.

A client's timeouts count from byte to byte; a server that drips would hold a worker for ever. So every read and write
gets what is left of the call's own time.
"""

import json
import ssl
import time
from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import SplitResult

import httpcore
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from notifications.addresses import DEFAULT_PORTS, PUBLIC, Reach, addresses_of, check_form, port_of
from notifications.channels import ChannelError

SECONDS = 15.0  # for a call, from the first byte to the last
CONNECTING = 5.0
LARGEST_ANSWER = 65_536  # bytes
Headers = dict[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """`json` is None for what is none, as for what is longer than we read."""

    status: int
    headers: Headers
    body: bytes

    @property
    def json(self) -> Any:
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @property
    def retry_after(self) -> float | None:
        """Seconds; a date is not read, the list of delays does as well."""
        value = self.headers.get("retry-after", "")
        return float(value) if value.isdecimal() and len(value) < 7 else None


class Caller:
    """Keeps its connections for the calls of a run; each call has its own reach."""

    def __init__(self) -> None:
        self._network = _Network()
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl.create_default_context(), network_backend=self._network, max_keepalive_connections=5
        )

    def close(self) -> None:
        self._pool.close()

    def post(
        self, url: str, body: bytes, headers: Headers | None = None, *, reach: Reach = PUBLIC, only_status: bool = False
    ) -> Answer:
        """Raises ChannelError when no answer came, ambiguous from the moment the request may have been read.

        only_status: an answer is one although its body breaks off.
        """
        headers = {"content-type": "application/json; charset=utf-8"} | (headers or {})
        return self._call("POST", url, body, headers, reach, only_status)

    def get(self, url: str, headers: Headers | None = None, *, reach: Reach = PUBLIC) -> Answer:
        """Raises ChannelError."""
        return self._call("GET", url, None, headers or {}, reach)

    def _call(
        self, method: str, url: str, body: bytes | None, headers: Headers, reach: Reach, only_status: bool = False
    ) -> Answer:
        self._network.begin(reach)
        try:
            parts = check_form(url, reach)
            headers = {"host": _host_of(parts)} | headers
            with self._pool.stream(method, _target(parts), headers=list(headers.items()), content=body) as answer:
                return Answer(answer.status, _as_text(answer.headers), _beginning(answer, only_status))
        except ValidationError as error:
            raise ChannelError(error.messages[0], permanent=error.code != "unknown-host") from error
        except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
            raise ChannelError(_("No connection: %s") % _cause(error), outage=True) from error
        except (httpcore.UnsupportedProtocol, httpcore.LocalProtocolError) as error:
            raise ChannelError(_("It cannot be sent: %s") % _cause(error), permanent=True) from error
        except httpcore.TimeoutException as error:
            reason = _("No complete answer within %d seconds") % SECONDS
            raise ChannelError(reason, ambiguous=True, outage=True) from error
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise ChannelError(
                _("The connection broke off: %s") % _cause(error), ambiguous=True, outage=True
            ) from error


class OverHttp:
    """A transport that calls; used in a `with` block."""

    def __init__(self) -> None:
        self._caller = Caller()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._caller.close()


def judge(answer: Answer) -> None:
    """Raises ChannelError for a status that is no success. A server's own fault (5xx) is none of the message's."""
    status = answer.status
    if 200 <= status < 300:
        return
    reason = f"HTTP {status}"
    if status == 429 or status == 503:
        raise ChannelError(reason, retry_after=answer.retry_after, outage=status == 503)
    if status >= 500:
        raise ChannelError(reason)
    if status in (401, 403):  # about us, not about the message: no other would pass
        raise ChannelError(reason, outage=True)
    raise ChannelError(reason, permanent=status not in (408, 425))


def _as_text(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}


def _target(parts: SplitResult) -> httpcore.URL:
    """Part by part: given as a whole it loses what stands behind a semicolon."""
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return httpcore.URL(scheme=parts.scheme, host=str(parts.hostname), port=parts.port, target=target)


def _host_of(parts: SplitResult) -> str:
    """As the header says it: an IPv6 address in brackets, the usual port left out."""
    host = f"[{parts.hostname}]" if ":" in str(parts.hostname) else str(parts.hostname)
    return host if port_of(parts) == DEFAULT_PORTS[parts.scheme] else f"{host}:{port_of(parts)}"


def _beginning(answer: httpcore.Response, may_break_off: bool) -> bytes:
    """Of the body, LARGEST_ANSWER at most; of what is longer no more is read, and its connection is given up."""
    body = b""
    try:
        for chunk in answer.iter_stream():
            body += chunk
            if len(body) >= LARGEST_ANSWER:
                break
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError):
        if not may_break_off:
            raise
    return body[:LARGEST_ANSWER]


def _cause(error: Exception) -> str:
    """In the words of the system or of the other side."""
    return str(error) or type(error).__name__


class _Network(httpcore.NetworkBackend):
    """Connects to an address that was checked, not to a name that may mean another one a moment later."""

    def __init__(self) -> None:
        self._reach, self._until = PUBLIC, 0.0
        self._sockets = httpcore.SyncBackend()

    def begin(self, reach: Reach) -> None:
        self._reach, self._until = reach, time.monotonic() + SECONDS

    def left(self, error: type[Exception], at_most: float = SECONDS) -> float:
        """Seconds of the call's time; raises when it is over."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise error("the call took too long")
        return min(left, at_most)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        addresses = addresses_of(host, port, self._reach)
        for number, address in enumerate(addresses, 1):
            try:
                seconds = self.left(httpcore.ConnectTimeout, CONNECTING)
                return _Stream(self._sockets.connect_tcp(address, port, seconds, local_address, socket_options), self)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if number == len(addresses):
                    raise
        raise httpcore.ConnectError(f"{host} has no address")


class _Stream(httpcore.NetworkStream):
    """Reads and writes while the call has time left."""

    def __init__(self, stream: httpcore.NetworkStream, network: _Network) -> None:
        self._stream, self._network = stream, network

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._network.left(httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._network.left(httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        seconds = self._network.left(httpcore.ConnectTimeout, CONNECTING)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, seconds), self._network)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

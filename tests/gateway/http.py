"""The HTTP side: the addresses and answers of an SMS gateway, three kinds of group robots and any webhook."""

import asyncio
import json
from asyncio import StreamReader, StreamWriter
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.gateway.connections import hang_up, never_answer, reset
from tests.gateway.records import Record, Records
from tests.gateway.scripts import NOT_DONE, Behaviour, Script

# Path → channel. Robots have the paths of the real ones: /cgi-bin/webhook/send?key=K, /robot/send?access_token=T,
# /open-apis/bot/v2/hook/K; K and T are what the script and the records call `to`.
ROUTES = {
    "/sms/send": "sms",
    "/sms/query": "sms-query",
    "/cgi-bin/webhook/send": "wecom",
    "/robot/send": "dingtalk",
    "/open-apis/bot/v2/hook/": "feishu",
    "/webhook": "webhook",
}
TOO_MANY = {"sms": "isv.BUSINESS_LIMIT_CONTROL", "wecom": 45009, "dingtalk": 410100, "feishu": 11232}
DRIP = 0.05  # seconds a byte


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    def asked(self, name: str) -> str:
        return parse_qs(urlsplit(self.target).query).get(name, [""])[0]

    @property
    def json(self) -> Any:
        try:
            return json.loads(self.body)
        except ValueError:
            return {}

    @property
    def channel(self) -> str:
        return next((channel for path, channel in ROUTES.items() if self.path.startswith(path)), "unknown")

    @property
    def to(self) -> str:
        match self.channel:
            case "sms":
                return str(self.json.get("to", ""))
            case "wecom":
                return self.asked("key")
            case "dingtalk":
                return self.asked("access_token")
            case "feishu":
                return self.path.rpartition("/")[2]
        return self.path

    @property
    def reference(self) -> str:
        match self.channel:
            case "sms":
                return str(self.json.get("out_id", ""))
            case "sms-query":
                return self.asked("out_id")
            case "webhook":
                return self.headers.get("webhook-id", "")
        said = self.json
        return str(said.get("text") or said.get("markdown") or said.get("content") or "")


class HttpSide:
    """One connection after the other, one request after the other, each as the script says."""

    def __init__(self, script: Script, records: Records) -> None:
        self.script, self.records = script, records
        self.connections = 0

    async def serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        self.connections += 1
        while (request := await _read(reader)) is not None:
            if request.path.startswith("/control/"):
                await _answer(writer, 200, self._control(request))
            elif not await self._act(request, reader, writer):
                return

    def _control(self, request: Request) -> Any:
        match request.method, request.path:
            case "PUT", "/control/script":
                self.script.replace(request.json)
            case "DELETE", "/control/records":
                self.records.clear()
            case "GET", "/control/records":
                return [asdict(record) for record in self.records]
        return {}

    async def _act(self, request: Request, reader: StreamReader, writer: StreamWriter) -> bool:
        """False when the connection is over."""
        behaviour = self.script.behaviour(request.channel, request.to, request.reference)
        for _time in range(2 if behaviour.name == "dup" else 1):
            self.records.append(_record(request, behaviour))
        match behaviour.name:
            case "drop" | "execute_and_drop":
                return await hang_up(writer)
            case "reset":
                return await reset(writer)
            case "execute_and_timeout":
                return await never_answer(reader)
            case "endless":
                return await _endless(writer)
            case "drip":
                return await _drip(writer)
            case "cut" | "stall":
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{")
                return await (hang_up(writer) if behaviour.name == "cut" else never_answer(reader))
            case "slow":
                await asyncio.sleep(behaviour.seconds)
        await self._reply(request, behaviour, writer)
        return True

    async def _reply(self, request: Request, behaviour: Behaviour, writer: StreamWriter) -> None:
        match behaviour.name:
            case "garbage":
                await _answer(writer, 200, "<html>proxy error</html>")
            case "status":
                name = "location" if behaviour.value.startswith("3") else "retry-after"
                extra = {name: behaviour.more} if behaviour.more else {}
                await _answer(writer, int(behaviour.value), {"message": "scripted"}, extra)
            case "limited" if request.channel == "webhook":
                await _answer(writer, 429, {}, {"retry-after": "60"})
            case "limited":
                await _answer(writer, 200, _says(request.channel, TOO_MANY[request.channel]))
            case "errcode":
                await _answer(writer, 200, _says(request.channel, behaviour.value))
            case _:
                await _answer(writer, 200, self._success(request))

    def _success(self, request: Request) -> Any:
        match request.channel:
            case "sms-query":
                taken = any(r.executed and r.reference == request.reference for r in self.records if r.channel == "sms")
                return {"code": "OK", "status": "sent" if taken else "not_found"}
            case "sms":
                return {"code": "OK", "message": "OK", "biz_id": f"biz-{len(self.records)}"}
            case "webhook":
                return {}
        return _says(request.channel, 0)


def _record(request: Request, behaviour: Behaviour) -> Record:
    return Record(
        channel=request.channel,
        to=request.to,
        reference=request.reference,
        behaviour=behaviour.name,
        executed=behaviour.name not in NOT_DONE,
        path=request.target,
        headers=request.headers,
        body=request.body.decode(errors="replace"),
    )


def _says(channel: str, code: str | int) -> dict[str, Any]:
    """A refusal, or with 0 a success, in the words of the service."""
    text = "ok" if code == 0 else "scripted"
    match channel:
        case "sms" | "sms-query":
            return {"code": str(code), "message": text}
        case "feishu":
            return {"code": int(code), "msg": text, "data": {}}
    return {"errcode": int(code), "errmsg": text}


async def _read(reader: StreamReader) -> Request | None:
    """The next request of a connection; None when the client has gone."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.rstrip().split("\r\n")
    method, target, _version = first.split(" ")
    pairs = (line.partition(":") for line in lines)
    headers = {name.lower(): value.strip() for name, _colon, value in pairs}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Request(method, target, headers, body)


async def _answer(writer: StreamWriter, status: int, body: Any, extra: dict[str, str] | None = None) -> None:
    content = (body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)).encode()
    headers = {"content-type": "application/json", "content-length": str(len(content)), **(extra or {})}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    writer.write(f"HTTP/1.1 {status} Scripted\r\n{lines}\r\n".encode() + content)
    await writer.drain()


async def _endless(writer: StreamWriter) -> bool:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n")
    while not writer.is_closing():
        writer.write(b" " * 65536)
        await writer.drain()
    return False


async def _drip(writer: StreamWriter) -> bool:
    writer.write(b"HTTP/1.1 200 OK\r\nx-slow: ")
    while not writer.is_closing():
        writer.write(b"z")
        await writer.drain()
        await asyncio.sleep(DRIP)
    return False

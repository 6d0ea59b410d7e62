"""The SMTP side: a dialogue that can be told what to say, and mails that can be treated as the script says."""

import asyncio
import re
from asyncio import StreamReader, StreamWriter

from tests.gateway.connections import hang_up, reset
from tests.gateway.records import Record, Records
from tests.gateway.scripts import NOT_DONE, Behaviour, Script

HANG_UP = "hang up"
USUAL = {"greeting": "220 ready", "DATA": "354 go on", "QUIT": "221 bye"}
MESSAGE_ID = re.compile(rb"^Message-ID:\s*(\S+)", re.I | re.M)
END = b"\r\n.\r\n"


class SmtpSide:
    """`answers` maps a command, also "greeting" and "." (end of the data), to an answer or to several in turn.

    It goes before the script, which is asked for each mail as a whole, at the end of its data.
    """

    def __init__(self, script: Script, records: Records) -> None:
        self.script, self.records = script, records
        self.answers: dict[str, str | list[str]] = {}
        self.recipients: list[str] = []
        self.connections = 0

    async def serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        self.connections += 1
        await _say(writer, self._answer("greeting"))
        to = ""
        while line := await reader.readline():
            command = line[:4].decode().upper()
            if command == "RCPT":
                to = line.decode().partition("<")[2].partition(">")[0]
                self.recipients.append(to)
            answer = self._answer(command)
            if answer == HANG_UP:
                return
            await _say(writer, answer)
            if (answer.startswith("354") and not await self._take(reader, writer, to)) or command == "QUIT":
                return

    def _answer(self, command: str) -> str:
        return self._told(command) or USUAL.get(command, "250 ok")

    def _told(self, command: str) -> str | None:
        told = self.answers.get(command)
        if isinstance(told, list):
            return told.pop(0) if told else None
        return told

    async def _take(self, reader: StreamReader, writer: StreamWriter, to: str) -> bool:
        """One mail; False when the connection is over."""
        content = (await reader.readuntil(END)).removesuffix(END)
        found = MESSAGE_ID.search(content)
        reference = found[1].decode() if found else ""
        behaviour = self.script.behaviour("smtp", to, reference)
        record = Record(
            channel="smtp",
            to=to,
            reference=reference,
            behaviour=behaviour.name,
            executed=behaviour.name not in NOT_DONE,
            body=content.decode(errors="replace"),
        )
        for _time in range(2 if behaviour.name == "dup" else 1):
            self.records.append(record)
        return await self._treat(behaviour, writer)

    async def _treat(self, behaviour: Behaviour, writer: StreamWriter) -> bool:
        if told := self._told("."):
            return False if told == HANG_UP else await _say(writer, told)
        match behaviour.name:
            case "drop" | "execute_and_drop" | "execute_and_timeout":
                return await hang_up(writer)
            case "reset":
                return await reset(writer)
            case "slow":
                await asyncio.sleep(behaviour.seconds)
            case "garbage":
                return await _say(writer, "what?")
            case "status" | "limited":
                return await _say(writer, "451 4.3.0 scripted")
            case "errcode":
                return await _say(writer, f"{behaviour.value} scripted")
        return await _say(writer, "250 ok")


async def _say(writer: StreamWriter, answer: str) -> bool:
    writer.write(answer.encode() + b"\r\n")
    await writer.drain()
    return True

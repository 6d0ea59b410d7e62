"""A small SMTP server that answers as told."""

import socketserver
import threading
from email import message_from_bytes
from email.message import Message as Mail
from typing import Self

HANG_UP = "hang up"
USUAL = {"greeting": "220 ready", "EHLO": "250 here", "HELO": "250 here", "DATA": "354 go on", "QUIT": "221 bye"}


class SmtpServer(socketserver.ThreadingTCPServer):
    """`answers` maps a command, also "greeting" and "." (end of the data), to an answer or to several in turn."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Dialogue)
        self.answers: dict[str, str | list[str]] = {}
        self.mails: list[Mail] = []
        self.recipients: list[str] = []
        self.connections = 0

    @property
    def address(self) -> tuple[str, int]:
        return self.server_address

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    def answer(self, command: str) -> str:
        told = self.answers.get(command)
        if isinstance(told, list):
            told = told.pop(0) if told else None
        return told or USUAL.get(command, "250 ok")


class Dialogue(socketserver.StreamRequestHandler):
    server: SmtpServer

    def handle(self) -> None:
        self.server.connections += 1
        self._say(self.server.answer("greeting"))
        while line := self.rfile.readline():
            command = line[:4].decode().upper()
            if command == "RCPT":
                self.server.recipients.append(line.decode().partition("<")[2].partition(">")[0])
            answer = self.server.answer(command)
            if answer == HANG_UP:
                return
            self._say(answer)
            if (answer.startswith("354") and not self._take_mail()) or command == "QUIT":
                return

    def _take_mail(self) -> bool:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line)
        self.server.mails.append(message_from_bytes(b"".join(lines)))
        answer = self.server.answer(".")
        if answer == HANG_UP:
            return False
        self._say(answer)
        return True

    def _say(self, answer: str) -> None:
        self.wfile.write(answer.encode() + b"\r\n")

"""The limit of the outbox as a process: claim a row, post it, the next; what is refused goes back to the end."""

import os
import smtplib
import sys

import psycopg

_CLAIM = """
DELETE FROM bench_mail WHERE id = (SELECT id FROM bench_mail ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING recipient, mail
"""
_AGAIN = "INSERT INTO bench_mail (recipient, mail) VALUES (%s, %s)"
_MAIL = """From: bihuan@localhost
To: reader.{n}@city.example
Subject: =?utf-8?b?5pW05pS56YCA5Zue?=
Message-ID: <bare.{n}@localhost>
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

{body}
"""
BODY = "整改材料不完整，请补充现场照片后重新提交。" * 3


def prepare(messages: int) -> None:
    """Lay out so many mails that are written already."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bench_mail (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, recipient text, mail text)"
        )
        with cursor.copy("COPY bench_mail (recipient, mail) FROM STDIN") as copy:
            for n in range(messages):
                copy.write_row((f"reader.{n}@city.example", _MAIL.format(n=n, body=BODY)))


def waiting() -> int:
    from tests.bench.rig.house import rows

    return rows("SELECT count(*) FROM bench_mail")[0][0]


def post_all(url: str, host: str, port: int) -> None:
    """Until nothing is left."""
    with psycopg.connect(url, autocommit=True) as database, smtplib.SMTP(host, port) as server:
        while row := database.execute(_CLAIM).fetchone():
            recipient, mail = row
            try:
                server.sendmail("bihuan@localhost", [recipient], mail.encode())
            except smtplib.SMTPDataError:
                database.execute(_AGAIN, row)


if __name__ == "__main__":
    post_all(os.environ["DATABASE_URL"], sys.argv[1], int(sys.argv[2]))

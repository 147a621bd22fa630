"""Mail by SMTP: `smtp://user:password@host:587/?from=…&to=…`, STARTTLS where it is offered; `smtps://`: TLS at once.

As with webhooks the name is looked up once, and what was looked at is connected to; TLS is for the name.
"""

import asyncio
import smtplib
import socket
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import httpcore

from wallboard.alerts.message import Message
from wallboard.alerts.notify import Undelivered
from wallboard.alerts.targets import resolved
from wallboard.receivers import Receiver

ANSWER_S = 10.0


async def send(receiver: Receiver, message: Message) -> None:
    """Raises Undelivered."""
    at = urlsplit(receiver.url)
    port = at.port or (465 if at.scheme == "smtps" else 25)
    try:
        address = await resolved(at.hostname or "", port, receiver.allow)
        await asyncio.to_thread(_send, receiver.url, address, port, message)
    except smtplib.SMTPRecipientsRefused as error:
        raise Undelivered(f"nobody of the recipients is taken: {list(error.recipients)}") from None
    except smtplib.SMTPResponseException as error:
        said = error.smtp_error.decode("utf-8", "replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
        raise Undelivered(f"the mail server answers {error.smtp_code} {said}") from None
    except (httpcore.ConnectError, smtplib.SMTPException, OSError) as error:
        raise Undelivered(str(error) or type(error).__name__) from None


class _At(smtplib.SMTP):
    """Connects to `address`, whatever the name of the host is. `_get_socket` is where smtplib lets one say so."""

    def __init__(self, host: str, port: int, address: str, **options: Any) -> None:
        self._address = address
        super().__init__(host, port, **options)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return super()._get_socket(self._address, port, timeout)  # type: ignore[misc,no-any-return]


class _TlsAt(_At, smtplib.SMTP_SSL):
    """TLS at once. The certificate is compared with the name."""


def _send(url: str, address: str, port: int, message: Message) -> None:
    at = urlsplit(url)
    asked = parse_qs(at.query)
    mail = EmailMessage()
    mail["Subject"] = " ".join(message.title.split())
    mail["From"], mail["To"] = asked["from"][0], ", ".join(asked["to"])
    mail["Date"], mail["Message-ID"] = formatdate(), make_msgid(domain="wallboard.invalid")
    if message.alert:
        mail["References"] = f"<{message.alert}@wallboard.invalid>"  # one thread an alert
    mail.set_content(f"{message.title}\n\n{message.text}\n")
    secure = ssl.create_default_context()
    host, user = at.hostname or "", unquote(at.username or "")
    with (
        _TlsAt(host, port, address, timeout=ANSWER_S, context=secure)
        if at.scheme == "smtps"
        else _At(host, port, address, timeout=ANSWER_S)
    ) as server:
        if at.scheme == "smtp" and server.ehlo()[0] == 250 and server.has_extn("starttls"):
            server.starttls(context=secure)
        if user:
            server.login(user, unquote(at.password or ""))
        server.send_message(mail)

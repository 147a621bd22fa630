"""Mail by SMTP: `smtp://user:password@host:587/?from=…&to=…`, STARTTLS where it is offered; `smtps://`: TLS at once.

As with webhooks the name is looked up once, and what was looked at is connected to, each address in turn until one
greets; TLS is for the name.
"""

import asyncio
import smtplib
import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress
from email.header import Header
from email.message import EmailMessage
from email.policy import Policy
from email.utils import formatdate, make_msgid
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import httpcore

from wallboard.alerts.message import Message
from wallboard.alerts.notify import Undelivered
from wallboard.alerts.targets import CONNECT_S, resolved
from wallboard.receivers import Receiver

ANSWER_S = 10.0
LINE = 76  # characters of a line of the head, so that an encoded word has at most 75 (RFC 2047)


async def send(receiver: Receiver, message: Message) -> None:
    """Raises Undelivered."""
    at = urlsplit(receiver.url)
    port = at.port or (465 if at.scheme == "smtps" else 25)
    try:
        addresses = await resolved(at.hostname or "", port, receiver.allow)
        await asyncio.to_thread(_send, receiver.url, addresses, port, message)
    except smtplib.SMTPRecipientsRefused as error:
        # Alerts are tried on: servers say 5xx for a while too. Whoever waits for a code looks at the address.
        for_good = message.type == "confirm" and all(code >= 500 for code, _ in error.recipients.values())
        raise Undelivered(f"nobody of the recipients is taken: {list(error.recipients)}", for_good=for_good) from None
    except smtplib.SMTPResponseException as error:
        said = error.smtp_error.decode("utf-8", "replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
        raise Undelivered(f"the mail server answers {error.smtp_code} {said}") from None
    except (httpcore.ConnectError, smtplib.SMTPException, OSError) as error:
        raise Undelivered(str(error) or type(error).__name__) from None


class _Subject(str):
    """Folds itself: Python leaves the first line empty where the whole just fits the second one. `email.policy` asks
    what has a `name`."""

    __slots__ = ()
    name = "Subject"

    def fold(self, *, policy: Policy) -> str:
        is_plain = self.isascii() and len(self) <= LINE - len("Subject: ")
        value = Header(str(self), None if is_plain else "utf-8", LINE, self.name)
        return f"{self.name}: {value.encode(linesep=policy.linesep)}{policy.linesep}"


class _At(smtplib.SMTP):
    """Connects to `address`, whatever the name of the host is. `_get_socket` is where smtplib lets one say so."""

    def __init__(self, host: str, port: int, address: str, **options: Any) -> None:
        self._address = address
        super().__init__(host, port, **options)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        found: socket.socket = super()._get_socket(self._address, port, CONNECT_S)  # type: ignore[misc]
        found.settimeout(timeout)
        return found


class _TlsAt(_At, smtplib.SMTP_SSL):
    """TLS at once. The certificate is compared with the name."""


def _send(url: str, addresses: Sequence[str], port: int, message: Message) -> None:
    at = urlsplit(url)
    asked = parse_qs(at.query)
    mail = EmailMessage()
    mail["Subject"] = _Subject(" ".join(message.title.split()))
    mail["From"], mail["To"] = asked["from"][0], ", ".join(asked["to"])
    mail["Date"], mail["Message-ID"] = formatdate(), make_msgid(domain="wallboard.invalid")
    if message.alert:
        mail["References"] = f"<{message.alert}@wallboard.invalid>"  # one thread an alert
    mail.set_content(f"{message.title}\n\n{message.text}\n")
    secure = ssl.create_default_context()
    host, user = at.hostname or "", unquote(at.username or "")
    with _greeted(host, port, addresses, secure, is_tls=at.scheme == "smtps") as server:
        if at.scheme == "smtp" and server.ehlo()[0] == 250 and server.has_extn("starttls"):
            server.starttls(context=secure)
        if user:
            server.login(user, unquote(at.password or ""))
        server.send_message(mail)


def _greeted(host: str, port: int, addresses: Sequence[str], secure: ssl.SSLContext, *, is_tls: bool) -> smtplib.SMTP:
    """The first that takes the connection and greets. Nothing is said to it yet, so nothing comes twice. Raises the
    OSError, which smtplib's errors are, of the last one."""
    for address in addresses[:-1]:
        with suppress(OSError):
            server = _opened(host, port, address, secure, CONNECT_S, is_tls=is_tls)
            assert server.sock
            server.sock.settimeout(ANSWER_S)
            return server
    return _opened(host, port, addresses[-1], secure, ANSWER_S, is_tls=is_tls)


def _opened(
    host: str, port: int, address: str, secure: ssl.SSLContext, timeout_s: float, *, is_tls: bool
) -> smtplib.SMTP:
    if is_tls:
        return _TlsAt(host, port, address, timeout=timeout_s, context=secure)
    return _At(host, port, address, timeout=timeout_s)

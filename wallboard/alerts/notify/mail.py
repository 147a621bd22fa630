"""Mail by SMTP: `smtp://user:password@host:587/?from=…&to=…`, STARTTLS where it is offered; `smtps://`: TLS at once."""

import asyncio
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import parse_qs, unquote, urlsplit

from wallboard.alerts.message import Message
from wallboard.alerts.notify import Undelivered
from wallboard.receivers import Receiver

ANSWER_S = 10.0


async def send(receiver: Receiver, message: Message) -> None:
    """Raises Undelivered."""
    try:
        await asyncio.to_thread(_send, receiver.url, message)
    except smtplib.SMTPRecipientsRefused as error:
        raise Undelivered(f"nobody of the recipients is taken: {list(error.recipients)}") from None
    except smtplib.SMTPResponseException as error:
        said = error.smtp_error.decode("utf-8", "replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
        raise Undelivered(f"the mail server answers {error.smtp_code} {said}") from None
    except (smtplib.SMTPException, OSError) as error:
        raise Undelivered(str(error) or type(error).__name__) from None


def _send(url: str, message: Message) -> None:
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
        smtplib.SMTP_SSL(host, at.port or 465, timeout=ANSWER_S, context=secure)
        if at.scheme == "smtps"
        else smtplib.SMTP(host, at.port or 25, timeout=ANSWER_S)
    ) as server:
        if at.scheme == "smtp" and server.ehlo()[0] == 250 and server.has_extn("starttls"):
            server.starttls(context=secure)
        if user:
            server.login(user, unquote(at.password or ""))
        server.send_message(mail)

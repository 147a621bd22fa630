"""Whatever Apprise knows by address: Slack, Teams, Viber, Telegram, … (https://github.com/caronc/apprise)."""

from typing import Any

import httpcore

from wallboard.alerts.message import Message
from wallboard.alerts.notify import Undelivered
from wallboard.alerts.targets import resolved
from wallboard.receivers import Receiver


async def send(receiver: Receiver, message: Message) -> None:
    """Raises Undelivered. Apprise says only yes or no; why stands in its own log."""
    import apprise

    to = apprise.Apprise()
    if not to.add(receiver.url):
        raise Undelivered("Apprise does not know this address", for_good=True)
    for plugin in to:
        plugin.redirects = False  # as webhooks: what was allowed is where it goes
        await _check(plugin, receiver)
    kind = {"critical": apprise.NotifyType.FAILURE, "warning": apprise.NotifyType.WARNING}
    notify_type = kind.get(message.severity, apprise.NotifyType.INFO)
    if message.type == "cleared":
        notify_type = apprise.NotifyType.SUCCESS
    if not await to.async_notify(body=message.text, title=message.title, notify_type=notify_type):
        raise Undelivered("Apprise could not deliver it")


async def _check(plugin: Any, receiver: Receiver) -> None:
    """Raises Undelivered for a host in the house that is not allowed. Of a service the "host" is a part of its token:
    it has no such field. Apprise looks the name up again by itself, so this is no fence against rebinding."""
    host = getattr(plugin, "smtp_host", None) or plugin.host
    if not host or "host" not in plugin.template_tokens:
        return
    try:
        await resolved(host, plugin.port or 443, receiver.allow)
    except httpcore.ConnectError as error:
        raise Undelivered(str(error)) from None

"""Whatever Apprise knows by address: Slack, Teams, Viber, Telegram, … (https://github.com/caronc/apprise)."""

from wallboard.alerts.message import Message
from wallboard.alerts.notify import Undelivered
from wallboard.receivers import Receiver


async def send(receiver: Receiver, message: Message) -> None:
    """Raises Undelivered. Apprise says only yes or no; why stands in its own log."""
    import apprise

    to = apprise.Apprise()
    if not to.add(receiver.url):
        raise Undelivered("Apprise does not know this address", for_good=True)
    for plugin in to:
        plugin.redirects = False  # as webhooks: what was allowed is where it goes
    kind = {"critical": apprise.NotifyType.FAILURE, "warning": apprise.NotifyType.WARNING}
    notify_type = kind.get(message.severity, apprise.NotifyType.INFO)
    if message.type == "cleared":
        notify_type = apprise.NotifyType.SUCCESS
    if not await to.async_notify(body=message.text, title=message.title, notify_type=notify_type):
        raise Undelivered("Apprise could not deliver it")

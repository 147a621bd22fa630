"""What do events of the server itself do? Settings, corrections, alerts, duty; they never make a source look alive."""

import msgspec
from msgspec.structs import replace

from wallboard.core import events as ev
from wallboard.core.allrows import AllRows
from wallboard.core.anew import count_anew, rule_anew
from wallboard.core.deeds import Deed, Did
from wallboard.core.forgetting import forget_agent, forget_queue, forget_source
from wallboard.core.settings import settings_from
from wallboard.core.taking import take_notice, take_person


def is_own(event: ev.Event) -> bool:
    if type(event) in ev.OWN_KINDS:
        return True
    return event.source == ev.SERVER and isinstance(event, ev.NoticePosted | ev.NoticeCleared | ev.Tagged)


def take_own(rows: AllRows, event: ev.Event, at_ms: int, source: str, deeds: list[Deed]) -> Deed:
    match event:
        case ev.NoticePosted():
            return take_notice(rows, event, at_ms, source)
        case ev.NoticeCleared():
            return rows.posted.clear(event.notice)
        case ev.ConfigApplied():
            return _take_settings(rows, event, at_ms)
        case ev.SourceCounted():
            return rows.listening.count(event, rows.room_for(source))
        case ev.SourceForgotten():
            return forget_source(rows, event.name)
        case ev.QueueForgotten():
            return forget_queue(rows, event.name)
        case ev.AgentForgotten():
            return forget_agent(rows, event.name)
        case ev.ContactCorrected() | ev.Tagged():
            of = event.contact_source or source
            return rows.contacts.take(event, at_ms, rows.applied, of, deeds, event.contact)
        case ev.AgentCorrected():
            return take_person(rows, event, at_ms, event.agent_source or source, deeds)
        case ev.AlertEvent():
            deed = rows.alerts.take(event, at_ms)
            if rows.alerting:
                rows.alerting.told(event, rows.alerts.known(event.alert))
            return deed
        case ev.DutyTaken() | ev.DutyLeft():
            deed = rows.duty.take(event, at_ms)
            if deed.code is Did.NOTED:
                rows.alerts.note_duty(event.who, at_ms)
            return deed
    return Deed(Did.NOTED, f"noted {ev.type_of(event)}")


def _take_settings(rows: AllRows, event: ev.ConfigApplied, at_ms: int) -> Deed:
    try:
        settings = settings_from(event.settings)
    except msgspec.ValidationError as error:
        return Deed(Did.REJECTED, f"settings not understood: {error}")
    before = rows.settings
    if settings == before:
        return Deed(Did.NOTHING, "settings unchanged")
    try:  # whatever a later look would stumble over: nothing is changed then
        settings.check(rows.now_ms)
    except (ValueError, KeyError, OSError) as error:  # an unknown zone is a KeyError
        return Deed(Did.REJECTED, f"settings not taken over: {error}")
    if replace(settings, alert=before.alert, notice=before.notice) == before:
        rows.ground.settings = settings
        rule_anew(rows)
        return Deed(Did.SETTINGS, "alert rules and notices applied")
    for site in before.sites:
        rows.ground.touch("sites", site)
    changed = rows.tallies.ruled_otherwise(settings)
    rows.ground.settings = settings
    count_anew(rows, tell=True)
    for queue in changed:
        rows.tallies.queues[queue].ruled_ms = at_ms
    rule_anew(rows)
    return Deed(Did.SETTINGS, "settings applied: the day is read again")

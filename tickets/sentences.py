"""The two sentences of a why-record, made from the record alone: for technicians, and for the client. Pure."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from accounts.language import ENGLISH, Say, message
from documents.guide.plain_words import duration
from sla.durations import words
from tickets import wait_sentences
from tickets.cases import heard_sentences
from tickets.facts import MANAGER_RESPOND, METRIC_WORDS, MOST_CHASES, OLA_RESOLVE, SLAS

Record = Mapping[str, Any]


def internal(record: Record) -> str:
    """The sentence for technicians. Raises KeyError for a rule that has none."""
    return _INTERNAL[record["rule"]](record) + _skipped(record) + _unheard(record)


def for_client(record: Record, say: Say = ENGLISH) -> str:
    """The sentence that the client may read, in its language; "" where there is nothing to tell.

    No internal name and no margin is in it.
    """
    told = _FOR_CLIENT.get(record["rule"])
    return told(record, say) if told else ""


# for technicians -----------------------------------------------------------------------------------------------------


def _climb(record: Record) -> str:
    return f"{record['from']} → {record['to']}: {_missed(record)}, {_basis(record)}."


def _ladder_ends(record: Record) -> str:
    return f"No step is left above {record['from']}, managers were told: {_missed(record)}, {_basis(record)}."


def _breach(record: Record) -> str:
    clock = record["clock"]
    told = " All managers were told." if clock["metric"] == MANAGER_RESPOND else ""
    return f"{METRIC_WORDS[clock['metric']]} target missed: {_target(clock)}, {record['priority']}.{told}"


def _threshold(record: Record) -> str:
    clock = record["clock"]
    return f"{METRIC_WORDS[clock['metric']]}: {record['percent']} % of its time has passed, {_target(clock)}."


def _reminder(record: Record) -> str:
    return f"{record['from']} was reminded at {record['percent']} % of its time: {_target(record['clock'])}."


def _client_reminder(record: Record) -> str:
    return f"The client was reminded for the {_nth(record['reminders'] + 1)} time that we wait for its answer."


def _wake(record: Record) -> str:
    match record["status"]:
        case "RESOLVED":
            return "Closed: five open days have passed since it was resolved."
        case "ON_HOLD":
            return "The hold has ended; work goes on where it stood."
        case "WAITING_ON_VENDOR":
            return "The time that was given to the vendor is over; it still has the ball."
        case "WAITING_ON_CLIENT":
            to = f"goes back to {record['vendor']}" if record.get("vendor") else f"comes back to {record['from']}"
            return f"The client has not answered in time; the ticket {to}."
    return f"The wait has ended; back to {record['from']}."


def _terms(record: Record) -> str:
    return f"{record['because']}: {'; '.join(_moved(row) for row in record['clocks'])}."


def _moved(row: Record) -> str:
    name, after = METRIC_WORDS[row["metric"]], row["after"]
    if after is None:
        return f"{name} has no target any more"
    return f"{name} is {words(after['target_seconds'])} ({after['calendar']})"


def _case(record: Record) -> str:
    name, missing = record["service"], len(record["missing"])
    answers = "1 answer" if missing == 1 else f"{missing} answers"
    if missing and not record.get("override"):
        return f"Case for {name} waits for {answers}: {' '.join(record['questions'])}"
    without = f" without {answers} ({_clause(record['override'])})" if missing else ""
    instead = f", since {record['instead']}" if record.get("instead") else ""
    if record.get("channel") == "PORTAL":
        at = f" at {record['contact']}" if record["contact"] else ""
        done = f"must be lodged by hand{at}"
    else:
        done = "is queued" if without else "queued"
    complete = "" if without else "is complete and "
    return f"Case for {name} {complete}{done}{without}{instead}, severity {record['severity']}."


def _clause(words: str) -> str:
    """What a person wrote as a sentence, within another one."""
    return words.strip().rstrip(".")


def _engage(record: Record) -> str:
    return f"{record['engaging']['name']} is engaged without waiting for the ladder. {record['because']}"


def _chase(record: Record) -> str:
    clock, done = record["clock"], CHASED[record["done"]].format(to=record.get("to", ""))
    count = f" Chase {record['case']['chases'] + 1} of {MOST_CHASES}." if record["how"] != "STOP" else ""
    name = METRIC_WORDS[clock["metric"]]
    return f"{record['vendor']} is late. {name}: {record['percent']} % of {_target(clock)} has passed. {done}{count}"


def _stuck(record: Record) -> str:
    nobody = " Send it on from its page." if record.get("holds") else " No other contact of it is known."
    to = f" It is to be called: {record['to']}." if record["to"] else nobody
    return f"{record['vendor']} does not have the case: {_clause(record['because'])}.{to}"


def _forwarded(record: Record) -> str:
    return f"The case goes to {record['vendor']}'s next contact, {record['to']}: {_clause(record['because'])}."


def _case_sent(record: Record) -> str:
    case = f"{record['service']}, severity {record['severity']}"
    return f"Case lodged with {record['vendor']} ({case}).{_by_then(record)}"


def _case_late(record: Record) -> str:
    return f"Case for {record['service']} went out after the ticket had ended."


def _case_failed(record: Record) -> str:
    return f"The case for {record['service']} could not be sent: {record['error']}"


def _client_update(record: Record) -> str:
    waits = " and ".join(wait["vendor"] for wait in record["waits"])
    return f"The client was written to, since its update was due: we wait for {waits}. {_target(record['clock'])}."


def _routed(record: Record) -> str:
    return f"Opened for {record['client']}, {record['priority']}, at {record['tier']}. {' '.join(record['because'])}"


def _imported(record: Record) -> str:
    ended = f", resolved {_moment(record['resolved_at'])}" if record.get("resolved_at") else f", at {record['tier']}"
    return f"Brought in for {record['client']}, {record['priority']}, opened {_moment(record['opened_at'])}{ended}."


def _straight(record: Record) -> str:
    return f"Straight to the vendor: {record['because']}"


def _condition_ended(record: Record) -> str:
    return f"Resolved: {record['source']} reported that the condition has ended, and nobody had touched the ticket."


def _reported(record: Record) -> str:
    if record["state"] == "FIRING":
        return f"{record['source']} reported: the condition has come back."
    return f"{record['source']} reported: {record['title']} ({record['state'].lower()}). It stays open."


def _came_back(record: Record) -> str:
    return f"Monitoring reopened it: {record['because']}"


# What was done about a late vendor.
CHASED = {
    "REMINDED": "It was reminded at {to}.",
    "AGAIN": "No other contact is known, so it was reminded once more at {to}.",
    "FORWARDED": "The case went to its next contact, {to}.",
    "CALL": "It is to be called: {to}.",
    "NOBODY": "No contact of it is known, somebody must find one.",
    "MANAGER": "A manager was called.",
    "STOP": f"It was chased {MOST_CHASES} times and is not chased any more; the managers were told.",
}

_INTERNAL: Mapping[str, Callable[[Record], str]] = {
    "CLIMB": _climb,
    "LADDER_ENDS": _ladder_ends,
    "BREACH": _breach,
    "THRESHOLD": _threshold,
    "REMINDER": _reminder,
    "CLIENT_REMINDER": _client_reminder,
    "WAKE": _wake,
    "TERMS": _terms,
    "CASE": _case,
    "ENGAGE": _engage,
    "CHASE": _chase,
    "CASE_STUCK": _stuck,
    "CASE_FORWARDED": _forwarded,
    "CASE_SENT": _case_sent,
    "CASE_LATE": _case_late,
    "CASE_FAILED": _case_failed,
    "VENDOR_MAIL": heard_sentences.heard,
    "CLIENT_UPDATE": _client_update,
    "ROUTED": _routed,
    "IMPORTED": _imported,
    "STRAIGHT": _straight,
    "CONDITION_ENDED": _condition_ended,
    "REPORTED": _reported,
    "CAME_BACK": _came_back,
}


def _missed(record: Record) -> str:
    verb = "not handed over" if record["clock"]["metric"] == OLA_RESOLVE else "not acknowledged"
    return f"{verb} within {_target(record['clock'])}"


def _target(clock: Record) -> str:
    return f"{words(clock['target_seconds'])} of business time ({clock['calendar']})"


def _basis(record: Record) -> str:
    exception = " (client exception)" if "exception" in record else ""
    return f"{record['priority']}, {record['policy']} step {record['step'] + 1}{exception}"


def _skipped(record: Record) -> str:
    return "".join(f" {r['step']} was skipped: {r['because']}." for r in record.get("rejected") or ())


def _unheard(record: Record) -> str:
    """The tier to which it went has nobody who hears of it."""
    gap = record.get("gap", "")
    return f" {gap[0].upper()}{gap[1:]}; managers were told." if gap else ""


def _moment(written: str) -> str:
    return f"{datetime.fromisoformat(written):%Y-%m-%d %H:%M} UTC"


def _nth(number: int) -> str:
    return {1: "first", 2: "second", 3: "third"}.get(number, f"{number}th")


def _by_then(record: Record, say: Say = ENGLISH) -> str:
    seconds = record.get("respond_seconds")
    return f" {say('They promise a first answer within {time}.', time=duration(seconds, say))}" if seconds else ""


# for the client ------------------------------------------------------------------------------------------------------


def _climb_told(record: Record, say: Say) -> str:
    if record["to"] == "vendor":
        return ""
    deeper = record["clock"]["metric"] == OLA_RESOLVE
    return say(_DEEPER if deeper else _NO_DELAY, who=_title(record, say))


_DEEPER = message("Your request was passed to {who} because it needs deeper investigation than first thought.")
_NO_DELAY = message("Your request was passed to {who} so that it is taken up without further delay.")


def _wake_told(record: Record, say: Say) -> str:
    return say("Your request was closed.") if record["status"] == "RESOLVED" else ""


def _client_reminder_told(record: Record, say: Say) -> str:
    back = say("We go on with what we know if we do not hear from you.") if record.get("wake_at") else ""
    return f"{say('We are still waiting for your answer.')} {back}".strip()


def _terms_told(record: Record, say: Say) -> str:
    """What is promised to the client has changed; how our teams and vendors are held to time is not told."""
    return say(record.get("told", "")) if any(row["metric"] in SLAS for row in record["clocks"]) else ""


def _routed_told(record: Record, say: Say) -> str:
    return say("We have received your request; {who} will look at it first.", who=_title(record, say))


def _title(record: Record, say: Say) -> str:
    """What the tier is called in this language, where that was written."""
    titles: Mapping[str, str] = record.get("title_in") or {}
    return titles.get(say.code) or say(record["title"])


# Told to the client also where a person does it.
REOPENED = message("We have reopened your request.")

_FOR_CLIENT: Mapping[str, Callable[[Record, Say], str]] = {
    "CLIMB": _climb_told,
    "WAKE": _wake_told,
    "CLIENT_REMINDER": _client_reminder_told,
    "TERMS": _terms_told,
    "CASE_SENT": wait_sentences.asked,
    "CHASE": wait_sentences.chased,
    "VENDOR_MAIL": wait_sentences.heard,
    "CLIENT_UPDATE": wait_sentences.still_waiting,
    "ROUTED": _routed_told,
    "CONDITION_ENDED": lambda _, say: say("The problem has gone by itself."),
    "CAME_BACK": lambda _, say: say(REOPENED),
}

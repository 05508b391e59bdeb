"""Files that take a while: one at a time, few in the queue, each made once."""

from threading import Event, Thread
from time import sleep

import pytest

from portal import pdf
from portal.press import Busy, Press


def press(**limits) -> Press:
    return Press(**({"most_waiting": 2, "most_kept": 2, "most_seconds": 5} | limits))


def test_a_file_is_made_once_for_who_asks_again():
    made, ours = [], press()
    for _ in range(2):
        assert ours.file("a", lambda: made.append("a") or b"A") == b"A"
    assert made == ["a"]


def test_what_took_too_long_is_there_for_who_asks_later():
    goes_on, ours = Event(), press(most_seconds=0.05)
    with pytest.raises(Busy):
        ours.file("slow", lambda: goes_on.wait(5) and b"done")
    goes_on.set()
    ours.most_seconds = 5
    assert ours.file("slow", lambda: b"made anew") == b"done"


def test_what_waited_too_long_is_given_up_and_can_be_asked_for_again():
    goes_on, ours, made = Event(), press(most_seconds=0.05), []
    for key in ("first", "second"):
        with pytest.raises(Busy):
            ours.file(key, lambda key=key: made.append(key) or (goes_on.wait(5) and b"done"))
    goes_on.set()
    ours.most_seconds = 5
    assert ours.file("third", lambda: b"3") == b"3" and made == ["first"]
    assert ours.file("second", lambda: b"2") == b"2"


def test_once_a_few_wait_the_next_is_sent_away_at_once():
    goes_on, ours = Event(), press(most_waiting=2)
    waiting = [Thread(target=ours.file, args=(key, lambda: goes_on.wait(5) and b"")) for key in "ab"]
    for thread in waiting:
        thread.start()
    while ours.waiting < 2:
        sleep(0.01)
    with pytest.raises(Busy, match="too many wait"):
        ours.file("c", lambda: b"C")
    goes_on.set()
    for thread in waiting:
        thread.join()
    assert ours.file("c", lambda: b"C") == b"C"


def test_a_failure_is_told_and_tried_anew():
    ours, answers = press(), iter([LookupError("none"), b"now"])

    def make():
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    with pytest.raises(LookupError):
        ours.file("a", make)
    assert ours.file("a", make) == b"now"


def test_no_more_files_are_kept_than_were_meant_to_be():
    ours, made = press(most_kept=2), []
    for key in "abca":
        ours.file(key, lambda key=key: made.append(key) or b"")
    assert made == ["a", "b", "c", "a"]


def test_a_client_s_file_is_asked_for_again_while_others_wait(client, world):
    client.force_login(world.reader(world.acme))
    goes_on = Event()
    waiting = [
        Thread(target=pdf._press.file, args=(key, lambda: goes_on.wait(5) and b"")) for key in range(pdf.MOST_WAITING)
    ]
    for thread in waiting:
        thread.start()
    while pdf._press.waiting < pdf.MOST_WAITING:
        sleep(0.01)
    answer = client.get("/portal/acme/page.pdf?as_of=2026-03-07")
    goes_on.set()
    for thread in waiting:
        thread.join()
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")

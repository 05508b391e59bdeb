"""Escalating by hand: why, what was tried, and to whom, with the clock that will run there."""

from django import forms
from django.utils import timezone

from sla.durations import words as duration_words
from tickets.arrivals import Arrival, arrival
from tickets.forms import VerbForm, words_field
from tickets.rows import clock_time


class EscalateForm(VerbForm):
    why = words_field("Why, for those who get it", "Say why: the next tier reads it first.")
    tried = words_field(
        "What was tried", "Say what was tried, so that nobody tries it again; “nothing yet” is an answer.", rows=2
    )
    to = forms.ChoiceField(label="To", required=False, widget=forms.RadioSelect)

    def prepare(self) -> None:
        steps, blocked = self.work.ladder.steps, self.work.obstacles
        following = next((i for i in self.work.ladder.following(self.work.step) if not blocked[i]), None)
        others = [i for i in range(len(steps)) if not blocked[i] and i not in (self.work.step, following)]
        first = [("", f"{self._label(following)} (next)")] if following is not None else []
        self.fields["to"].choices = [*first, *((steps[i].name, self._label(i)) for i in others)]
        self.fields["to"].required = following is None
        self.initial.setdefault("to", "")
        self.fields["to"].help_text = " ".join(
            f"{'The vendor' if steps[i].vendor else steps[i].name} cannot be reached: {r}."
            for i, r in enumerate(blocked)
            if r
        )

    def _label(self, index: int) -> str:
        """The step, who gets it there, on which clock, and whom it skips."""
        there = arrival(self.work, index, now=self.now)
        if self.work.ladder.steps[index].vendor:
            words = f"{self.work.service or 'Vendor'}: a case is lodged"
        else:
            words = f"{there.name}: {there.team}" + (f", {there.on_call} is on call" if there.on_call else "")
            words += self._clock(there)
        return words + (f". Skips {' and '.join(there.skips)}, which could be reached" if there.skips else "")

    def _clock(self, there: Arrival) -> str:
        if there.seconds is None or there.due_at is None:
            return ", no time is set there"
        by = clock_time(there.due_at, now=self.now, zone=timezone.get_current_timezone())
        return f", {duration_words(there.seconds)} to acknowledge, by {by}"

"""Files that take a while to be made: one at a time, few in the queue, each kept for who asks again."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from threading import Lock


class Busy(TimeoutError):
    """The file is not there yet: so many wait before it, or it takes long. Who asks again later may have it at once."""


class Press:
    """Makes files in a thread of its own; `most_waiting` are those that are not done at any moment."""

    def __init__(self, *, most_waiting: int, most_kept: int, most_seconds: float) -> None:
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="press")
        self._most_waiting, self._most_kept, self.most_seconds = most_waiting, most_kept, most_seconds
        self._files: OrderedDict[Hashable, Future[bytes]] = OrderedDict()
        self._lock = Lock()

    def file(self, key: Hashable, make: Callable[[], bytes]) -> bytes:
        """The file of this key, which is made where it is not kept. Raises Busy, and what `make` raises.

        One that did not begin in time is given up; one that did is finished, and kept.
        """
        file = self._begun(key, make)
        try:
            return file.result(timeout=self.most_seconds)
        except (TimeoutError, CancelledError):
            file.cancel()
            raise Busy("it takes too long") from None

    @property
    def waiting(self) -> int:
        """How many files are not done."""
        return sum(not file.done() for file in list(self._files.values()))

    def _begun(self, key: Hashable, make: Callable[[], bytes]) -> "Future[bytes]":
        with self._lock:
            file = self._files.get(key)
            if file is None or _is_lost(file):
                if self.waiting >= self._most_waiting:
                    raise Busy("too many wait")
                file = self._files[key] = self._worker.submit(make)
            self._files.move_to_end(key)
            self._forget()
            return file

    def _forget(self) -> None:
        done = [key for key, file in self._files.items() if file.done()]
        for key in done[: max(len(self._files) - self._most_kept, 0)]:
            del self._files[key]


def _is_lost(file: "Future[bytes]") -> bool:
    return file.cancelled() or (file.done() and file.exception() is not None)

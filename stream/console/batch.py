"""The place of a run among the runs of one command, and the time left for all of them. Pure but for the clock given."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BatchPlace:
    """One recording of several: the number-th of count, by the name of its file.

    begun_s: when the command began. done: recordings that it has done since. to_do: recordings that it will do after
    this one. Those that were complete before it began are in neither.
    """

    number: int
    count: int
    name: str
    begun_s: float
    done: int
    to_do: int

    def words(self) -> str:
        """Return which recording this is, for the person who named it."""
        return f"{self.number_words()}, {self.name}"

    def number_words(self) -> str:
        """Return which recording this is, without its name."""
        return f"file {self.number} of {self.count}"

    def left_s(self, share: float, now_s: float) -> float | None:
        """Return the time left for all recordings, s, as if the others took as long; None if too little is done.

        share: how much of this recording is done, 0 to 1.
        """
        done = self.done + share
        return None if done < 0.05 else (now_s - self.begun_s) * (self.to_do + 1 - share) / done


def time_words(seconds: float) -> str:
    """Return a time that is left as people say it."""
    if seconds < 90:
        return f"{max(round(seconds), 1)} s"
    if seconds < 5400:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"

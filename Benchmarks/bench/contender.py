"""Who is measured, and what a suite of them is."""

from dataclasses import dataclass, field
from pathlib import Path

from .data import Dataset
from .environment import Environment
from .stack import Stack


@dataclass
class Workplace:
    """What suites share: the servers, the data, the peers that are installed, and the sizes."""

    stack: Stack
    environment: Environment
    folder: Path
    scale: float
    known: dict[float, Dataset] = field(default_factory=dict)

    @property
    def data(self) -> Dataset:
        """The rows at the scale that was asked for."""
        return self.rows(self.scale)

    @property
    def small(self) -> Dataset:
        """The rows for contenders that would take hours with many: 600,572 line items at most."""
        return self.rows(min(self.scale, 0.1))

    def rows(self, scale: float) -> Dataset:
        if scale not in self.known:
            self.known[scale] = Dataset.made(self.folder / "data", scale, self.environment.tpchgen)
        return self.known[scale]

    def sized(self, full: int) -> int:
        """A number of rows or tasks that is meant for scale 1, at this scale."""
        return max(100, int(full * min(1.0, self.scale)))


class Contender:
    """One way to do a suite's work.

    `prepare` comes before each run and is not timed; `run` gives seconds by the name of what took them; `wrong` looks at the
    rows that are there then; `clear` removes them, so that nothing of them is vacuumed while others run. `detail` says more than
    the title, where a table has room for it.
    """

    name = ""
    title = ""
    detail = ""
    schema = ""

    def __init__(self, place: Workplace):
        self.place = place
        self.stack = place.stack

    def absent(self) -> str | None:
        """Why it cannot run here, in a few words."""
        return None

    def prepare(self) -> None:
        pass

    def run(self) -> dict[str, float]:
        raise NotImplementedError

    def wrong(self) -> str | None:
        """What is wrong with the rows; None when they are right."""
        raise NotImplementedError

    def clear(self) -> None:
        if self.schema:
            self.stack.drop(self.schema)


class Suite:
    """Contenders that do the same work, in the order in which they are run."""

    name = ""
    title = ""
    contenders: tuple[type[Contender], ...] = ()

    def __init__(self, place: Workplace):
        self.place = place

    def work(self) -> str:
        """What is done, in a sentence with its rows."""
        raise NotImplementedError

    def set_up(self) -> None:
        """What all contenders need; once, not timed."""

"""One month again, when no dimension has changed and when each has."""

from ..contender import Contender, Suite
from ..data import CHANGED_MONTH
from ..pipeline import Pipeline
from ..stack import seconds_of
from ..stars import pipeline
from .star import STAR

CALENDAR = 3000  # its days are written each time; there are fewer


class Month(Contender):
    """Loads a month when the load before has read the same files of dimensions, or others."""

    changed = False

    def pipeline(self) -> Pipeline:
        return pipeline(self.place, STAR, self.place.data)

    def load(self, changed: bool) -> int:
        data = self.place.data.folder
        return self.pipeline().load("--periods", CHANGED_MONTH, data=data / "changed" if changed else data)

    def prepare(self) -> None:
        self.load(changed=self.changed)

    def run(self) -> dict[str, float]:
        return {"": seconds_of(self.load, False)}

    def wrong(self) -> str | None:
        load = self.stack.last_load(STAR)
        loaded, members = (int(count) for count in self.stack.psql(
            "select sum(rows_loaded) filter (where kind = 'fact'), coalesce(sum(rows_read) filter (where kind = 'dimension'), 0) "
            f"from longshore.task where load_id = {load};"
        ).split("|"))
        expected = self.place.data.checksums[CHANGED_MONTH].rows
        if loaded != expected:
            return f"{loaded:,} rows in place of {expected:,}"
        if not self.changed and members > CALENDAR:
            return f"{members:,} members were read that have not changed"
        return None


class Unchanged(Month):
    name = "unchanged"
    title = "no dimension's file has changed"


class Changed(Month):
    name = "changed"
    title = "one row of each dimension's file has changed"
    changed = True


class MonthAgain(Suite):
    name = "month"
    title = "One month again"
    contenders = (Unchanged, Changed)

    def work(self) -> str:
        rows = self.place.data.checksums[CHANGED_MONTH].rows
        return f"The {rows:,} line items of {CHANGED_MONTH} are loaded again by the whole command."

    def set_up(self) -> None:
        pipeline(self.place, STAR, self.place.data).load("--periods", CHANGED_MONTH)

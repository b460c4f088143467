"""The same star, smaller, beside what people load stars with in Python."""

from .. import tables
from ..contender import Suite
from ..stack import ROOT, run, seconds_of
from ..stars import FACT, FirstLoad, StarContender, pipeline

STAR = "small_star"
PROGRAMS = ROOT / "Benchmarks/bench/peers"


class Longshore(FirstLoad):
    star = STAR
    table = f"{STAR}.{FACT}"
    is_small = True


class Peer(StarContender):
    """A program of `peers/` that fills an empty table of keys and measures from the months' files."""

    star = STAR
    is_small = True
    package = ""

    def absent(self) -> str | None:
        return self.place.environment.lacks(self.package)

    def prepare(self) -> None:
        self.stack.make_anew(self.schema)
        self.stack.psql(f"create table {self.table} ({tables.KEYED_LINE_ITEM});")

    def run(self) -> dict[str, float]:
        program = PROGRAMS / f"{self.name}_star.py"
        words = [self.place.environment.python, program, self.data.folder, self.star, self.schema]
        return {"": seconds_of(run, words, self.stack.environment())}


class Pygrametl(Peer):
    name = "pygrametl"
    title = "pygrametl"
    detail = "cached dimensions, a bulk fact table"
    package = "pygrametl"
    schema = "by_pygrametl"
    table = "by_pygrametl.line_item"


class Pandas(Peer):
    name = "pandas"
    title = "pandas"
    detail = "`read_csv`, `merge`, `to_sql`"
    package = "pandas"
    schema = "by_pandas"
    table = "by_pandas.line_item"


class Peers(Suite):
    name = "peers"
    title = "A smaller star, beside Python"
    contenders = (Longshore, Pygrametl, Pandas)

    def work(self) -> str:
        return f"{self.place.small.rows:,} line items by month in 84 files, as above. The tables of the others have no index."

    def set_up(self) -> None:
        star = pipeline(self.place, STAR, self.place.small)
        star.load()
        star.forget(FACT)

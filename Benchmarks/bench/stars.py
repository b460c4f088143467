"""What suites of stars share: the pipeline, contenders whose rows are told by their keys, and Longshore."""

from . import tables
from .checksum import Checksum
from .contender import Contender, Workplace
from .data import Dataset
from .pipeline import Pipeline

FACT = "fact_line_item"
FILES = "lineitem_{period}.csv"


def pipeline(place: Workplace, name: str, data: Dataset, files: str = FILES) -> Pipeline:
    """The star of a name, and of the line items in some files."""
    return Pipeline(place.stack, place.folder / "pipelines", name, "star", data.folder, FILES=files)


class StarContender(Contender):
    """One that makes the fact of a star, whose dimensions Longshore has loaded; its rows are told by what their keys refer to."""

    star = ""
    is_small = False
    table = ""

    @property
    def data(self) -> Dataset:
        return self.place.small if self.is_small else self.place.data

    def wrong(self) -> str | None:
        found = Checksum.queried(self.stack, *tables.resolved(self.table, self.star))
        return found.unlike(self.data.checksums["lineitem"])


class FirstLoad(StarContender):
    """Longshore's first load of the fact, two tasks at a time, when the dimensions are there and have not changed."""

    name = "longshore"
    title = "Longshore"
    files = FILES

    def pipeline(self) -> Pipeline:
        return pipeline(self.place, self.star, self.data, self.files)

    def prepare(self) -> None:
        self.pipeline().forget(FACT)

    def run(self) -> dict[str, float]:
        return self.pipeline().measured("fact", "the facts")

    def clear(self) -> None:
        self.pipeline().forget(FACT)

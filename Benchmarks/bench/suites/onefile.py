"""One file that holds all months, beside a file for each."""

from ..contender import Suite
from ..stars import FACT, FirstLoad


class Files(FirstLoad):
    """Line items of 84 months in as many files."""

    name = "files"
    title = "84 files"
    star = "by_files"
    table = f"by_files.{FACT}"

    def absent(self) -> str | None:
        return self.pipeline().refusal()

    def prepare(self) -> None:
        if self.stack.psql(f"select to_regclass('{self.star}.dim_orders') is null;") == "t":
            self.pipeline().load()
        super().prepare()


class OneFile(Files):
    """The same rows in one file, in the order of their orders."""

    name = "one"
    title = "one file"
    star = "by_one"
    table = f"by_one.{FACT}"
    files = "lineitem.csv"


class FileOfMonths(Suite):
    name = "onefile"
    title = "One file of 84 months"
    contenders = (Files, OneFile)

    def work(self) -> str:
        return f"The star of {self.place.data.rows:,} line items again, first load of its fact."

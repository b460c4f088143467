"""One flat file into one table, without keys."""

import shutil

from .. import tables
from ..checksum import Checksum
from ..contender import Contender, Suite
from ..pipeline import Pipeline
from ..stack import run, seconds_of
from .peers import PROGRAMS


class FlatContender(Contender):
    table = ""

    def wrong(self) -> str | None:
        found = Checksum.queried(self.stack, tables.as_written(tables.names(tables.LINE_ITEM)), self.table)
        return found.unlike(self.place.small.checksums["lineitem"])


class IndexedCopy(FlatContender):
    name = "copy-index"
    title = "`\\copy csv`, unique index on the grain"
    schema = "bare"
    table = "bare.line_item"

    def prepare(self) -> None:
        self.stack.make_anew(self.schema)
        self.stack.psql(
            f"create table {self.table} ({tables.LINE_ITEM}); create unique index on {self.table} (l_orderkey, l_linenumber);"
        )

    def run(self) -> dict[str, float]:
        file = self.place.small.file("lineitem")
        return {"": seconds_of(self.stack.psql, f"\\copy {self.table} from '{file}' csv header")}


class Longshore(FlatContender):
    name = "longshore"
    title = "Longshore"
    table = "flat.fact_line_item"

    def pipeline(self) -> Pipeline:
        return Pipeline(self.stack, self.place.folder / "pipelines", "flat", "flat", self.place.small.folder)

    def prepare(self) -> None:
        self.pipeline().forget_all()

    def run(self) -> dict[str, float]:
        return self.pipeline().measured("fact", "the task")

    def clear(self) -> None:
        self.prepare()


class Dlt(FlatContender):
    name = "dlt"
    title = "dlt"
    detail = "Arrow, the loader for CSV"
    schema = "by_dlt"
    table = "by_dlt.line_item"

    def absent(self) -> str | None:
        return self.place.environment.lacks("dlt")

    def prepare(self) -> None:
        self.clear()
        shutil.rmtree(self.place.folder / "dlt", ignore_errors=True)

    def run(self) -> dict[str, float]:
        work = self.place.folder / "dlt"
        words = [self.place.environment.python, PROGRAMS / "dlt_flat.py", self.place.small.file("lineitem"), work]
        quiet = {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR", "DLT_DATA_DIR": str(work)}
        return {"": seconds_of(run, words, self.stack.environment(**quiet))}


class Pgloader(FlatContender):
    name = "pgloader"
    title = "pgloader"
    schema = "by_pgloader"
    table = "by_pgloader.line_item"

    def absent(self) -> str | None:
        return None if shutil.which("pgloader") else "Debian's pgloader is not installed"

    def prepare(self) -> None:
        self.stack.make_anew(self.schema)
        self.stack.psql(f"create table {self.table} ({tables.LINE_ITEM});")
        columns = tables.names(tables.LINE_ITEM)
        self.command().parent.mkdir(parents=True, exist_ok=True)
        self.command().write_text(
            f"load csv from '{self.place.small.file('lineitem')}' having fields ({columns})\n"
            f"into {self.stack.url} target table {self.table} ({columns})\n"
            "with skip header = 1, fields terminated by ',', fields optionally enclosed by '\"', fields escaped by double-quote;\n"
        )

    def command(self):
        return self.place.folder / "pgloader" / "flat.load"

    def run(self) -> dict[str, float]:
        words = ["pgloader", "--root-dir", self.command().parent, "--on-error-stop", self.command()]
        return {"": seconds_of(run, words, self.stack.environment())}


class Flat(Suite):
    name = "flat"
    title = "One flat file"
    contenders = (IndexedCopy, Longshore, Dlt, Pgloader)

    def work(self) -> str:
        return f"{self.place.small.rows:,} line items in one file; no key is mapped, and nothing is checked but types."

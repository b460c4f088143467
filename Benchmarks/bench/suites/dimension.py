"""Dimensions with history: their first load, and what has changed."""

import json

from .. import tables
from ..checksum import Checksum
from ..contender import Contender, Suite
from ..pipeline import Pipeline
from ..stack import ROOT, run, seconds_of


class CopiedOrders(Contender):
    name = "copy-index"
    title = "`\\copy csv`, unique index on the key"
    schema = "bare"

    def prepare(self) -> None:
        self.stack.make_anew(self.schema)
        self.stack.psql(f"create table bare.orders ({tables.ORDERS}); create unique index on bare.orders (o_orderkey);")

    def run(self) -> dict[str, float]:
        return {"": seconds_of(self.stack.psql, f"\\copy bare.orders from '{self.place.data.file('orders')}' csv header")}

    def wrong(self) -> str | None:
        found = Checksum.queried(self.stack, tables.names(tables.ORDERS), "bare.orders")
        return found.unlike(self.place.data.checksums["orders"])


class LoadedOrders(Contender):
    name = "longshore"
    title = "Longshore"
    detail = "with the history of a column"

    def pipeline(self) -> Pipeline:
        return Pipeline(self.stack, self.place.folder / "pipelines", "ordered", "ordered", self.place.data.folder)

    def prepare(self) -> None:
        self.pipeline().forget_all()

    def run(self) -> dict[str, float]:
        return self.pipeline().measured("dimension", "the task", "--refresh")

    def clear(self) -> None:
        self.prepare()

    def wrong(self) -> str | None:
        source = "ordered.dim_ordered where is_current and ordered_key > 0"
        found = Checksum.queried(self.stack, tables.names(tables.ORDERS), source)
        return found.unlike(self.place.data.checksums["orders"])


class Dimension(Suite):
    name = "dimension"
    title = "A dimension with history, first load"
    contenders = (CopiedOrders, LoadedOrders)

    def work(self) -> str:
        return f"{self.place.data.checksums['orders'].rows:,} orders in one file."


class Changes(Contender):
    """Takes in what has changed in a table of members since the versions of all were written."""

    versions = ""
    current = ""

    @property
    def members(self) -> int:
        return self.place.sized(1_000_000)

    def write_versions(self) -> None:
        """Removes all versions, and writes the first ones."""
        raise NotImplementedError

    def prepare(self) -> None:
        self.stack.make_anew("bench_crm")
        self.stack.psql(
            "create table bench_crm.member as select n::bigint as member_id, 'member ' || n as name, 'S' || n % 7 as segment, "
            "(n % 9973)::numeric(12,2) as balance, timestamptz '2024-01-01 00:00Z' as updated_at "
            f"from generate_series(1, {self.members}) n; alter table bench_crm.member add primary key (member_id);"
        )
        self.write_versions()
        self.stack.psql(
            "update bench_crm.member set segment = 'T' || member_id % 5, updated_at = '2024-02-01 00:00Z' where member_id % 10 = 0; "
        )
        self.stack.settle()

    def wrong(self) -> str | None:
        columns = "member_id, name, segment, balance"
        expected = Checksum.queried(self.stack, columns, "bench_crm.member")
        versions = int(self.stack.psql(f"select count(*) from {self.versions};"))
        if versions != self.members + self.members // 10:
            return f"{versions:,} versions in place of {self.members + self.members // 10:,}"
        return Checksum.queried(self.stack, columns, f"{self.versions} and {self.current}").unlike(expected)


class Merge(Changes):
    name = "longshore"
    title = "Longshore"
    versions = "member.dim_member where member_key > 0"
    current = "is_current"

    def pipeline(self) -> Pipeline:
        return Pipeline(self.stack, self.place.folder / "pipelines", "member", "member", self.place.folder)

    def write_versions(self) -> None:
        self.pipeline().forget_all()
        self.pipeline().load()

    def run(self) -> dict[str, float]:
        return self.pipeline().measured("dimension", "the task")

    def clear(self) -> None:
        self.pipeline().forget_all()


class Snapshot(Changes):
    name = "dbt"
    title = "dbt-postgres"
    detail = "`dbt snapshot` by timestamp"
    schema = "by_dbt"
    versions = "by_dbt.member_snapshot where true"
    current = "dbt_valid_to is null"

    def absent(self) -> str | None:
        return self.place.environment.lacks("dbt-postgres")

    def write_versions(self) -> None:
        self.stack.make_anew(self.schema)
        self.snapshot()

    def snapshot(self) -> None:
        project = ROOT / "Benchmarks/bench/peers/dbt"
        work = self.place.folder / "dbt"
        words = [self.place.environment.program("dbt"), "--quiet", "snapshot", "--project-dir", project, "--profiles-dir", project]
        quiet = {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DBT_TARGET_PATH": str(work), "DBT_LOG_PATH": str(work)}
        run(words, self.stack.environment(**quiet))

    def run(self) -> dict[str, float]:
        whole = seconds_of(self.snapshot)
        return {"the snapshot itself": self.own_seconds(), "the whole command": whole}

    def own_seconds(self) -> float:
        """What dbt says that the snapshot took, without its own start."""
        results = json.loads((self.place.folder / "dbt/run_results.json").read_text())
        return sum(result["execution_time"] for result in results["results"])


class History(Suite):
    name = "history"
    title = "What has changed in a dimension with history"
    contenders = (Merge, Snapshot)

    def work(self) -> str:
        members = self.place.sized(1_000_000)
        return f"{members // 10:,} of {members:,} members of a table of the same Postgres have changed."

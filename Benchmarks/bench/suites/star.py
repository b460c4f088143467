"""The star: line items by month, with the keys of orders, parts, suppliers and three days, and rules on."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .. import tables
from ..checksum import Checksum
from ..contender import Contender, Suite, Workplace
from ..data import MONTHS, month_after
from ..stack import Stack, seconds_of
from ..stars import FACT, FirstLoad, StarContender, pipeline

STAR = "star"
SHAPE = "star_shape.line_item"  # a table like the fact, which stays when that is dropped
RULES = """
  l_linenumber >= 1 and l_quantity between 1 and 50 and l_extendedprice >= 0 and l_discount between 0 and 1
  and l_tax between 0 and 1 and l_returnflag in ('A', 'N', 'R') and l_linestatus in ('F', 'O')
  and length(l_shipinstruct) <= 25 and length(l_shipmode) <= 10 and length(l_comment) <= 44
"""


class Copy(Contender):
    """psql's `\\copy` of each month into one table, which checks nothing and has no key."""

    name = "copy"
    title = "`\\copy csv`, no index"
    schema = "bare"
    index = ""

    def prepare(self) -> None:
        self.stack.make_anew(self.schema)
        self.stack.psql(f"create table bare.line_item ({tables.LINE_ITEM}); {self.index}")

    def run(self) -> dict[str, float]:
        return {"": seconds_of(self.stack.psql, tables.copies(self.place.data, "bare.line_item"))}

    def wrong(self) -> str | None:
        found = Checksum.queried(self.stack, tables.as_written(tables.names(tables.LINE_ITEM)), "bare.line_item")
        return found.unlike(self.place.data.checksums["lineitem"])


class IndexedCopy(Copy):
    name = "copy-index"
    title = "`\\copy csv`, unique index on the grain"
    index = "create unique index on bare.line_item (l_orderkey, l_linenumber);"


class Expert(StarContender):
    """SQL by hand: all into an unlogged staging table, then one statement with the joins and the rules, then the index."""

    name = "expert"
    title = "expert SQL"
    detail = "staging, one `CREATE TABLE AS`, unique index"
    star = STAR
    schema = "expert"
    table = "expert.line_item"

    def prepare(self) -> None:
        self.stack.make_anew(self.schema)

    def run(self) -> dict[str, float]:
        return {"": seconds_of(self.stack.psql, self.script())}

    def script(self) -> str:
        return f"""
            set work_mem = '256MB'; set maintenance_work_mem = '256MB';
            create unlogged table expert.staging ({tables.LINE_ITEM});
            {tables.copies(self.place.data, "expert.staging")}
            create table {self.table} as
            select orders_key, part_key, supplier_key, {tables.MEASURES}, l_shipdate,
              shipped.date_key as ship_day_key, committed.date_key as commit_day_key, received.date_key as receipt_day_key,
              {tables.TEXTS}
            from expert.staging
            join {STAR}.dim_orders on o_orderkey = l_orderkey
            join {STAR}.dim_part on p_partkey = l_partkey
            join {STAR}.dim_supplier on s_suppkey = l_suppkey
            join {STAR}.dim_date shipped on shipped.date = l_shipdate
            join {STAR}.dim_date committed on committed.date = l_commitdate
            join {STAR}.dim_date received on received.date = l_receiptdate
            where {RULES};
            create unique index on {self.table} (orders_key, l_linenumber);
            drop table expert.staging;
        """


class Longshore(FirstLoad):
    star = STAR
    table = f"{STAR}.{FACT}"


class Encoded(StarContender):
    """A binary COPY of the same rows, encoded before, into the same partitions with the same index, by two sessions."""

    name = "encoded"
    title = "binary COPY of encoded rows"
    detail = "same partitions and index, two sessions"
    star = STAR
    schema = "encoded"
    table = "encoded.line_item"

    def folder(self) -> Path:
        return encoded_rows(self.place)

    def prepare(self) -> None:
        self.stack.make_anew(self.schema)
        self.stack.psql(f"create table {self.table} (like {SHAPE} including all) partition by range (period);")
        columns = grain(self.stack)
        self.halves = ["\n".join(self.month(label, columns) for label in MONTHS[number::2]) for number in range(2)]

    def run(self) -> dict[str, float]:
        return {"": seconds_of(self.two_sessions)}

    def two_sessions(self) -> None:
        with ThreadPoolExecutor(2) as sessions:
            list(sessions.map(self.stack.psql, self.halves))

    def month(self, label: str, grain: str) -> str:
        leaf = f"encoded.line_item_{label.replace('-', '_')}"
        first, end = f"{label}-01", f"{month_after(label)}-01"
        return f"""
            begin;
            create table {leaf} (like {self.table} including defaults,
              check (period >= '{first}' and period < '{end}'));
            \\copy {leaf} from '{self.folder() / label}' with (format binary, freeze)
            create unique index on {leaf} ({grain});
            alter table {self.table} attach partition {leaf} for values from ('{first}') to ('{end}');
            commit;
        """


def encoded_rows(place: Workplace) -> Path:
    return place.folder / "encoded" / f"{place.scale:g}"


def grain(stack: Stack) -> str:
    """The columns of the fact's unique index."""
    return stack.psql(
        "select string_agg(attname, ', ' order by place) from pg_index, unnest(indkey) with ordinality as columns (number, place) "
        f"join pg_attribute on attrelid = '{SHAPE}'::regclass and attnum = number where indrelid = '{SHAPE}'::regclass and indisunique;"
    )


class Star(Suite):
    name = "star"
    title = "A star, first load of its fact"
    contenders = (Copy, IndexedCopy, Expert, Longshore, Encoded)

    def work(self) -> str:
        return (
            f"{self.place.data.rows:,} line items by month in 84 files; the keys of orders, parts, suppliers and three days are "
            "mapped, and ten columns are checked."
        )

    def set_up(self) -> None:
        star = pipeline(self.place, STAR, self.place.data)
        star.load()
        folder = encoded_rows(self.place)
        folder.mkdir(parents=True, exist_ok=True)
        self.place.stack.psql("\n".join(self.encode(label, folder) for label in MONTHS))
        self.place.stack.make_anew("star_shape")
        self.place.stack.psql(f"create table {SHAPE} (like {STAR}.{FACT} including all);")
        star.forget(FACT)

    def encode(self, label: str, folder: Path) -> str:
        rows = f"select * from {STAR}.{FACT} where period = '{label}-01'"
        return f"\\copy ({rows}) to '{folder / label}' with (format binary)"

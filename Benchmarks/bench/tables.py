"""The line items as tables: bare ones, and what a row of the star reads as."""

import re

from .data import MONTHS, Dataset

LINE_ITEM = """
  l_orderkey bigint, l_partkey bigint, l_suppkey bigint, l_linenumber bigint, l_quantity numeric(12,2),
  l_extendedprice numeric(12,2), l_discount numeric(12,2), l_tax numeric(12,2), l_returnflag text, l_linestatus text,
  l_shipdate date, l_commitdate date, l_receiptdate date, l_shipinstruct text, l_shipmode text, l_comment text
"""

ORDERS = """
  o_orderkey bigint, o_custkey bigint, o_orderstatus text, o_totalprice numeric(12,2), o_orderdate date, o_orderpriority text,
  o_clerk text, o_shippriority bigint, o_comment text
"""

KEYED_LINE_ITEM = """
  orders_key bigint, part_key bigint, supplier_key bigint, l_linenumber bigint, l_quantity numeric(12,2),
  l_extendedprice numeric(12,2), l_discount numeric(12,2), l_tax numeric(12,2), l_returnflag text, l_linestatus text,
  l_shipdate date, ship_day_key bigint, commit_day_key bigint, receipt_day_key bigint, l_shipinstruct text, l_shipmode text,
  l_comment text
"""
MEASURES = "l_linenumber, l_quantity, l_extendedprice, l_discount, l_tax, l_returnflag, l_linestatus"
TEXTS = "l_shipinstruct, l_shipmode, l_comment"


def names(columns: str) -> str:
    """The names in a list of columns with their types."""
    return ", ".join(column.split()[0] for column in re.split(r",\s+", columns.strip()))


def as_written(columns: str) -> str:
    """Columns as the files have them: quantities are whole there."""
    return columns.replace("l_quantity", "trim_scale(l_quantity)")


def copies(data: Dataset, table: str, months: list[str] = MONTHS) -> str:
    """A `\\copy` of each month."""
    return "\n".join(f"\\copy {table} from '{data.month(label)}' csv header" for label in months)


def resolved(fact: str, dimensions: str) -> tuple[str, str]:
    """The columns of a star's fact as its source had them, and what they are selected from.

    Parameters: the fact's table, and the schema of the dimensions.
    """
    columns = f"o_orderkey, p_partkey, s_suppkey, {as_written(MEASURES)}, shipped.date, committed.date, received.date, {TEXTS}"
    source = (
        f"{fact} join {dimensions}.dim_orders using (orders_key) join {dimensions}.dim_part using (part_key) "
        f"join {dimensions}.dim_supplier using (supplier_key) join {dimensions}.dim_date shipped on shipped.date_key = ship_day_key "
        f"join {dimensions}.dim_date committed on committed.date_key = commit_day_key "
        f"join {dimensions}.dim_date received on received.date_key = receipt_day_key"
    )
    return columns, source

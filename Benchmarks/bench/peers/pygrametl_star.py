"""Fills the fact of the star with pygrametl. Usage: pygrametl_star.py FOLDER DIMENSIONS SCHEMA"""

import csv
import datetime
import glob
import sys

import psycopg2
import pygrametl
from pygrametl.tables import BulkFactTable, CachedDimension

folder, dimensions, schema = sys.argv[1:]
connection = psycopg2.connect("")
wrapper = pygrametl.ConnectionWrapper(connection)
MEASURES = ["l_linenumber", "l_quantity", "l_extendedprice", "l_discount", "l_tax", "l_returnflag", "l_linestatus", "l_shipdate",
            "l_shipinstruct", "l_shipmode", "l_comment"]
KEYS = ["orders_key", "part_key", "supplier_key", "ship_day_key", "commit_day_key", "receipt_day_key"]


def bulk_loader(name, attributes, fieldsep, rowsep, nullval, filehandle):
    text = ", ".join(attributes)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"copy {name} ({text}) from stdin with (delimiter E'{fieldsep}', null '{nullval}')", filehandle)


def dimension(name, business_key):
    return CachedDimension(
        name=f"{dimensions}.dim_{name}", key=f"{name}_key", attributes=[business_key], size=0, prefill=True
    )


def passes(row):
    """The rules of the star."""
    return (
        int(row["l_linenumber"]) >= 1 and 1 <= float(row["l_quantity"]) <= 50 and float(row["l_extendedprice"]) >= 0
        and 0 <= float(row["l_discount"]) <= 1 and 0 <= float(row["l_tax"]) <= 1 and row["l_returnflag"] in "ANR"
        and row["l_linestatus"] in "FO" and len(row["l_shipinstruct"]) <= 25 and len(row["l_shipmode"]) <= 10
        and len(row["l_comment"]) <= 44
    )


orders = dimension("orders", "o_orderkey")
part = dimension("part", "p_partkey")
supplier = dimension("supplier", "s_suppkey")
date = dimension("date", "date")
fact = BulkFactTable(
    name=f"{schema}.line_item", keyrefs=KEYS, measures=MEASURES, bulkloader=bulk_loader, bulksize=100_000
)
day = datetime.date.fromisoformat
for file in sorted(glob.glob(f"{folder}/lineitem_*.csv")):
    with open(file, newline="") as opened:
        for row in csv.DictReader(opened):
            if not passes(row):
                continue
            row["orders_key"] = orders.lookup({"o_orderkey": int(row["l_orderkey"])})
            row["part_key"] = part.lookup({"p_partkey": int(row["l_partkey"])})
            row["supplier_key"] = supplier.lookup({"s_suppkey": int(row["l_suppkey"])})
            for role in ("ship", "commit", "receipt"):
                row[f"{role}_day_key"] = date.lookup({"date": day(row[f"l_{role}date"])})
            fact.insert(row)
wrapper.commit()
wrapper.close()

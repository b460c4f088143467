"""Fills the fact of the star with pandas. Usage: pandas_star.py FOLDER DIMENSIONS SCHEMA"""

import glob
import sys

import pandas
from sqlalchemy import create_engine

folder, dimensions, schema = sys.argv[1:]
engine = create_engine("postgresql+psycopg2://")
ROLES = ("ship", "commit", "receipt")


def keys(name, business_key):
    query = f"select {business_key}, {name}_key from {dimensions}.dim_{name} where {business_key} is not null"
    return pandas.read_sql(query, engine)


def passing(rows):
    """The rules of the star."""
    return rows[
        (rows.l_linenumber >= 1) & rows.l_quantity.between(1, 50) & (rows.l_extendedprice >= 0)
        & rows.l_discount.between(0, 1) & rows.l_tax.between(0, 1) & rows.l_returnflag.isin(["A", "N", "R"])
        & rows.l_linestatus.isin(["F", "O"]) & (rows.l_shipinstruct.str.len() <= 25) & (rows.l_shipmode.str.len() <= 10)
        & (rows.l_comment.str.len() <= 44)
    ]


orders, part, supplier = keys("orders", "o_orderkey"), keys("part", "p_partkey"), keys("supplier", "s_suppkey")
date = keys("date", "date")
date["date"] = pandas.to_datetime(date["date"])
for file in sorted(glob.glob(f"{folder}/lineitem_*.csv")):
    dates = [f"l_{role}date" for role in ROLES]
    rows = passing(pandas.read_csv(file, parse_dates=dates, keep_default_na=False))
    rows = rows.merge(orders, left_on="l_orderkey", right_on="o_orderkey")
    rows = rows.merge(part, left_on="l_partkey", right_on="p_partkey")
    rows = rows.merge(supplier, left_on="l_suppkey", right_on="s_suppkey")
    for role in ROLES:
        days = date.rename(columns={"date": f"l_{role}date", "date_key": f"{role}_day_key"})
        rows = rows.merge(days, on=f"l_{role}date")
    rows = rows.drop(columns=["l_orderkey", "o_orderkey", "l_partkey", "p_partkey", "l_suppkey", "s_suppkey", *dates[1:]])
    rows.to_sql("line_item", engine, schema=schema, if_exists="append", index=False, chunksize=10_000)

"""Loads the flat file with dlt: Arrow tables, and its loader for CSV. Usage: dlt_flat.py FILE FOLDER"""

import os
import sys

import dlt
import pyarrow
from pyarrow import csv

file, folder = sys.argv[1:]
TYPES = {name: pyarrow.int64() for name in ("l_orderkey", "l_partkey", "l_suppkey", "l_linenumber")}
TYPES |= {name: pyarrow.decimal128(12, 2) for name in ("l_quantity", "l_extendedprice", "l_discount", "l_tax")}
TYPES |= {name: pyarrow.date32() for name in ("l_shipdate", "l_commitdate", "l_receiptdate")}
TYPES |= {name: pyarrow.string() for name in ("l_returnflag", "l_linestatus", "l_shipinstruct", "l_shipmode", "l_comment")}


@dlt.resource(name="line_item")
def line_items():
    for batch in csv.open_csv(file, convert_options=csv.ConvertOptions(column_types=TYPES)):
        yield pyarrow.Table.from_batches([batch])


pipeline = dlt.pipeline(
    "flat", pipelines_dir=folder, dataset_name="by_dlt", destination=dlt.destinations.postgres(os.environ["BENCH_URL"])
)
pipeline.run(line_items(), loader_file_format="csv", write_disposition="replace")

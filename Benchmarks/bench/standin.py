"""Rows in the shape of TPC-H's, for a look at the harness where TPC-H's generator is not installed."""

import csv
import datetime
import random
from pathlib import Path

MODES = ("AIR", "FOB", "MAIL", "RAIL", "REG AIR", "SHIP", "TRUCK")
INSTRUCTIONS = ("COLLECT COD", "DELIVER IN PERSON", "NONE", "TAKE BACK RETURN")
PRIORITIES = ("1-URGENT", "2-HIGH", "3-MEDIUM", "4-NOT SPECIFIED", "5-LOW")
FIRST = datetime.date(1992, 1, 1)
LAST_ORDER = (datetime.date(1998, 8, 2) - FIRST).days

HEADERS = {
    "orders": "o_orderkey o_custkey o_orderstatus o_totalprice o_orderdate o_orderpriority o_clerk o_shippriority o_comment",
    "part": "p_partkey p_name p_mfgr p_brand p_type p_size p_container p_retailprice p_comment",
    "supplier": "s_suppkey s_name s_address s_nationkey s_phone s_acctbal s_comment",
    "lineitem": "l_orderkey l_partkey l_suppkey l_linenumber l_quantity l_extendedprice l_discount l_tax l_returnflag "
    "l_linestatus l_shipdate l_commitdate l_receiptdate l_shipinstruct l_shipmode l_comment",
}


def write(folder: Path, scale: float) -> None:
    """Writes the four files; the same ones for the same scale."""
    sizes = {name: max(10, int(full * scale)) for name, full in (("orders", 1_500_000), ("part", 200_000), ("supplier", 10_000))}
    chance = random.Random(f"longshore {scale:g}")
    ordered = [FIRST + datetime.timedelta(days=chance.randrange(LAST_ORDER)) for _ in range(sizes["orders"])]
    save(folder, "orders", (order(key + 1, day) for key, day in enumerate(ordered)))
    save(folder, "part", (part(key + 1) for key in range(sizes["part"])))
    save(folder, "supplier", (supplier(key + 1) for key in range(sizes["supplier"])))
    lines = (
        line(chance, order_key(key + 1), number, day, sizes)
        for key, day in enumerate(ordered)
        for number in range(1, 1 + chance.randint(1, 7))
    )
    save(folder, "lineitem", lines)


def save(folder: Path, name: str, rows) -> None:
    with open(folder / f"{name}.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADERS[name].split())
        writer.writerows(rows)


def order_key(number: int) -> int:
    """Keys are sparse in TPC-H: eight, then a gap of 24."""
    return (number - 1) // 8 * 32 + (number - 1) % 8 + 1


def order(number: int, day: datetime.date) -> list:
    price = f"{1000 + number % 90_000}.{number % 100:02}"
    clerk = f"Clerk#{number % 1000:09}"
    return [order_key(number), number % 150 + 1, "FOP"[number % 3], price, day, PRIORITIES[number % 5], clerk, 0, "by hand, with care"]


def part(key: int) -> list:
    maker, brand, price = f"Manufacturer#{key % 5}", f"Brand#{key % 50}", f"{900 + key % 100}.00"
    return [key, f"part {key}", maker, brand, "STEEL", key % 50 + 1, "JUMBO BOX", price, "firm"]


def supplier(key: int) -> list:
    return [key, f"Supplier#{key:09}", f"street {key}, town", key % 25, f"10-{key:07}", f"{key % 9000}.50", 'said "soon"']


def line(chance: random.Random, key: int, number: int, day: datetime.date, sizes: dict[str, int]) -> list:
    def after(least: int, most: int) -> datetime.date:
        return day + datetime.timedelta(days=chance.randint(least, most))

    shipped = after(1, 121)
    flag, status = ("N", "O") if shipped > datetime.date(1995, 6, 17) else (chance.choice("AR"), "F")
    return [
        key, chance.randint(1, sizes["part"]), chance.randint(1, sizes["supplier"]), number, chance.randint(1, 50),
        f"{chance.randint(900, 104_949)}.{chance.randrange(100):02}", f"0.{chance.randint(0, 10):02}", f"0.{chance.randint(0, 8):02}",
        flag, status, shipped, after(30, 90), shipped + datetime.timedelta(days=chance.randint(1, 30)),
        chance.choice(INSTRUCTIONS), chance.choice(MODES), "carefully packed, " * chance.randint(1, 2) + "quickly",
    ]

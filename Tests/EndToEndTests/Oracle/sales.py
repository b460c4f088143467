"""The marts of `pipelines/sales` by another way than SQL: exact fractions over the files themselves.

    python3 sales.py corners FOLDER      puts the corner cases below into the files
    python3 sales.py customers FOLDER    prints a mart, row by row; so with sales_team and anomalies
"""
import csv
import gzip
import sys
from collections import defaultdict
from datetime import date
from fractions import Fraction

from samples import FOLDER, digits, named, rounded, rows, show, squeezed

INACTIVE_DAYS = 90
INCENTIVE = Fraction(1, 100)
PREMIUM, REGULAR = Fraction(9, 10), Fraction(1, 2)
OUTLIER_PURCHASES, OUTLIER_TIMES = 5, 5

# Customer, store, person, day, price, and where they differ from one and the price: quantity, amount.
CORNERS = [
    # One purchase, on the last day of all; and the sum of two that is half a cent on average.
    ("C900001", "S90", "P9001", "2025-02-28", "10.00"),
    ("C900002", "S90", "P9001", "2024-02-10", "0.01"),
    ("C900002", "S90", "P9001", "2024-02-10", "0.02"),
    # Months and a change of the year without a purchase between.
    ("C900003", "S90", "P9004", "2024-01-31", "33.33"),
    ("C900003", "S90", "P9004", "2024-12-31", "66.68"),
    ("C900003", "S90", "P9004", "2025-01-01", "99.99"),
    # Nothing but gifts: in a store that sells nothing else in the month, and then something.
    ("C900004", "S91", "P9005", "2024-03-05", "0.00"),
    ("C900004", "S91", "P9005", "2024-03-06", "0.00", 3),
    ("C900010", "S91", "P9005", "2024-04-01", "20.00"),
    # 90 days before the first of March of 2025, and 91.
    ("C900005", "S91", "P9001", "2024-12-01", "5.00"),
    ("C900006", "S91", "P9001", "2024-11-30", "5.00"),
    # Two customers and two salespeople who are worth the same; the third place is third.
    ("C900007", "S90", "P9002", "2024-06-10", "50.50"),
    ("C900008", "S90", "P9003", "2024-06-11", "50.50"),
    ("C900009", "S90", "P9001", "2024-06-12", "50.49"),
    # Less than in the month before, an empty month, more than in the one before that.
    ("C900009", "S90", "P9002", "2024-07-01", "50.25"),
    ("C900009", "S90", "P9002", "2024-09-30", "150.75"),
    # A gift in the month before; a leap day.
    ("C900011", "S90", "P9006", "2024-02-29", "0.00"),
    ("C900011", "S90", "P9006", "2024-03-31", "1.50"),
    # Five times the median of five purchases, and a cent more; four purchases are too few to know.
    *[("C900012", "S91", "P9002", f"2024-05-0{day}", "10.00") for day in range(1, 5)],
    ("C900012", "S91", "P9002", "2024-05-05", "50.00"),
    *[("C900013", "S91", "P9002", f"2024-05-0{day}", "10.00") for day in range(1, 5)],
    ("C900013", "S91", "P9002", "2024-05-05", "50.01"),
    *[("C900014", "S91", "P9003", f"2024-08-0{day}", "10.00") for day in range(1, 4)],
    ("C900014", "S91", "P9003", "2024-08-09", "1000.00"),
    # A cent less than the price times the quantity.
    ("C900015", "S90", "P9003", "2024-10-15", "9.99", 3, "29.96"),
]


def add_corners():
    with open(FOLDER / "customers.csv", "a") as file:
        for number in range(1, 26):
            file.write(f"C9000{number:02},ana  corner {chr(96 + number)},\"Calle 1 # 2-3, Cali\",+57 (300) 000-00{number:02}\n")
    with open(FOLDER / "salespeople.csv", "a") as file:
        file.writelines(f"P900{number}, LUZ CORNER {chr(64 + number)},2020-01-01\n" for number in range(1, 7))
    with open(FOLDER / "stores.csv", "a") as file:
        file.write("S90,Corner,Cali\r\nS91,Gifts,Cali\r\n")
    for number, corner in enumerate(CORNERS):
        add_sale(f"K{number}", *corner)
    # So many customers that one of them has the percent rank 0.9, and one 0.5.
    customers = len({sale.customer for sale in all_sales()})
    for number in range((1 - customers) % 10):
        add_sale(f"L{number}", f"C9000{16 + number}", "S90", "P9006", "2024-04-20", f"7{number}.00")


def add_sale(sale, customer, store, person, day, price, quantity=1, amount=None):
    amount = amount or rounded(Fraction(price) * quantity)
    with gzip.open(FOLDER / f"sales_{day[:7]}.csv.gz", "at") as file:
        file.write(f"{sale},{day},{store},{person},{customer},Corner,{quantity},{price},{amount}\n")
    totals = FOLDER / f"totals_{day[:7]}.csv"
    [told] = csv.DictReader(totals.read_text().splitlines())
    revenue = rounded(Fraction(told["revenue"]) + Fraction(amount))
    totals.write_text(f"sales,revenue\n{int(told['sales']) + 1},{revenue}\n")


class Sale:
    def __init__(self, row):
        self.id = row["sale_id"]
        self.day = date.fromisoformat(row["sold_on"])
        self.month = self.day.year * 12 + self.day.month - 1
        self.store, self.person, self.customer = row["store_id"], row["sales_person_id"], row["customer_id"]
        self.quantity, self.price, self.amount = int(row["quantity"]), Fraction(row["unit_price"]), Fraction(row["amount"])


def label(month):
    return f"{month // 12}-{month % 12 + 1:02}"


def all_sales():
    files = sorted(path.name for path in FOLDER.glob("sales_*.csv.gz"))
    return [Sale(row) for name in files for row in rows(name)]


def grouped(sales, key):
    groups = defaultdict(list)
    for sale in sales:
        groups[key(sale)].append(sale)
    return groups


def total(sales):
    return sum((sale.amount for sale in sales), Fraction(0))


def people(name, key):
    return {row[key]: row for row in rows(name)}


def show_customers(sales):
    known = people("customers.csv", "customer_id")
    after = max(sale.month for sale in sales) + 1
    as_of = date(after // 12, after % 12 + 1, 1)
    bought = grouped(sales, lambda sale: sale.customer)
    worth = {customer: total(theirs) for customer, theirs in bought.items()}
    for customer, theirs in bought.items():
        value, count = worth[customer], len(theirs)
        days = sorted(sale.day for sale in theirs)
        months = grouped(theirs, lambda sale: sale.month)
        poorer = sum(1 for other in worth.values() if other < value)
        rank = Fraction(poorer, len(worth) - 1)
        who = known[customer]
        for month, theirs_then in months.items():
            show(
                customer, named(who["full_name"]), squeezed(who["address"]), digits(who["phone_number"]),
                label(month), rounded(total(theirs_then)), rounded(value), label(min(months)), label(max(months)),
                count, rounded(value / count), rounded(value / (after - min(months))),
                rounded(max(sale.amount for sale in theirs)),
                rounded(Fraction((days[-1] - days[0]).days, count - 1) if count > 1 else None, 6),
                "t" if (as_of - days[-1]).days > INACTIVE_DAYS else "f",
                "Premium" if rank >= PREMIUM else "Regular" if rank >= REGULAR else "Basic",
            )


def show_sales_team(sales):
    known = people("salespeople.csv", "sales_person_id")
    months_of_stores = grouped(sales, lambda sale: (sale.store, sale.month))
    for (store, person), theirs in grouped(sales, lambda sale: (sale.store, sale.person)).items():
        months = grouped(theirs, lambda sale: sale.month)
        first, sold = min(months), lambda month: total(months.get(month, []))
        for month in months:
            now, before = sold(month), sold(month - 1)
            others = grouped(months_of_stores[store, month], lambda sale: sale.person).values()
            place = 1 + sum(1 for other in others if total(other) > now)
            in_store = total(months_of_stores[store, month])
            so_far = [sold(earlier) for earlier in range(first, month + 1)]
            this_year = [sold(earlier) for earlier in range(month - month % 12, month + 1)]
            show(
                store, person, named(known[person]["full_name"]), label(month), rounded(now),
                rounded(sum(so_far) / len(so_far)), rounded(INCENTIVE * now if place == 1 else 0),
                rounded(100 * (now - before) / before if month > first and before else None, 6),
                place, rounded(sum(this_year)), rounded(now - before if month > first else None),
                label(first), label(max(months)), len(months[month]), rounded(now / len(months[month])),
                rounded(max(sale.amount for sale in months[month])),
                rounded(100 * now / in_store if in_store else None, 6),
            )


def show_anomalies(sales):
    for theirs in grouped(sales, lambda sale: sale.customer).values():
        amounts = sorted(sale.amount for sale in theirs)
        median = amounts[(len(amounts) - 1) // 2]
        for sale in theirs:
            expected = sale.price * sale.quantity
            is_outlier = len(theirs) >= OUTLIER_PURCHASES and sale.amount > OUTLIER_TIMES * median
            if is_outlier or sale.amount != expected:
                show(
                    sale.id, sale.day, sale.store, sale.person, sale.customer, sale.quantity, rounded(sale.price),
                    rounded(sale.amount), rounded(expected), rounded(median),
                    "f" if sale.amount == expected else "t", "t" if is_outlier else "f",
                )


if sys.argv[1] == "corners":
    add_corners()
else:
    {"customers": show_customers, "sales_team": show_sales_team, "anomalies": show_anomalies}[sys.argv[1]](all_sales())

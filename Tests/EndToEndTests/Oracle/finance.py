"""The marts of `pipelines/finance` by another way than SQL: exact fractions over the files themselves.

    python3 finance.py money_moved FOLDER    prints a mart, row by row; so with money_invested and wealth
"""
import sys
from collections import defaultdict
from fractions import Fraction

from samples import FOLDER, named, rounded, rows, show, squeezed

IN, OUT = {"Deposit", "Sale"}, {"Withdrawal", "Purchase"}
DAYS = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())


def told_last(name, key):
    return {row[key]: row for day in DAYS for row in rows(f"{day}/{name}.csv")}


CUSTOMERS, ACCOUNTS = told_last("customers", "customer_id"), told_last("accounts", "account_id")


def owner(row):
    return ACCOUNTS[row["account_id"]]["customer_id"]


def by(found, key):
    groups = defaultdict(list)
    for row in found:
        groups[key(row)].append(row)
    return groups


def total(found):
    return sum((Fraction(row["amount"]) for row in found), Fraction(0))


def show_money_moved():
    for day in DAYS:
        found = rows(f"{day}/transactions.csv")
        for kind, moved in by(found, lambda row: named(row["transaction_type"])).items():
            show(
                day, kind, len(moved), len({owner(row) for row in moved}), rounded(total(moved)),
                rounded(total(moved) / len(moved)), rounded(max(Fraction(row["amount"]) for row in moved)),
                rounded(100 * total(moved) / total(found)),
            )


def show_money_invested():
    for day in DAYS:
        for kind, of_kind in by(rows(f"{day}/investments.csv"), lambda row: row["investment_type"]).items():
            for risk, found in by(of_kind, lambda row: named(ACCOUNTS[row["account_id"]]["risk_profile"])).items():
                show(
                    day, kind, risk, len(found), len({owner(row) for row in found}), rounded(total(found)),
                    rounded(total(found) / len(found)), rounded(100 * total(found) / total(of_kind)),
                )


def show_wealth():
    cash, invested = defaultdict(Fraction), defaultdict(Fraction)
    for day in DAYS:
        moved, bought = rows(f"{day}/transactions.csv"), rows(f"{day}/investments.csv")
        for row in moved:
            kind, amount = named(row["transaction_type"]), Fraction(row["amount"])
            cash[owner(row)] += amount if kind in IN else -amount if kind in OUT else 0
            invested[owner(row)] += amount if kind == "Dividend Reinvestment" else 0
        for row in bought:
            invested[owner(row)] += Fraction(row["amount"])
        for customer in {owner(row) for row in moved + bought}:
            who, wealth = CUSTOMERS[customer], cash[customer] + invested[customer]
            show(
                customer, named(who["customer_name"]), squeezed(who["country"]), who["credit_score"],
                who["annual_income"], day, rounded(cash[customer]), rounded(invested[customer]), rounded(wealth),
                rounded(wealth / Fraction(who["annual_income"]), 4),
            )


{"money_moved": show_money_moved, "money_invested": show_money_invested, "wealth": show_wealth}[sys.argv[1]]()

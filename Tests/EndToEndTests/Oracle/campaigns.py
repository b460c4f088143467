"""The documents of `pipelines/campaigns` by another way than SQL: exact fractions over the files themselves.

    python3 campaigns.py expected FOLDER    prints what is to be in the application's database
    python3 campaigns.py found FOLDER       prints what is there, in FOLDER/store/app, with the type of each value
    python3 campaigns.py rejects FOLDER     prints the lines of the canvases that are to be refused, and why
    python3 campaigns.py change FOLDER      has the API tell other figures of the last three days, and of the whole time
"""
import json
import sys
from collections import defaultdict
from fractions import Fraction
from math import floor

from samples import FOLDER, rounded, show

CONVERSIONS = {"lead", "purchase"}


def lines(name):
    return [json.loads(line) for line in (FOLDER / name).read_text().splitlines()]


def number(value):
    return Fraction(value["$numberDecimal"])


def figures():
    """What the API tells of each campaign, by its own name of it: spend, conversions and reach."""
    spend, conversions = defaultdict(Fraction), defaultdict(int)
    for row in lines("ads/insights.jsonl"):
        spend[row["campaign_id"]] += Fraction(row["spend"])
        done = row.get("actions", [])
        conversions[row["campaign_id"]] += sum(int(action["value"]) for action in done if action["action_type"] in CONVERSIONS)
    reach = {row["campaign_id"]: int(row["reach"]) for row in lines("ads/lifetime.jsonl")}
    return spend, conversions, reach


def show_expected():
    spend, conversions, reach = figures()
    active = {}
    for campaign in lines("app/campaigns.jsonl"):
        if campaign["status"] != "ACTIVE":
            continue
        ad, funds = campaign["facebook"]["campaign_id"], number(campaign["funds"])
        active[campaign["_id"]] = funds, spend[ad], reach.get(ad, 0)
        show(
            "expenditures", campaign["_id"], rounded(funds), rounded(spend[ad]), conversions[ad],
            rounded(spend[ad] / conversions[ad] if conversions[ad] else None),
            rounded(spend[ad] / funds if funds else None, 6), reach.get(ad, 0),
        )
    refused = {row["line"] for row in json.loads((FOLDER / "expected.json").read_text())["bad_rows"]}
    for line, canvas in enumerate(lines("app/canvases.jsonl"), 1):
        own = {name: value for name, value in canvas.items() if name != "_id"}
        part, told = ["", ""], line not in refused and canvas["campaign"] in active
        if told:
            funds, spent, reached = active[canvas["campaign"]]
            share = number(canvas["contribution"]) / funds if funds else None
            part = ["null", "null"] if share is None else [rounded(share * spent), floor(share * reached + Fraction(1, 2))]
        show("canvases", canvas["_id"]["$oid"], json.dumps(own), *part, told)


def typed(document, name, tag):
    """A value whose type is the right one; nothing where there is none."""
    if name not in document:
        return ""
    return "null" if document[name] is None else document[name][tag]


def show_found():
    for found in lines("store/app/expenditures.jsonl"):
        assert found["campaign_id"] == found["_id"] and found["longshore"]["campaigns"]["expenditures"]["$numberLong"]
        nulls = {"null": ""}
        decimals = [typed(found, name, "$numberDecimal") for name in ("funds", "spend", "cost_per_conversion", "share_of_funds")]
        funds, spend, cost, share = (nulls.get(value, value) for value in decimals)
        conversions, reach = typed(found, "conversions", "$numberLong"), typed(found, "reach", "$numberLong")
        show("expenditures", found["_id"], funds, spend, conversions, cost, share, reach)
    for found in lines("store/app/canvases.jsonl"):
        own = {name: value for name, value in found.items() if name not in ("_id", "spent", "reached", "longshore")}
        show(
            "canvases", found["_id"]["$oid"], json.dumps(own), typed(found, "spent", "$numberDecimal"),
            typed(found, "reached", "$numberLong"), "longshore" in found,
        )


def show_rejects():
    for row in json.loads((FOLDER / "expected.json").read_text())["bad_rows"]:
        show(row["line"], row["rule"], row["column"])


def change():
    rows = lines("ads/insights.jsonl")
    for row in rows:
        if row["date_start"] >= sorted({row["date_start"] for row in rows})[-3]:
            row["spend"] = rounded(Fraction(row["spend"]) * Fraction(11, 10))
            row.setdefault("actions", []).append({"action_type": "lead", "value": "1"})
    write("ads/insights.jsonl", rows)
    totals = lines("ads/lifetime.jsonl")
    for row in totals:
        row["reach"] = str(int(row["reach"]) + 7)
    write("ads/lifetime.jsonl", totals)


def write(name, rows):
    (FOLDER / name).write_text("".join(json.dumps(row) + "\n" for row in rows))


{"expected": show_expected, "found": show_found, "rejects": show_rejects, "change": change}[sys.argv[1]]()

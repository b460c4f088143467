"""What promtool does not see: metrics that nobody tells, alerts without a test or a page, a dashboard that is not right.

    python3 check.py [FILE …]             checks; each FILE is a text of /metrics
    python3 check.py --expressions FILE   writes the dashboard's expressions as rules, for promtool to parse
"""

import json
import pathlib
import re
import sys

try:
    import yaml
except ImportError:
    sys.exit("python3-yaml is missing: apt-get install python3-yaml")

HERE = pathlib.Path(__file__).resolve().parent
RUNBOOK = HERE.parent.parent / "docs" / "runbook.md"
DASHBOARDS = sorted((HERE / "grafana" / "dashboards").glob("*.json"))

# What Prometheus makes itself, and the labels that it adds.
OWN_METRICS = {"up", "ALERTS"}
OWN_LABELS = {"job", "instance", "fleet", "alertname", "alertstate"}
# `longshore metrics` has it, a worker that tells of itself has not: the rules ask for its absence.
ABSENT_LABELS = {"worker"}

WORDS = set(
    "by without on ignoring group_left group_right offset bool and or unless inf nan start end".split()
)
VARIABLES = {"$window": "1h", "$__rate_interval": "1m", "$__interval": "1m", "$__range": "1h"}


def plain(expression):
    """The expression with values in place of the dashboard's variables."""
    for name, value in VARIABLES.items():
        expression = expression.replace(name, value)
    return re.sub(r"\$\{?\w+\}?", "x", expression)


def selectors(expression):
    """The metrics of an expression, each with the labels that it is selected by."""
    text = re.sub(r'"(?:[^"\\]|\\.)*"', '""', expression)
    # Lists of labels and ranges hold no metric.
    text = re.sub(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", " ", text)
    text = re.sub(r"\[[^]]*\]", "", text)
    text = re.sub(r"\boffset\s+\w+", "", text)
    for match in re.finditer(r"(?<![\w:.])([a-zA-Z_:][\w:]*)\s*(\{[^}]*\})?(\s*\()?", text):
        name, matchers, call = match.groups()
        if (call and not matchers) or name.lower() in WORDS:
            continue
        yield name, set(re.findall(r"(\w+)\s*(?:=|!=)", matchers or ""))


def load(name):
    return yaml.safe_load((HERE / name).read_text(encoding="utf-8"))


def panels(dashboard):
    for panel in dashboard["panels"]:
        yield panel
        yield from panel.get("panels", [])


def dashboard_expressions():
    """The expressions of all dashboards, with where they stand."""
    for path in DASHBOARDS:
        dashboard = json.loads(path.read_text(encoding="utf-8"))
        for panel in panels(dashboard):
            for target in panel.get("targets", []):
                yield f"{path.name}, `{panel['title']}`", target["expr"]
        for annotation in dashboard.get("annotations", {}).get("list", []):
            if "expr" in annotation:
                yield f"{path.name}, annotation `{annotation['name']}`", annotation["expr"]
        for variable in dashboard["templating"]["list"]:
            query = variable.get("query")
            text = query.get("query", "") if isinstance(query, dict) else ""
            found = re.match(r"label_values\((.+), *\w+\)$", text)
            if found:
                yield f"{path.name}, variable `{variable['name']}`", found.group(1)


def told(paths):
    """The metrics of texts of /metrics, each with its labels."""
    metrics = {}
    for path in paths:
        for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
            found = re.match(r"([a-zA-Z_:][\w:]*)(\{.*\})? \S+", line)
            if found:
                labels = re.findall(r'(\w+)="(?:[^"\\]|\\.)*"', found.group(2) or "")
                metrics.setdefault(found.group(1), set()).update(labels)
    return metrics


def check_metrics(rules, paths, problems):
    recorded = {rule["record"] for rule in rules if "record" in rule}
    expressions = [(f"rule `{r.get('alert', r.get('record'))}`", r["expr"]) for r in rules]
    expressions += dashboard_expressions()
    metrics = told(paths)
    names = set()
    for place, expression in expressions:
        for name, labels in selectors(plain(expression)):
            if name in OWN_METRICS:
                continue
            if ":" in name:
                if name not in recorded:
                    problems.append(f"{place}: no rule records `{name}`")
                continue
            names.add(name)
            if not paths:
                continue
            if name not in metrics:
                problems.append(f"{place}: nobody tells `{name}`")
                continue
            for label in sorted(labels - metrics[name] - OWN_LABELS - ABSENT_LABELS):
                problems.append(f"{place}: `{name}` has no label `{label}`")
    return f"{len(expressions)} expressions, {len(names)} metrics", len(paths)


def check_alerts(rules, problems):
    alerts = [rule for rule in rules if "alert" in rule]
    sections = set(re.findall(r"^### (\w+)\s*$", RUNBOOK.read_text(encoding="utf-8"), re.M))
    fires, rests = set(), set()
    for test in load("rules_test.yml")["tests"]:
        for case in test.get("alert_rule_test", []):
            (fires if case.get("exp_alerts") else rests).add(case["alertname"])
    for rule in alerts:
        name = rule["alert"]
        annotations = rule.get("annotations", {})
        if rule.get("labels", {}).get("severity") not in ("critical", "warning"):
            problems.append(f"{name}: its severity is neither critical nor warning")
        for key in ("summary", "description"):
            if not annotations.get(key):
                problems.append(f"{name}: it has no {key}")
        if annotations.get("runbook") != f"docs/runbook.md#{name.lower()}":
            problems.append(f"{name}: its runbook is not docs/runbook.md#{name.lower()}")
        if name not in sections:
            problems.append(f"{name}: docs/runbook.md has no section `### {name}`")
        if name not in fires:
            problems.append(f"{name}: no test has it fire")
        if name not in rests:
            problems.append(f"{name}: no test has it not fire")
    known = {rule["alert"] for rule in alerts}
    for name in sorted((fires | rests) - known):
        problems.append(f"rules_test.yml: there is no alert `{name}`")
    for name in sorted(section for section in sections if section.startswith("Longshore")):
        if name not in known:
            problems.append(f"docs/runbook.md: there is no alert `{name}`")
    return f"{len(known)} alerts"


def check_dashboards(problems):
    if not DASHBOARDS:
        problems.append("there is no dashboard")
    count = 0
    for path in DASHBOARDS:
        identifiers, places = set(), {}
        for panel in panels(json.loads(path.read_text(encoding="utf-8"))):
            count += 1
            title, place = panel["title"], panel["gridPos"]
            if panel["id"] in identifiers:
                problems.append(f"{path.name}: two panels have the id {panel['id']}")
            identifiers.add(panel["id"])
            if place["x"] + place["w"] > 24:
                problems.append(f"{path.name}: `{title}` is wider than the page")
            for x in range(place["x"], place["x"] + place["w"]):
                for y in range(place["y"], place["y"] + place["h"]):
                    other = places.setdefault((x, y), title)
                    if other != title:
                        problems.append(f"{path.name}: `{title}` lies over `{other}`")
            if panel["type"] == "row":
                continue
            if not panel.get("description"):
                problems.append(f"{path.name}: `{title}` has no description")
            if not panel.get("targets"):
                problems.append(f"{path.name}: `{title}` asks nothing")
    return f"{count} panels"


def main(arguments):
    if arguments[:1] == ["--expressions"]:
        rules = [
            {"record": f"expression:{number}", "expr": plain(expression), "labels": {"place": place}}
            for number, (place, expression) in enumerate(dashboard_expressions())
        ]
        text = yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]})
        pathlib.Path(arguments[1]).write_text(text, encoding="utf-8")
        return
    rules = [
        rule
        for name in ("rules.yml", "limits.yml")
        for group in load(name)["groups"]
        for rule in group["rules"]
    ]
    problems = []
    expressions, texts = check_metrics(rules, arguments, problems)
    alerts = check_alerts(rules, problems)
    shown = check_dashboards(problems)
    for problem in dict.fromkeys(problems):
        print(problem, file=sys.stderr)
    if problems:
        sys.exit("metrics, alerts and dashboard: wrong")
    against = f"in {texts} texts of /metrics" if texts else "not looked for: no text of /metrics was given"
    print(f"metrics, alerts and dashboard: good ({expressions}, {against}; {alerts}; {shown})")


main(sys.argv[1:])

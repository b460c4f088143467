"""Pictures of results, drawn by Longshore's own charts."""

import csv
import os
import re
import shutil
import signal
from pathlib import Path
from statistics import median

from .measure import Result
from .pipeline import TEMPLATES
from .stack import ROOT, ProgramFailed, Stack, run

PLOTTED = ("star", "peers", "flat")


def draw(stack: Stack, folder: Path, results: dict[str, Result], beside: Path) -> dict[str, str]:
    """Draws the seconds of each contender of some suites, next to a page; the names of the files by those of the suites."""
    shown = {name: results[name] for name in PLOTTED if name in results and bars(results[name])}
    if not shown:
        return {}
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "store/lake").mkdir(parents=True)
    write_definition(folder, shown)
    store = started_store(folder / "store")
    try:
        stack.longshore("load", folder, "--workers", "1", "--json", **store)
    except ProgramFailed as failed:
        print(f"no picture is drawn: {failed}")
        return {}
    finally:
        os.kill(int(store["OBJECT_STORE_PID"]), signal.SIGTERM)
    pictures = {}
    for name in shown:
        pictures[name] = f"{beside.stem}-{name}.svg"
        shutil.copyfile(folder / f"store/lake/out/{name}.svg", beside.parent / pictures[name])
    return pictures


def bars(result: Result) -> list[tuple[str, float]]:
    """The contenders with their median seconds."""
    return [
        (re.sub(r"[`\\]", "", series.title), median(known))
        for series in result.series
        if (known := [value for value in series.seconds if value is not None])
    ]


def write_definition(folder: Path, shown: dict[str, Result]) -> None:
    """A pipeline of the results, with a chart for each suite."""
    with open(folder / "results.csv", "w", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["suite", "place", "contender", "seconds"])
        for name, result in shown.items():
            rows.writerows([name, place, title, f"{seconds:.2f}"] for place, (title, seconds) in enumerate(bars(result)))
    text = (TEMPLATES / "results.yaml").read_text()
    for name, result in shown.items():
        (folder / f"{name}.sql").write_text(
            f"select contender, seconds from fact_result where suite = '{name}' order by place\n"
        )
        text += (
            f"  {name}:\n    sql: {name}.sql\n    kind: bar\n    sideways: true\n    x: contender\n    y: seconds\n"
            f'    title: "{result.title}: seconds (median)"\n    to: {{ source: lake, object: {name}.svg }}\n'
        )
    (folder / "pipeline.yaml").write_text(text)


def started_store(folder: Path) -> dict[str, str]:
    """Starts the object store of the examples; the variables that say where it is."""
    told = run(["python3", ROOT / "pipelines/stand-ins/object_store.py", folder])
    return dict(re.findall(r"(?:export )?(\w+)='?([^'\s;]*)'?", told))

"""Measures Longshore beside others.

Usage: PYTHONPATH=Benchmarks python3 -m bench [--scale 1] [--repetitions 5] [--only NAME,…] …; `--help` says the rest.
"""

import argparse
import datetime
import json
import os
import platform
import sys
from pathlib import Path

from . import plot, report
from .contender import Suite, Workplace
from .environment import Environment
from .measure import Result, measure
from .smoke import prove
from .stack import LONGSHORE, ROOT, ProgramFailed, Stack, run
from .suites import SUITES


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description="Measures Longshore beside other ways to load the same rows.")
    parser.add_argument("--scale", type=float, default=0.1, help="TPC-H's scale factor (default: 0.1)")
    parser.add_argument("--repetitions", type=int, default=5, metavar="N", help="rounds of each suite (default: 5)")
    parser.add_argument("--only", default="", metavar="NAME,…", help="suites, or contenders (`star.copy`), which are not kept")
    parser.add_argument("--quick", action="store_true", help="scale 0.01 and two rounds; no page is written")
    parser.add_argument("--smoke", action="store_true", help="tiny rows, one round; only the rows count, and no page is written")
    parser.add_argument("--report", action="store_true", help="measure nothing: write the page from the results that are kept")
    parser.add_argument("--folder", type=Path, help="servers, data and results (default: .build/bench, or .build/bench-smoke)")
    parser.add_argument("--peers", type=Path, default=ROOT / ".build/bench/peers", help="where peers are (default: .build/bench/peers)")
    parser.add_argument("--page", type=Path, default=ROOT / "docs/benchmarks.md", help="where the page goes (default: docs/benchmarks.md)")
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.scale, chosen.repetitions = 0.01, 2
    if chosen.smoke:
        chosen.scale, chosen.repetitions = 0.001, 1
    if unknown := [name for name in names(chosen) if name not in known_names()]:
        parser.error(f"there is no {', '.join(unknown)}; there are {', '.join(known_names())}")
    if not Path(LONGSHORE).exists():
        parser.error(f"there is no {LONGSHORE}: `make build` makes it, or LONGSHORE=… names another")
    return chosen


def known_names() -> list[str]:
    """Suites, each with its contenders behind it."""
    return [name for suite in SUITES for name in (suite.name, *(f"{suite.name}.{one.name}" for one in suite.contenders))]


def names(chosen: argparse.Namespace) -> list[str]:
    return [name for name in chosen.only.split(",") if name]


def wanted(suite: type[Suite], only: list[str]) -> list:
    """The contenders of a suite that are to run; none when the suite is not."""
    if not only or suite.name in only:
        return list(suite.contenders)
    return [contender for contender in suite.contenders if f"{suite.name}.{contender.name}" in only]


def measured(place: Workplace, chosen: argparse.Namespace):
    """The results of the suites that are wanted, one by one."""
    for kind in SUITES:
        contenders = [contender(place) for contender in wanted(kind, names(chosen))]
        if not contenders:
            continue
        suite = kind(place)
        print(f"{suite.name}: {suite.work()}", flush=True)
        series = measure(suite, contenders, chosen.repetitions)
        yield Result(
            suite.name, suite.title, suite.work(), place.scale, chosen.repetitions, f"{datetime.date.today()}",
            machine(), run([LONGSHORE, "--version"]).strip(), series,
        )


def machine() -> str:
    """What the figures are of, in a few words."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return f"{os.cpu_count()} cores, {pages / 2**30:.0f} GiB of memory, Linux {platform.release().split('-')[0]}"


class Archive:
    """Results of former runs, so that a suite may be measured again by itself."""

    def __init__(self, file: Path):
        self.file = file
        kept = json.loads(file.read_text()) if file.exists() else {}
        self.results = {suite.name: Result.decoded(kept[suite.name]) for suite in SUITES if suite.name in kept}

    def add(self, result: Result) -> None:
        self.results[result.name] = result
        self.results = {suite.name: self.results[suite.name] for suite in SUITES if suite.name in self.results}
        self.file.write_text(json.dumps({name: result.encoded() for name, result in self.results.items()}, indent=1))


def main() -> int:
    chosen = options()
    folder = (chosen.folder or ROOT / ".build" / ("bench-smoke" if chosen.smoke else "bench")).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    is_kept = not (chosen.smoke or chosen.quick or "." in chosen.only)
    archive = Archive(folder / "results.json")
    fresh: dict[str, Result] = {}
    with Stack(folder / "stack") as stack:
        place = Workplace(stack, Environment(chosen.peers.resolve()), folder, chosen.scale)
        if chosen.smoke:
            prove(place)
        if not chosen.report:
            for result in measured(place, chosen):
                fresh[result.name] = result
                if is_kept:
                    archive.add(result)
        if is_kept:
            pictures = plot.draw(stack, folder / "pipelines/results", archive.results, chosen.page)
            report.write(chosen.page, archive.results, pictures)
    if not chosen.smoke:
        print("\n" + report.for_terminal(fresh or archive.results))
    return 1 if fresh and tell_wrong(fresh) else 0


def tell_wrong(results: dict[str, Result]) -> bool:
    """Prints whose rows are wrong, and who is not installed; whether there is any of the first."""
    series = [(f"{result.name}.{series.key}", series) for result in results.values() for series in result.series]
    absent = [name for name, one in series if one.is_absent]
    wrong = [f"{name}: {one.problem}" for name, one in series if one.problem and not one.is_absent]
    print(f"\nnot run: {', '.join(absent) or 'nobody'}")
    print("\n".join(wrong) if wrong else f"the rows of the others are right: {len(series) - len(absent)} series")
    return bool(wrong)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ProgramFailed as failed:
        sys.exit(str(failed))

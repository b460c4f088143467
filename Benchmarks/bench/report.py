"""The results as tables: for a terminal, and as the page `docs/benchmarks.md`."""

from pathlib import Path
from statistics import median

from .environment import versions
from .measure import Result, Series
from .targets import ELSEWHERE, SENTENCES, TARGETS, Target


def summary(seconds: list[float | None]) -> str:
    """The median of some seconds, and their spread: `15.3 (14.9–16.0)`."""
    known = [value for value in seconds if value is not None]
    return f"{number(median(known))} ({number(min(known))}–{number(max(known))})" if known else ""


def number(value: float) -> str:
    """With three digits that count, at most two of them behind the point."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def paired(target: Target, result: Result) -> list[float]:
    """The ratio of the two series, round by round."""
    ours, theirs = result.of(target.ours), result.of(target.theirs)
    if not ours or not theirs:
        return []
    pairs = zip(ours.seconds, theirs.seconds)
    return [target.ratio(mine, other) for mine, other in pairs if mine is not None and other is not None]


def verdict(target: Target, ratio: float) -> str:
    if target.reached(ratio, target.passes):
        return "pass" if target.aims is None or not target.reached(ratio, target.aims) else "aim"
    return "**no**"


def target_rows(results: dict[str, Result]) -> list[list[str]]:
    """A row for each target that was measured: what, the ratio with its spread, pass, aim, and whether it is reached."""
    rows = []
    for target in TARGETS:
        ratios = paired(target, results[target.suite]) if target.suite in results else []
        if ratios:
            unit = "× its time" if target.by_time else "× its speed"
            bounds = [f"{bound:g} ×" if bound is not None else "" for bound in (target.passes, target.aims)]
            rows.append([target.what, f"{summary(list(ratios))} {unit}", *bounds, verdict(target, median(ratios))])
    return rows


def shortfalls(results: dict[str, Result]) -> list[str]:
    """A sentence for each target that is not reached in full, where there is one."""
    told = []
    for target in TARGETS:
        ratios = paired(target, results[target.suite]) if target.suite in results else []
        is_reached = ratios and all(target.reached(median(ratios), bound) for bound in (target.passes, target.aims))
        if ratios and not is_reached and target.name in SENTENCES:
            told.append(f"* **{target.what}:** {SENTENCES[target.name]}")
    return told


def series_row(series: Series) -> list[str]:
    title = f"{series.title} ({series.detail})" if series.detail else series.title
    return [title, series.problem.splitlines()[0] if series.problem else summary(series.seconds)]


def aligned(rows: list[list[str]]) -> str:
    """Rows in columns, for a terminal."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return "\n".join("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows)


def table(header: list[str], rows: list[list[str]]) -> str:
    """A table of Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def for_terminal(results: dict[str, Result]) -> str:
    parts = [
        f"{result.title} (scale {result.scale:g}, {result.repetitions} rounds), seconds:\n"
        + aligned([series_row(series) for series in result.series])
        for result in results.values()
    ]
    if rows := target_rows(results):
        parts.append("Paired ratios:\n" + aligned([["", "seen", "pass", "aim", ""], *rows]))
    return "\n\n".join(parts)


def page(results: dict[str, Result], pictures: dict[str, str]) -> str:
    """The page. `pictures` has the path of a suite's plot, seen from the page, by the suite's name."""
    parts = [f"{INTRODUCTION}\n{conditions(results)}"]
    if rows := target_rows(results):
        parts.append("## Targets\n\n" + table(["what", "seen: median (least–most)", "pass", "aim", "reached"], rows))
    if told := shortfalls(results):
        parts.append("What holds it back:\n\n" + "\n".join(told))
    parts += [section(result, pictures.get(result.name)) for result in results.values()]
    parts.append("## Measured elsewhere\n\n" + table(["what", "pass", "aim", "by"], [list(row) for row in ELSEWHERE]))
    return "\n\n".join(parts) + "\n"


def section(result: Result, picture: str | None) -> str:
    rows = [series_row(series) for series in result.series]
    how = f"Scale {result.scale:g}, {result.repetitions} rounds, {result.date}."
    parts = [f"## {result.title}", f"{result.work} {how}", table(["contender", "seconds: median (least–most)"], rows)]
    if picture:
        parts.append(f"![{result.title}: the seconds of each contender]({picture})")
    return "\n\n".join(parts)


def conditions(results: dict[str, Result]) -> str:
    """What the figures are of: the machines, and the versions of Longshore and its peers."""
    machines = "; ".join(dict.fromkeys(result.machine for result in results.values()))
    own = ", ".join(dict.fromkeys(result.version for result in results.values()))
    return f"* Machine: {machines}. Versions: Longshore {own}, {versions()}."


def write(path: Path, results: dict[str, Result], pictures: dict[str, str]) -> None:
    path.write_text(page(results, pictures))


INTRODUCTION = """# Benchmarks

Longshore beside bare COPY, SQL by hand and other loaders. `make bench` makes this page: it installs the peers in an environment of
its own, in pinned versions, generates TPC-H's rows, starts servers of its own and writes what it has seen. `make bench SCALE=1` has
the full sizes and takes hours; without it a tenth of the rows takes minutes.

* Contenders run by turns, A B C D, then D C B A, with a checkpoint before each. Seconds are those of the wall clock. A ratio is taken
  in each round; the median of the ratios is shown with the least and the most.
* The rows that each has left are compared with the source, by their number and by a sum over all values that knows no order. Who has
  other rows is *wrong* and has no time.
* *The facts* and *the task* are Longshore's load tasks, from the first start to the last commit, as the ledger has them; *the whole
  command* includes its start, the dimensions and the broker. Two tasks run at a time. `\\copy` and SQL run in one session, in which
  Postgres may use parallel workers as it does by default.
* All use the same Postgres, as `longshore up` configures it: 128 MB of shared buffers, `fsync` and `synchronous_commit` on."""

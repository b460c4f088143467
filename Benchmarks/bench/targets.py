"""What is aimed at, and what holds Longshore back where it does not get there."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """A pair of series of one suite, and how many times as fast the first is to be.

    With `by_time` it is how many times as long the first takes, and less is better.
    """

    name: str
    suite: str
    ours: str
    theirs: str
    what: str
    passes: float | None
    aims: float | None
    by_time: bool = False

    def ratio(self, ours: float, theirs: float) -> float:
        return ours / theirs if self.by_time else theirs / ours

    def reached(self, ratio: float, bound: float | None) -> bool:
        if bound is None:
            return True
        return ratio <= bound if self.by_time else ratio >= bound


TARGETS = (
    Target("star-copy", "star", "longshore/the facts", "copy", "the facts beside `\\copy`, no index", 1.0, 1.25),
    Target("star-copy-index", "star", "longshore/the facts", "copy-index", "the facts beside `\\copy` with the index", 1.3, 1.6),
    Target("star-expert", "star", "longshore/the facts", "expert", "the facts beside expert SQL", 2.5, 3.2),
    Target("star-encoded", "star", "longshore/the facts", "encoded", "the facts beside a binary COPY of encoded rows", 0.80, 0.95),
    Target("flat-dlt", "flat", "longshore/the task", "dlt", "the flat file beside dlt", 8, None),
    Target("flat-pgloader", "flat", "longshore/the task", "pgloader", "the flat file beside pgloader", 14, None),
    Target("star-pygrametl", "peers", "longshore/the facts", "pygrametl", "the small star beside pygrametl", 25, None),
    Target("star-pandas", "peers", "longshore/the facts", "pandas", "the small star beside pandas", 40, None),
    Target("month", "month", "unchanged", "changed", "one month when no dimension has changed, beside changed ones", 1.0, None),
    Target("one-file", "onefile", "one/the facts", "files/the facts", "one file of 84 months beside 84 files", 1.15, 1.0, by_time=True),
    Target(
        "dimension", "dimension", "longshore/the task", "copy-index", "first load of a dimension with history beside `\\copy`", 0.4, 0.7
    ),
    Target("history", "history", "longshore/the task", "dbt/the snapshot itself", "changes of history beside `dbt snapshot`", 2, 5),
    Target("tiny-pgbench", "tiny", "longshore", "pgbench", "tiny tasks beside pgbench with the same statements", 0.6, 0.9),
    Target("tiny-celery", "tiny", "longshore", "celery", "tiny tasks beside Celery", 1, 2),
)

# By the name of a target: one sentence on what holds Longshore back. It is shown where the aim is not reached.
SENTENCES: dict[str, str] = {}

# What other programs measure: what, pass, aim, and how.
ELSEWHERE = (
    ("CSV to typed, checked, keyed and encoded rows; one core, no database", "250 MB/s", "500 MB/s", "`make bench-readers`"),
    ("key lookups on one core; bytes for a key", "10 M/s; 48", "25 M/s; 32", "`make bench-readers`"),
    ("a million tasks planned and published; the coordinator's memory", "5 min; 150 MB", "60 s; 64 MB", "`Benchmarks/scale.py plan`"),
    ("a worker's memory on 10 GB; its growth from 0.1 to 10 GB", "96 MB; 16 MB", "48 MB; 4 MB", "`Benchmarks/large.sh 10`, `… 0.1`"),
    ("1 to 32 workers on sources that answer in 50 ms", "0.90 of linear", "0.97", "`Benchmarks/scale.py workers`"),
)

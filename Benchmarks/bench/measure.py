"""Runs contenders by turns, and keeps the seconds of those whose rows were right."""

import subprocess
from dataclasses import asdict, dataclass, field

from .contender import Contender, Suite
from .stack import ProgramFailed


@dataclass
class Series:
    """The seconds of one thing in each round; None where it was wrong or did not run.

    Its key is the contender's name, with that of the series behind it where it has several: `longshore/the facts`.
    """

    key: str
    title: str
    detail: str = ""
    seconds: list[float | None] = field(default_factory=list)
    problem: str | None = None
    is_absent: bool = False


@dataclass
class Result:
    """What a suite has given."""

    name: str
    title: str
    work: str
    scale: float
    repetitions: int
    date: str
    machine: str
    version: str
    series: list[Series]

    def of(self, key: str) -> Series | None:
        return next((series for series in self.series if series.key == key), None)

    def encoded(self) -> dict:
        return asdict(self)

    @staticmethod
    def decoded(value: dict) -> "Result":
        return Result(**(value | {"series": [Series(**series) for series in value["series"]]}))


def in_turn(contenders: list[Contender], repetitions: int):
    """The contenders in rounds: A B C D, then D C B A, then A B C D …, with the number of the round."""
    for number in range(repetitions):
        for contender in contenders if number % 2 == 0 else reversed(contenders):
            yield number, contender


def measure(suite: Suite, contenders: list[Contender], repetitions: int) -> list[Series]:
    """The series of all contenders, in their order. One that is wrong once is not run again."""
    kept: dict[str, list[Series]] = {contender.name: [] for contender in contenders}
    able = []
    for contender in contenders:
        if reason := contender.absent():
            kept[contender.name] = [Series(contender.name, contender.title, contender.detail, problem=reason, is_absent=True)]
            print(f"  {contender.name}: {reason}", flush=True)
        else:
            able.append(contender)
    suite.set_up()
    suite.place.stack.settle()
    failed: set[str] = set()
    for number, contender in in_turn(able, repetitions):
        if contender.name in failed:
            continue
        seconds, problem = attempt(contender)
        if problem:
            failed.add(contender.name)
            kept[contender.name] = [Series(contender.name, contender.title, contender.detail, problem=problem)]
        else:
            note(kept[contender.name], contender, number, seconds)
        told = problem or ", ".join(f"{name} {value:.2f} s".strip() for name, value in seconds.items())
        print(f"  {number + 1} {contender.name}: {told}", flush=True)
    return [series for contender in contenders for series in kept[contender.name]]


def attempt(contender: Contender) -> tuple[dict[str, float], str | None]:
    """The seconds of one run, and what was wrong with it."""
    try:
        contender.prepare()
        contender.stack.checkpoint()
        seconds = contender.run()
        wrong = contender.wrong()
        contender.clear()
        return seconds, wrong and f"wrong: {wrong}"
    except (ProgramFailed, subprocess.TimeoutExpired) as failure:
        return {}, f"failed: {failure}"


def note(kept: list[Series], contender: Contender, round_number: int, seconds: dict[str, float]) -> None:
    """Adds the seconds of a round to a contender's series."""
    for name, value in seconds.items():
        key = f"{contender.name}/{name}" if name else contender.name
        title = f"{contender.title}: {name}" if name else contender.title
        series = next((known for known in kept if known.key == key), None)
        if series is None:
            series = Series(key, title, contender.detail)
            kept.append(series)
        series.seconds += [None] * (round_number - len(series.seconds)) + [value]

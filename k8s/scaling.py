"""What the autoscaler makes of a pool's figures: whether it ever leaves fewer workers than are busy. check.py runs it.

scaling.csv was recorded from two loads of 16 tasks, four of which took 540 s and the others 10 s: one with five workers of one slot,
one with four workers of two. Every five seconds it has what RabbitMQ told of the queue, and how many workers had a busy slot.
"""

import csv
import math
from dataclasses import dataclass, replace
from pathlib import Path

FIGURES = Path(__file__).resolve().parent / "scaling.csv"

# Of kube-controller-manager: how often it looks, and what it takes for equal.
SYNC_SECONDS = 15
TOLERANCE = 0.1
# How old the figures may be by then: RabbitMQ's statistics, and KEDA's pollingInterval.
LAGS = (0, 20)


@dataclass
class Figure:
    second: int
    workers: int
    ready: int
    unacked: int
    busy: int


@dataclass
class Scaler:
    """What a ScaledObject says; the names are its own."""

    value: int
    with_unacked: bool
    least: int
    most: int
    window: int
    pods: int
    period: int

    @staticmethod
    def of(scaled):
        spec = scaled["spec"]
        metadata = spec["triggers"][0]["metadata"]
        down = spec["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]["scaleDown"]
        [policy] = down["policies"]
        return Scaler(
            value=int(metadata["value"]),
            with_unacked=metadata.get("excludeUnacknowledged") == "false",
            least=max(spec.get("minReplicaCount", 0), 1),
            most=spec.get("maxReplicaCount", 100),
            window=down["stabilizationWindowSeconds"],
            pods=policy["value"],
            period=policy["periodSeconds"],
        )

    def wanted(self, figure, replicas):
        messages = figure.ready + (figure.unacked if self.with_unacked else 0)
        if abs(messages / (self.value * replicas) - 1) <= TOLERANCE:
            return replicas
        return min(max(math.ceil(messages / self.value), self.least), self.most)


def recorded(slots):
    """The figures of the load whose workers had so many slots."""
    with FIGURES.open() as file:
        rows = [row for row in csv.DictReader(file) if row.pop("slots") == str(slots)]
    return [Figure(**{name: int(value) for name, value in row.items()}) for row in rows]


def replicas(scaler, figures, lag):
    """How many workers there are at each figure: more at once, fewer by the largest number wanted within the window, and slowly."""
    now = figures[0].workers
    # With more workers than there were the tasks would have lain otherwise.
    scaler = replace(scaler, most=min(scaler.most, now))
    wanted, falls, looked = [(figures[0].second, now)], [], -SYNC_SECONDS
    for figure in figures:
        if figure.second - looked >= SYNC_SECONDS:
            looked = figure.second
            told = [one for one in figures if one.second <= looked - lag] or figures[:1]
            wanted.append((looked, scaler.wanted(told[-1], now)))
            largest = max(number for second, number in wanted if second > looked - scaler.window)
            if largest >= now:
                now = max(now, wanted[-1][1])
            else:
                gone = sum(pods for second, pods in falls if second > looked - scaler.period)
                fall = min(now - largest, scaler.pods - gone)
                falls.append((looked, fall))
                now -= fall
        yield figure, now


def taken(scaler, figures):
    """In words, the first moment at which busy workers are too many; empty when there is none."""
    for lag in LAGS:
        for figure, now in replicas(scaler, figures, lag):
            if now < figure.busy:
                return f"after {figure.second} s there are {now} workers, and {figure.busy} are busy"
    return ""

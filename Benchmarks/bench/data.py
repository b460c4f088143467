"""The rows that are loaded: TPC-H's line items, whole and by month, with what they refer to."""

import csv
import datetime
import json
import shutil
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from . import standin
from .checksum import Checksum, bits
from .stack import run

MONTHS = [f"{year}-{month:02}" for year in range(1992, 1999) for month in range(1, 13)]
SHIPPED = 10  # the place of l_shipdate
TABLES = ("lineitem", "orders", "part", "supplier")
CHANGED_MONTH = "1995-06"


@dataclass
class Dataset:
    """Files of one scale, made once.

    `lineitem.csv`, `orders.csv`, `part.csv`, `supplier.csv`, the line items by month of shipping as `lineitem_1992-01.csv` and
    so on, and the folder `changed`, where one row of each dimension is another one.
    """

    folder: Path
    scale: float
    checksums: dict[str, Checksum]

    @staticmethod
    def made(folder: Path, scale: float, tpchgen: Path | None) -> "Dataset":
        """The files of a scale; by TPC-H's generator, or by a stand-in when that is not installed."""
        place = folder / f"{'tpch' if tpchgen else 'standin'}-{scale:g}"
        manifest = place / "manifest.json"
        if not manifest.exists():
            shutil.rmtree(place, ignore_errors=True)
            make(place, scale, tpchgen)
        known = json.loads(manifest.read_text())
        return Dataset(place, scale, {name: Checksum(**found) for name, found in known.items()})

    def file(self, name: str) -> Path:
        return self.folder / f"{name}.csv"

    def month(self, label: str) -> Path:
        return self.file(f"lineitem_{label}")

    @property
    def rows(self) -> int:
        """Line items."""
        return self.checksums["lineitem"].rows


def make(folder: Path, scale: float, tpchgen: Path | None) -> None:
    folder.mkdir(parents=True)
    print(f"making the rows of scale {scale:g} in {folder} …", flush=True)
    if tpchgen:
        names = ",".join(TABLES)
        run([tpchgen, "csv", "--quiet", "--scale-factor", f"{scale:g}", "--tables", names, "--output-dir", folder])
    else:
        standin.write(folder, scale)
    known = split(folder) | {name: whole(folder / f"{name}.csv") for name in TABLES[1:]}
    change(folder)
    text = json.dumps({name: asdict(checksum) for name, checksum in known.items()}, indent=1)
    (folder / "manifest.json").write_text(text)


def split(folder: Path) -> dict[str, Checksum]:
    """Writes each month's line items into a file of its own; the checksums of the months and of all."""
    counts = dict.fromkeys(MONTHS, 0)
    sums = dict.fromkeys(MONTHS, 0)
    with open(folder / "lineitem.csv", newline="") as whole_file, ExitStack() as opened:
        rows = csv.reader(whole_file)
        header = next(rows)
        writers = {}
        for label in MONTHS:
            file = opened.enter_context(open(folder / f"lineitem_{label}.csv", "w", newline=""))
            writers[label] = csv.writer(file, lineterminator="\n")
            writers[label].writerow(header)
        for row in rows:
            label = row[SHIPPED][:7]
            writers[label].writerow(row)
            counts[label] += 1
            sums[label] += bits(row)
    known = {label: Checksum(counts[label], sums[label]) for label in MONTHS}
    return known | {"lineitem": Checksum(sum(counts.values()), sum(sums.values()))}


def whole(file: Path) -> Checksum:
    """The checksum of a file with a header."""
    with open(file, newline="") as opened:
        rows = csv.reader(opened)
        next(rows)
        return Checksum.of(rows)


def change(folder: Path) -> None:
    """The same dimensions with one row of another comment, and one month of line items beside them."""
    changed = folder / "changed"
    changed.mkdir()
    for name in TABLES[1:]:
        text = (folder / f"{name}.csv").read_text().rstrip("\n")
        head, _, last = text.rpartition("\n")
        row = next(csv.reader([last]))
        row[-1] += " changed"
        with open(changed / f"{name}.csv", "w", newline="") as file:
            file.write(head + "\n")
            csv.writer(file, lineterminator="\n").writerow(row)
    (changed / f"lineitem_{CHANGED_MONTH}.csv").hardlink_to(folder / f"lineitem_{CHANGED_MONTH}.csv")


def month_after(label: str) -> str:
    year, month = (int(part) for part in label.split("-"))
    return f"{year + month // 12}-{month % 12 + 1:02}"


def days(count: int, start: datetime.date = datetime.date(2000, 1, 1)) -> list[datetime.date]:
    return [start + datetime.timedelta(days=number) for number in range(count)]

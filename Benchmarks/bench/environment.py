"""The peers: their versions, pinned, in a virtual environment of the benchmark's own; and what of them is installed.

`python3 -m bench.environment FOLDER` installs what is missing.
"""

import shutil
import subprocess
import sys
from pathlib import Path

PINNED = {
    "tpchgen-cli": "4.0.0",
    "dlt": "1.31.0",
    "pyarrow": "26.0.1",
    "pandas": "3.1.1",
    "sqlalchemy": "2.1.9",
    "psycopg2-binary": "2.9.13",
    "pygrametl": "2.9",
    "dbt-core": "1.11.0",
    "dbt-postgres": "1.11.0",
    "celery": "5.7.0",
}
DEBIAN = ("pgloader",)


class Environment:
    """Where peers are installed, and which of them are."""

    def __init__(self, folder: Path):
        self.folder = folder

    @property
    def python(self) -> Path:
        return self.folder / "bin/python"

    def program(self, name: str) -> Path:
        """A program that a package brought."""
        return self.folder / "bin" / name

    @property
    def tpchgen(self) -> Path | None:
        """TPC-H's generator."""
        program = self.program("tpchgen-cli")
        return program if program.exists() else None

    def lacks(self, package: str) -> str | None:
        """Why a peer cannot run; None when it can."""
        installed = self.folder.glob(f"lib/python*/site-packages/{package.replace('-', '_')}-{PINNED[package]}.dist-info")
        return None if any(installed) else f"{package} {PINNED[package]} is not installed"

    def install(self) -> None:
        """Installs what is missing: from PyPI, and as root from Debian."""
        if not self.python.exists():
            subprocess.run([sys.executable, "-m", "venv", self.folder], check=True)
        missing = [f"{package}=={version}" for package, version in PINNED.items() if self.lacks(package)]
        if missing:
            subprocess.run([self.python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *missing], check=True)
        for package in DEBIAN:
            if not shutil.which(package):
                subprocess.run(["apt-get", "install", "-qq", "--yes", "--no-install-recommends", package], check=False)


def debian_version(package: str) -> str:
    """The version of an installed package of Debian; empty when it is not installed."""
    words = ["dpkg-query", "--show", "--showformat", "${Version}", package]
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout


def versions() -> str:
    """The peers with their versions, for the page."""
    pinned = [f"{package} {version}" for package, version in PINNED.items()]
    return ", ".join(pinned + [f"{package} {debian_version(package)}".strip() for package in DEBIAN])


if __name__ == "__main__":
    Environment(Path(sys.argv[1])).install()

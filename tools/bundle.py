"""Everything that a machine without a network needs, in one file below dist/.

Usage: .venv/bin/python tools/bundle.py [--to FOLDER]

Holds the wheels that requirements/site.lock names for this Python and platform (fetched once, by
their hashes), our own wheel with style sheet, scripts and translations, install.sh, a systemd unit,
the operator's guides, the licences, and SHA256SUMS of it all.
"""

import argparse
import hashlib
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from email.parser import Parser
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements" / "site.lock"
GUIDES = ("docs/operator.md", "docs/operator.zh.md", "docs/dependencies.md")
BUILT = (
    "ui/static/ui/build/site.css",
    "ui/static/ui/build/verify.html",
    "config/system/locale/zh_Hans/LC_MESSAGES/django.mo",
)


def name() -> str:
    """Of the bundle and of the folder in it: niangjia-0.1.0-linux-x86_64-py311."""
    platform = sysconfig.get_platform().replace("-", "_", 1).replace("_", "-", 1)
    tag = f"py{sys.version_info.major}{sys.version_info.minor}"
    return f"niangjia-{version('niangjia')}-{platform}-{tag}"


def run(*command: str | Path) -> None:
    """The command; its words are told if it fails. Raises SystemExit."""
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, text=True, cwd=ROOT, check=False)
    if done.returncode:
        raise SystemExit(f"{command[0]}: {done.stdout[-4000:]}{done.stderr[-4000:]}")


def collect(folder: Path) -> None:
    """`folder`/wheels holds all wheels, ours among them, which holds what was built."""
    wheels = folder / "wheels"
    wheels.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as made:
        run(sys.executable, "-m", "venv", made)
        pip = (Path(made) / "bin" / "python", "-m", "pip", "--disable-pip-version-check")
        hashed = ("--require-hashes", "--only-binary", ":all:", "--no-deps")
        run(*pip, "download", "-q", *hashed, "-d", wheels, "-r", LOCK)
        run(*pip, "install", "-q", "--upgrade", "--no-index", "--find-links", wheels, "setuptools")
        source = Path(made) / "source"
        _copy_source(source)
        own = ("--no-deps", "--no-build-isolation", "--no-index")
        run(*pip, "wheel", "-q", *own, "-w", wheels, source)
    (ours,) = wheels.glob("niangjia-*.whl")
    with zipfile.ZipFile(ours) as wheel:
        lacking = {f"niangjia/{path}" for path in BUILT} - set(wheel.namelist())
    if lacking:
        raise SystemExit(f"not built, run make setup: {sorted(lacking)}")


def _copy_source(target: Path) -> None:
    """What the wheel is built from, so that nothing is left in the sources."""
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info", "tests")
    shutil.copytree(ROOT / "src", target / "src", ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", target)


def licences(wheels: Path) -> Iterator[str]:
    """A line per wheel: name, version, licence as it states it."""
    for path in sorted(wheels.glob("*.whl")):
        with zipfile.ZipFile(path) as wheel:
            meta = next(one for one in wheel.namelist() if one.endswith(".dist-info/METADATA"))
            said = Parser().parsestr(wheel.read(meta).decode("utf-8"), headersonly=True)
        classified = [one for one in said.get_all("Classifier", []) if one.startswith("License ::")]
        stated = said.get("License-Expression") or said.get("License") or ""
        if "\n" in stated or not stated:
            stated = " / ".join(one.rpartition(" :: ")[2] for one in classified)
        yield f"| {said['Name']} | {said['Version']} | {stated or 'see dependencies.md'} |"


def complete(folder: Path) -> None:
    """The rest of the bundle stands beside the wheels."""
    for guide in GUIDES:
        if (ROOT / guide).exists():
            shutil.copy(ROOT / guide, folder)
    for part in ("install.sh", "niangjia.service"):
        shutil.copy(ROOT / "tools" / "bundle" / part, folder)
    shutil.copy(LOCK, folder / "requirements.lock")
    (folder / "PYTHON").write_text(f"{sys.version_info.major}.{sys.version_info.minor}\n")
    rows = ["# Licences", "", "Each wheel holds its licence's text.", ""]
    rows += ["| package | version | licence |", "|---|---|---|", *licences(folder / "wheels")]
    (folder / "LICENCES.md").write_text("\n".join(rows) + "\n", "utf-8")
    sums = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder)}"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]
    (folder / "SHA256SUMS").write_text("\n".join(sums) + "\n")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--to", type=Path, default=ROOT / "dist")
    options = parser.parse_args()
    options.to.mkdir(parents=True, exist_ok=True)
    target = options.to / f"{name()}.tar.gz"
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / name()
        collect(folder)
        complete(folder)
        with tarfile.open(target, "w:gz") as tar:
            tar.add(folder, name())
    print(f"{target} ({target.stat().st_size / 1e6:.1f} MB)")


if __name__ == "__main__":
    main()

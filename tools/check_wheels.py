"""Build every wheel, look into it, and use it alone in a clean environment.

Run it from anywhere with the environment that `make` creates: `.venv/bin/python
tools/check_wheels.py`. The wheels stay in `dist/`. A clean environment sees torch and torchvision,
and what these need, through links into this environment, so that nothing large is installed again;
everything else a wheel needs comes from `dist/` or from where pip usually looks. A dependency that
a project forgot is missing there.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
import tomllib
import venv
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
DIST = ROOT / "dist"
BASE = ("torch", "torchvision")
DATA_FILES = frozenset({"py.typed", "first_party.json", "digits.npz", "DIGITS.md"})
"""What a package may hold beside Python files."""

WEIGHT_FILES = frozenset({"config.json", "README.md", "samples.png"})
"""What lies beside the safetensors files of pretrained weights."""

CODE = frozenset({".py", ".template", ".j2", ".css", ".js"})
"""Endings of code, of what `zoo plugin new` writes, and of the page of `zoo report`."""

FOREIGN_PATHS = re.compile(rb"/(?:home|Users|root|tmp|work)/[\w.-]+/")
STEPS = 3

PARTS = """
import json, sys, zoo_core
found = zoo_core.Registry.from_installed(strict=True).entries()
assert "torch" not in sys.modules, "listing parts imports torch"
print(json.dumps([[i.entry.kind, i.entry.name] for i in found if i.source == {source!r}]))
"""
"""What a clean environment runs to say which parts a distribution offers."""

TRANSLATORS = """
import json, zoo_core
from zoo_core.config.options import reads_images
found = zoo_core.Registry.from_installed(strict=True).entries("generator")
print(json.dumps([i.entry.name for i in found if reads_images(i.entry.load())]))
"""
"""What it runs to say which generators read images instead of drawing from latents."""


class CheckError(Exception):
    """A wheel is not as it should be."""


@dataclass(frozen=True, slots=True)
class Project:
    """One distribution: where its sources are, and which packages its wheel holds."""

    root: Path
    name: str
    packages: tuple[Path, ...]

    def wheels(self) -> list[Path]:
        """Return its wheels in `dist/`: one, once it is built."""
        return list(DIST.glob(f"{self.name.replace('-', '_')}-[0-9]*.whl"))

    def wheel(self) -> Path:
        """Return its one wheel in `dist/`."""
        (found,) = self.wheels()
        return found


def main() -> int:
    """Check all wheels, print a table, and return the exit status."""
    projects = list(all_projects())
    with tempfile.TemporaryDirectory(prefix="zoo-wheels-") as folder:
        held = list(checks(projects, Path(folder)))
    failed = held.count(False)
    print(f"{failed} of {len(held)} checks failed" if failed else f"all {len(held)} checks hold")
    return 1 if failed else 0


def checks(projects: list[Project], place: Path) -> Iterator[bool]:
    """Do one check after another; give whether each held."""
    yield report("wheels", lambda: build_all(projects))
    for project in projects:
        if not project.wheels():
            return
        yield report(f"{project.name}, inside", partial(check_contents, project))
    layer = place / "layer"
    yield report("torch and torchvision", lambda: make_layer(layer))
    for project in projects:
        yield report(f"{project.name}, alone", partial(use_alone, project, layer, place))


def all_projects() -> Iterator[Project]:
    """Return the core, then every plugin."""
    for file in (ROOT / "pyproject.toml", *sorted(ROOT.glob("plugins/*/pyproject.toml"))):
        settings = tomllib.loads(file.read_text(encoding="utf-8"))
        packages = settings["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
        yield Project(
            file.parent, settings["project"]["name"], tuple(file.parent / p for p in packages)
        )


def build_all(projects: list[Project]) -> str:
    """Build every wheel into an empty `dist/`, with the hatchling of this environment."""
    shutil.rmtree(DIST, ignore_errors=True)
    for project in projects:
        run(
            *(sys.executable, "-m", "build", "--wheel", "--no-isolation"),
            *("--outdir", DIST, project.root),
        )
    return f"{len(projects)} wheels, {sum(f.stat().st_size for f in DIST.iterdir()) // 1024} KiB"


def check_contents(project: Project) -> str:
    """Compare a wheel with the sources: all of them, the licence, and nothing else."""
    with zipfile.ZipFile(project.wheel()) as wheel:
        names = {name for name in wheel.namelist() if not name.endswith("/")}
        for name in sorted(names):
            found = FOREIGN_PATHS.search(wheel.read(name))
            if found or os.fsencode(ROOT) in wheel.read(name):
                raise CheckError(f"{name} holds a path of this machine")
    information = {name for name in names if name.partition("/")[0].endswith(".dist-info")}
    compare(names - information, set(expected_files(project)))
    parts = {name.partition("/")[2] for name in information}
    required = {"METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE"}
    compare(parts, required)
    return f"{len(names)} files"


def expected_files(project: Project) -> Iterator[str]:
    """Return what the wheel should hold, by the sources on the disk."""
    for package in project.packages:
        if not (package / "py.typed").is_file():
            raise CheckError(f"{package.name} has no py.typed")
        for file in package.rglob("*"):
            if file.suffix in CODE or file.name in DATA_FILES or _is_data(file):
                yield file.relative_to(package.parent).as_posix()


def _is_data(file: Path) -> bool:
    """Say whether a file is the picture of a recipe, or belongs to weights."""
    if "weights" in file.parts and file.is_file():
        return file.name in WEIGHT_FILES or file.suffix == ".safetensors"
    return file.suffix == ".png" and file.parent.name == "pictures"


def compare(found: set[str], expected: set[str]) -> None:
    """Say how two sets of names differ.

    Raises:
        CheckError: they do.
    """
    missing, extra = sorted(expected - found), sorted(found - expected)
    if missing or extra:
        raise CheckError(f"missing {missing}, not expected {extra}")


def make_layer(layer: Path) -> str:
    """Link torch, torchvision and what they need, and nothing else, into a folder."""
    layer.mkdir()
    names = closure(BASE)
    for name in names:
        distribution = metadata.distribution(name)
        tops = {file.parts[0] for file in distribution.files or () if file.parts[0] != ".."}
        for top in sorted(tops - {"__pycache__"}):
            source, link = Path(str(distribution.locate_file(top))), layer / top
            if source.exists() and not link.exists():
                link.symlink_to(source.resolve())
    return f"{len(names)} distributions"


def closure(names: tuple[str, ...]) -> list[str]:
    """Return installed distributions with all that they require on this machine."""
    waiting = [Requirement(name) for name in names]
    found: set[tuple[str, str]] = set()
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        for extra in {"", *requirement.extras} - {known for owner, known in found if owner == name}:
            found.add((name, extra))
            waiting += [
                needed
                for needed in map(Requirement, metadata.requires(name) or ())
                if needed.marker is None or needed.marker.evaluate({"extra": extra})
            ]
    return sorted({name for name, _ in found})


@dataclass(frozen=True, slots=True)
class Environment:
    """A clean environment: torch from a layer, one project from its wheel, the rest from pip."""

    path: Path

    @classmethod
    def create(cls, path: Path, layer: Path) -> Environment:
        """Make it, empty but for the layer."""
        venv.create(path, symlinks=os.name != "nt", with_pip=False)
        made = cls(path)
        (made.packages / "layer.pth").write_text(f"{layer}\n", encoding="utf-8")
        return made

    @property
    def packages(self) -> Path:
        """Return where its packages are."""
        return Path(sysconfig.get_path("purelib", "venv", {"base": str(self.path)}))

    @property
    def programs(self) -> Path:
        """Return where its programs are."""
        return Path(sysconfig.get_path("scripts", "venv", {"base": str(self.path)}))

    def pip(self, *arguments: str | Path) -> str:
        """Use this environment's pip on that one."""
        pip = (sys.executable, "-m", "pip", "--python", self.path)
        return run(*pip, *arguments).stdout

    def python(self, program: str) -> str:
        """Run a program; return its result."""
        return self._run("python", "-c", program).stdout

    def zoo(self, *arguments: str | Path) -> str:
        """Run a command; return all that it says, results and remarks."""
        done = self._run("zoo", *arguments)
        return done.stdout + done.stderr

    def _run(self, program: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not _is_ours(name)}
        settings = {"NO_COLOR": "1", "COLUMNS": "80", "ZOO_STRICT_PLUGINS": "1"}
        home = self.path / "home"
        home.mkdir(exist_ok=True)
        return run(
            *(self.programs / program, *arguments),
            cwd=home,
            env={**kept, **settings, "HOME": str(home)},
        )


def _is_ours(name: str) -> bool:
    return name.startswith(("ZOO_", "PYTHON", "VIRTUAL_ENV"))


def use_alone(project: Project, layer: Path, place: Path) -> str:
    """Install one wheel into a clean environment and use what it offers."""
    environment = Environment.create(place / project.name, layer)
    environment.pip("install", "--quiet", "--find-links", DIST, project.wheel())
    environment.pip("check")
    for name in BASE:
        if (environment.packages / name).exists():
            raise CheckError(f"{name} was installed again: pip did not see the layer")
    parts = json.loads(environment.python(PARTS.format(source=project.name)))
    listed = {kind: environment.zoo("list", kind) for kind, _ in parts}
    for kind, name in parts:
        require(name in listed[kind], f"`zoo list {kind}` does not show {name}")
    environment.zoo("doctor")
    if project.root == ROOT:
        require("pip install" in environment.zoo("list"), "`zoo list` says not what to install")
    generators = [name for kind, name in parts if kind == "generator"]
    translators = json.loads(environment.python(TRANSLATORS)) if generators else []
    for name in generators:
        if name in translators:
            train_and_translate(environment, name)
        else:
            train_and_sample(environment, name)
    return f"{len(parts)} parts" + (f", trained {' and '.join(generators)}" if generators else "")


def train_and_sample(environment: Environment, generator: str) -> None:
    """Train a generator for a few steps with what the core brings, and draw from it."""
    folder = environment.path / f"run-{generator}"
    environment.zoo(
        *("train", "--gen", generator, "--loss", "non-saturating", "--data", "digits"),
        *("--steps", str(STEPS), "--batch", "8", "--device", "cpu", "--run", folder),
    )
    picture = environment.path / f"{generator}.png"
    environment.zoo("sample", folder, "--count", "4", "--device", "cpu", "--out", picture)
    require(picture.read_bytes().startswith(b"\x89PNG"), f"{picture.name} is no picture")


def train_and_translate(environment: Environment, generator: str) -> None:
    """Train a generator that reads images between digits and digits, and translate a picture."""
    folder = environment.path / f"run-{generator}"
    environment.zoo(
        *("train", "--gen", generator, "--game", "cycle", "--data", "unpaired:digits,digits"),
        *("--steps", str(STEPS), "-o", "generator.width=8", "--device", "cpu", "--run", folder),
    )
    photo = folder / "samples" / f"step-{STEPS:08d}.png"
    out = environment.path / f"{generator}-translated"
    environment.zoo("translate", folder, photo, "--size", "64", "--out", out)
    require((out / photo.name).is_file(), f"{photo.name} was not translated")


def require(condition: object, otherwise: str) -> None:
    """Raise unless something holds.

    Raises:
        CheckError: it does not.
    """
    if not condition:
        raise CheckError(otherwise)


def run(
    *command: str | Path, cwd: Path = ROOT, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; return what it printed.

    Raises:
        CheckError: it fails; with the end of what it printed.
    """
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if done.returncode:
        end = "\n".join((done.stdout + done.stderr).splitlines()[-12:])
        shown = " ".join(Path(str(word)).name for word in command)
        raise CheckError(f"`{shown}` exits with {done.returncode}\n{end}")
    return done


def report(title: str, check: Callable[[], str]) -> bool:
    """Do one check and print its line; return whether it held."""
    before = time.perf_counter()
    try:
        result, held = check(), True
    except (CheckError, metadata.PackageNotFoundError, subprocess.TimeoutExpired) as error:
        result, held = str(error), False
    seconds = time.perf_counter() - before
    print(f"{'ok  ' if held else 'FAIL'}  {title:<32}  {seconds:5.1f} s  {result}", flush=True)
    return held


if __name__ == "__main__":
    raise SystemExit(main())

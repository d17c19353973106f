"""Which photos are translated, and to which files: settled before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from zoo_core import ZooError
from zoo_core.errors import nearest


@dataclass(frozen=True, slots=True)
class Job:
    """One photo, and the PNG that its translation is written to."""

    photo: Path
    output: Path


@dataclass(frozen=True, slots=True)
class _Found:
    """A photo, and its name below the folder that was asked for."""

    photo: Path
    name: PurePosixPath


def plan_jobs(
    images: Sequence[str], out: str, *, overwrite: bool
) -> tuple[tuple[Job, ...], tuple[str, ...]]:
    """Return what is to be done, and remarks on files that are left alone.

    A photo keeps its name and its place below the folder that was asked for. Where two differ only
    in their ending, both keep it: `a.jpg.png` beside `a.png.png`.

    Args:
        images: files, and folders whose images are all taken.
        out: the folder of the outputs.
        overwrite: outputs that exist are replaced.

    Raises:
        ZooError: no such file or folder, two photos with one output, an output that is a photo, or
            one that exists.
    """
    folder = Path(out)
    if folder.exists() and not folder.is_dir():
        raise ZooError(f"{out!r} is a file, not a folder", hint="`--out` takes a folder")
    remarks: list[str] = []
    found = {
        one.photo.resolve(): one for image in images for one in _photos(image, folder, remarks)
    }
    jobs = _named(tuple(found.values()), folder)
    _refuse_photos(jobs, found.keys())
    if not overwrite:
        _refuse_existing(jobs, out)
    return jobs, tuple(remarks)


def _photos(image: str, out: Path, remarks: list[str]) -> list[_Found]:
    from zoo_core.data.folders.listing import describe_others, list_images

    path = Path(image).expanduser()
    if not path.is_dir():
        if not path.exists():
            raise _missing(path)
        return [_Found(path, PurePosixPath(path.name))]
    if path.resolve() == out.resolve():
        raise ZooError(
            f"the translations would lie among the photos of {image!r}",
            hint="`--out` takes another folder",
        )
    listing = list_images(image)
    if listing.others:
        remarks.append(f"{describe_others(listing.others)} in {image} not read")
    names = [name for name in listing.images if not _inside(path / name, out)]
    if len(names) < len(listing.images):
        remarks.append(f"what lies in {out} is not read: it holds translations")
    return [_Found(path / name, PurePosixPath(name)) for name in names]


def _inside(photo: Path, out: Path) -> bool:
    return photo.resolve().is_relative_to(out.resolve())


def _missing(path: Path) -> ZooError:
    siblings = [one.name for one in path.parent.iterdir()] if path.parent.is_dir() else []
    return ZooError(
        f"there is no photo or folder {str(path)!r}",
        hint=f"{nearest(path.name, siblings)}a path is relative to where the command runs",
    )


def _named(found: Sequence[_Found], out: Path) -> tuple[Job, ...]:
    stems = _counted(one.name.with_suffix("") for one in found)
    jobs = []
    for one in found:
        alone = stems[_key(one.name.with_suffix(""))] == 1
        name = one.name.with_suffix(".png") if alone else one.name.with_name(f"{one.name.name}.png")
        jobs.append(Job(one.photo, out / name))
    taken: dict[str, Job] = {}
    for job in jobs:
        other = taken.setdefault(_key(job.output), job)
        if other is not job:
            raise ZooError(
                f"{str(other.photo)!r} and {str(job.photo)!r} would both become "
                f"{str(job.output)!r}",
                hint="translate them one after the other, each with an `--out` of its own",
            )
    return tuple(jobs)


def _counted(names: Iterable[PurePosixPath]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for name in names:
        counts[_key(name)] = counts.get(_key(name), 0) + 1
    return counts


def _key(name: PurePosixPath | Path) -> str:
    # file systems differ on whether A.png and a.png are one file
    return str(name).casefold()


def _refuse_photos(jobs: Iterable[Job], photos: Iterable[Path]) -> None:
    known = set(photos)
    for job in jobs:
        if job.output.resolve() in known:
            raise ZooError(
                f"the translation of {str(job.photo)!r} would replace the photo "
                f"{str(job.output)!r}",
                hint="`--out` takes another folder",
            )


def _refuse_existing(jobs: Sequence[Job], out: str) -> None:
    existing = [job.output for job in jobs if job.output.exists()]
    if existing:
        raise ZooError(
            f"{len(existing)} of {len(jobs)} translations exist in {out!r}, such as "
            f"{str(existing[0])!r}",
            hint="`--overwrite` replaces them, or `--out` takes another folder",
        )

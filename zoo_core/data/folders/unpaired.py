"""Two data sets side by side, without partners: what to translate between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

from zoo_core.config.options import Place, Source
from zoo_core.config.paths import expanded
from zoo_core.data.folders.folder import Channels, HeldOut
from zoo_core.data.folders.labelling import LabelMode
from zoo_core.data.folders.pair_sides import sides_of_pairs
from zoo_core.data.folders.passing import passed_on
from zoo_core.data.folders.split_names import sides_of, unpaired_hint
from zoo_core.data.tables.jitter import Factor
from zoo_core.data.tables.reading import MaxPixels
from zoo_core.errors import ZooError
from zoo_core.interfaces.data import Dataset, Datasets, Split, Table, Variation
from zoo_core.spec import ImageSpec

FORM = "`--data unpaired:A,B`, where A and B are folders or data sets, such as `unpaired:cats,dogs`"


@dataclass(kw_only=True, eq=False)
class Unpaired(Dataset):
    """Offer two data sets as the tables "a" and "b", each in an order of its own.

    A side is anything that `--data` takes, such as `mnist` or `folder:photos`; of a folder the
    path alone will do. Each side keeps its labels and its own training and held-out split. The
    data set has classes where both sides have the same ones.

    One data set of pairs, such as `paired:maps`, is both sides: what belongs together is forgotten.

    Options that are none or auto are left to each side; others reach the sides that have them.

    Args:
        sides: the two, with a comma between them, or one data set of pairs.
        test: two more sides, all of whose images are held out, in place of each side's own split.
        held_out: fraction of a folder's images that is held out.
        channels: 1 reads folders as grey, 3 as colour.
        labels: how folders are labelled: auto, folders or none.
        root: folder of the downloaded data sets; `--data-dir` sets it.
        jitter: enlarge a folder's training images by this factor and crop them at random.
        mirror: mirror a folder's training images at random.
        max_pixels: of one file of a folder.

    Raises:
        ZooError: not two sides, one that is no data set, or two of different channels or sizes.
    """

    argument: ClassVar[str] = "sides"

    datasets: Datasets
    sides: Annotated[str, Source(several=True, bare=True)]
    size: tuple[int, int] | None = None
    test: Annotated[str, Source(several=True, bare=True)] = ""
    held_out: HeldOut | None = None
    channels: Channels = "auto"
    labels: LabelMode = "auto"
    root: Annotated[str | None, Place()] = None
    jitter: Factor | None = None
    mirror: bool | None = None
    max_pixels: MaxPixels | None = None

    def __post_init__(self) -> None:
        given = passed_on(
            size=self.size,
            held_out=0.0 if self.test else self.held_out,
            channels=self.channels,
            labels=self.labels,
            root=self.root,
            jitter=self.jitter,
            mirror=self.mirror,
            max_pixels=self.max_pixels,
        )
        pairs = _pairs(self.datasets, self.sides, given)
        self.names = (self.sides, self.sides) if pairs else _two(self.sides)
        self.opened = pairs or _opened(self.datasets, self.names, given)
        first, second = self.opened.values()
        self.image = first.image
        _check_alike(self.opened, self.names)
        if first.classes == second.classes:
            self.classes = first.classes
        self._held_out = self._test_sides(given) if self.test else {}

    @property
    def images(self) -> Mapping[str, ImageSpec]:
        """Return what the images of the tables "a" and "b" are."""
        return {side: data.image for side, data in self.opened.items()}

    @property
    def variations(self) -> Mapping[str, Variation]:
        """Return what training makes of each side; of "a" and "b" independently."""
        found = {side: data.variations.get("images") for side, data in self.opened.items()}
        return {side: vary for side, vary in found.items() if vary is not None}

    @property
    def files(self) -> Mapping[str, Path]:
        """Return name to file of the images of both sides, held-out ones among them."""
        held = {f"held out {side}": data for side, data in self._held_out.items()}
        return {
            f"{side}/{name}": file
            for side, data in {**self.opened, **held}.items()
            for name, file in data.files.items()
        }

    @property
    def unread(self) -> frozenset[str]:
        """Return the options of folders that vary images, where no folder is there."""
        return frozenset() if self.variations else frozenset({"jitter", "mirror"})

    def tables(self, split: Split) -> Mapping[str, Table]:
        """Return the tables of a split as "a" and "b"."""
        if split == "test" and self._held_out:
            return {side: data.tables("train")["images"] for side, data in self._held_out.items()}
        return {side: data.tables(split)["images"] for side, data in self.opened.items()}

    def summary(self) -> str:
        """Return one sentence with counts of both sides."""
        own = not self._held_out
        found = [f"{side}: {_described(data, own=own)}" for side, data in self._named]
        held = [len(table) for table in self.tables("test").values()] if self._held_out else []
        return "; ".join(found) + (f"; {held[0]:,} and {held[1]:,} held out" if held else "")

    def spare(self) -> int:
        """Return how many images each side holds out by their names alone."""
        return 0 if self.test else min(data.spare() for data in self.opened.values())

    def remarks(self) -> tuple[str, ...]:
        """Return what each side remarks."""
        return tuple(f"{side}: {text}" for side, data in self._named for text in data.remarks())

    @property
    def _named(self) -> list[tuple[str, Dataset]]:
        sides = zip(self.names, self.opened.items(), strict=True)
        return [(f"{side.upper()} ({name})", data) for name, (side, data) in sides]

    def _test_sides(self, given: Mapping[str, object]) -> dict[str, Dataset]:
        names = _two(self.test)
        own = {"channels": str(self.image.channels), "size": (self.image.height, self.image.width)}
        found = _opened(self.datasets, names, {**given, **own})
        for name, data in zip(names, found.values(), strict=True):
            if data.image != self.image:
                raise ZooError(
                    f"held-out images of {name!r} are {data.image}, and those to train on are "
                    f"{self.image}",
                    hint="`-o data.test=` takes sides like those to train on",
                )
        return found


def _described(data: Dataset, *, own: bool) -> str:
    """Return a side's own sentence, or only what it trains on where its own split is not used."""
    if own:
        return data.summary()
    return f"{len(data.tables('train')['images']):,} training images of {data.image}"


def _pairs(datasets: Datasets, text: str, options: Mapping[str, object]) -> dict[str, Dataset]:
    """Return the sides of one data set of pairs, such as `paired:maps`, or none."""
    if "," in text or ":" not in text:
        return {}
    return sides_of_pairs(datasets(text, **options))


def _two(text: str) -> tuple[str, str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    if len(names) == 2:
        return names[0], names[1]
    if len(names) == 1:
        raise ZooError(
            f"unpaired images have two sides, and {text!r} names one",
            hint=_published_form(Path(names[0])) or FORM,
        )
    raise ZooError(
        f"unpaired images have two sides, and {text!r} names {len(names)}",
        hint=f"{FORM}; a folder with a comma in its name can be renamed, or reached by a link"
        if names
        else FORM,
    )


def _published_form(folder: Path) -> str:
    """Return what to say instead of a folder that is laid out as the sets of CycleGAN are."""
    inside = [one.name for one in folder.iterdir() if one.is_dir()] if folder.is_dir() else []
    return unpaired_hint(str(folder), sides_of(inside))


def _opened(
    datasets: Datasets, names: tuple[str, str], options: Mapping[str, object]
) -> dict[str, Dataset]:
    found = {side: _side(datasets, name, options) for side, name in zip("ab", names, strict=True)}
    for name, data in zip(names, found.values(), strict=True):
        if set(data.images) != {"images"}:
            raise ZooError(
                f"{name!r} has {' and '.join(data.images)}, so it cannot be one side",
                hint="a side is a data set with one set of images, such as `folder:photos`",
            )
    return found


def _side(datasets: Datasets, name: str, options: Mapping[str, object]) -> Dataset:
    if ":" in name:
        return datasets(name, **options)
    is_folder = expanded(name).is_dir()
    try:
        return datasets(name, **options)
    except ZooError as error:
        if is_folder:
            return datasets(f"folder:{name}", **options)
        raise ZooError(
            f"a side of the unpaired images, {name!r}, is no folder; {error.message}",
            hint=f"{error.hint}; a path is relative to where the command runs",
        ) from error


def _check_alike(sides: Mapping[str, Dataset], names: tuple[str, str]) -> None:
    first, second = (data.image for data in sides.values())
    if first.channels != second.channels:
        raise ZooError(
            f"the two sides differ in channels: {names[0]!r} has {first.channels} and "
            f"{names[1]!r} has {second.channels}",
            hint="`-o data.channels=3` (or 1) reads folders as colour (or grey); "
            "other data sets have channels of their own",
        )
    if first != second:
        raise ZooError(
            f"the two sides differ in size: {names[0]!r} has {first.height}x{first.width} and "
            f"{names[1]!r} has {second.height}x{second.width} (height x width)",
            hint="`--size 64` or `--size 64x48` scales and crops both to one size",
        )

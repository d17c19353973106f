"""Training images of folders, enlarged, cropped at random and mirrored."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
from PIL import Image
from torch import Tensor

from zoo_core import compose
from zoo_core.data import MemoryTable
from zoo_core.data.folders.folder import Folder
from zoo_core.data.folders.paired import Paired
from zoo_core.data.tables.jitter import Jitter
from zoo_core.data.tables.sizes import scale_images
from zoo_core.draws import CounterDraws
from zoo_core.engine.feed import Feed
from zoo_core.interfaces import Batch, Rows, Table

CPU = torch.device("cpu")
SIDE = 8
BOTH = Jitter(factor=1.5, mirror=True)


class Given:
    """A stream whose integers are those that a test gives, by name."""

    def __init__(self, **integers: list[int]) -> None:
        self.integers_of = integers

    def child(self, name: str) -> Given:
        return Given(here=self.integers_of[name])

    def integers(self, high: int, count: int) -> Tensor:
        found = torch.tensor(self.integers_of["here"])
        assert len(found) == count
        assert found.max() < high
        return found


def noise(count: int, *, seed: int = 0, shape: tuple[int, int] = (SIDE, SIDE)) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(0, 256, (count, 3, *shape), dtype=torch.uint8, generator=generator)


def test_a_mirrored_row_has_left_and_right_exchanged() -> None:
    images = torch.tensor([[1, 2, 3], [4, 5, 6]], dtype=torch.uint8).view(1, 1, 2, 3)
    rng = Given(top=[0, 0], left=[0, 0], mirror=[0, 1])
    found = Jitter(mirror=True)(Rows(images.expand(2, -1, -1, -1)), rng).images
    assert found[:, 0].tolist() == [[[1, 2, 3], [4, 5, 6]], [[3, 2, 1], [6, 5, 4]]]


def test_256_pixels_become_286_of_which_256_are_kept_at_any_of_31_places() -> None:
    images = noise(2, shape=(256, 256))
    rng = Given(top=[0, 30], left=[30, 7], mirror=[0, 1])
    found = Jitter(factor=286 / 256, mirror=True)(Rows(images), rng).images
    large = scale_images(images, (286, 286))
    assert torch.equal(found[0], large[0, :, :256, 30:])
    assert torch.equal(found[1], large[1, :, 30:, 7:263].flip(-1))


def test_every_place_comes_up_and_half_of_the_rows_are_mirrored() -> None:
    image = torch.arange(4, dtype=torch.uint8).view(1, 1, 1, 4)
    found = Jitter(mirror=True)(Rows(image.expand(4000, -1, -1, -1)), CounterDraws(0, 0)).images
    mirrored = (found[:, 0, 0, 0] == 3).double().mean().item()
    assert mirrored == pytest.approx(0.5, abs=0.03)
    places = BOTH(Rows(noise(1).expand(2000, -1, -1, -1)), CounterDraws(0, 0)).images
    # 5 x 5 places, mirrored or not
    assert len(torch.unique(places.flatten(1), dim=0)) == 50


def test_an_image_and_its_source_are_cut_alike_and_keep_their_labels() -> None:
    images = noise(16)
    rows = Rows(images, torch.arange(16), images.clone())
    found = BOTH(rows, CounterDraws(0, 0))
    assert found.sources is not None
    assert torch.equal(found.images, found.sources)
    assert not torch.equal(found.images, images)
    assert found.labels is rows.labels


@pytest.fixture
def tables() -> dict[str, Table]:
    return {
        "a": MemoryTable(noise(20), None, noise(20, seed=1)),
        "b": MemoryTable(noise(20)),
    }


def feed(tables: Mapping[str, Table], *, seed: int = 0, rank: int = 0, world: int = 1) -> Feed:
    varied = dict.fromkeys(tables, BOTH)
    return Feed(tables, batch=8, seed=seed, device=CPU, rank=rank, world=world, variations=varied)


def same(one: Batch, other: Batch) -> bool:
    return torch.equal(one.images, other.images)


def test_a_batch_is_a_function_of_seed_and_number(tables: dict[str, Table]) -> None:
    first = feed(tables)
    there = [first.batch(number)["a"] for number in range(6)]
    assert same(feed(tables).batch(5)["a"], there[5])
    assert not same(feed(tables, seed=1).batch(5)["a"], there[5])


def test_an_image_is_cut_otherwise_in_the_next_epoch(tables: dict[str, Table]) -> None:
    one = {"a": MemoryTable(noise(1).expand(8, -1, -1, -1).contiguous())}
    fed = feed(one)
    assert not same(fed.batch(0)["a"], fed.batch(1)["a"])


def test_tables_are_cut_independently(tables: dict[str, Table]) -> None:
    alike = dict.fromkeys("ab", MemoryTable(noise(1).expand(8, -1, -1, -1).contiguous()))
    found = feed(alike).batch(0)
    assert not same(found["a"], found["b"])


@pytest.mark.parametrize("name", ["a", "b"])
def test_ranks_have_their_rows_of_the_one_batch(tables: dict[str, Table], name: str) -> None:
    whole = feed(tables).batch(3)[name]
    parts = [feed(tables, rank=rank, world=4).batch(3)[name] for rank in range(4)]
    assert torch.equal(torch.cat([part.images for part in parts]), whole.images)
    if whole.latents is not None:
        sources = [part.latents for part in parts if part.latents is not None]
        assert torch.equal(torch.cat(sources), whole.latents)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    for number, pixels in enumerate(noise(12, shape=(SIDE, 2 * SIDE))):
        Image.fromarray(pixels.permute(1, 2, 0).numpy()).save(tmp_path / f"{number:02}.png")
    return tmp_path


@pytest.mark.parametrize("memory_limit", [0, 100])
def test_files_are_varied_alike_in_memory_and_on_demand(photos: Path, memory_limit: int) -> None:
    data = Paired(path=str(photos), memory_limit=memory_limit, jitter=1.5, mirror=True)
    kept = Paired(path=str(photos), jitter=1.5, mirror=True)
    found, wanted = (
        Feed(one.tables("train"), batch=4, seed=0, device=CPU, variations=one.variations).batch(1)
        for one in (data, kept)
    )
    assert same(found["images"], wanted["images"])


def test_what_is_held_out_and_what_metrics_read_is_not_varied(photos: Path) -> None:
    plain = Folder(path=str(photos), held_out=0.3)
    varied = Folder(path=str(photos), held_out=0.3, jitter=1.5, mirror=True)
    for split in ("train", "test"):
        tables = [data.tables(split)["images"] for data in (plain, varied)]
        rows = [table.take(torch.arange(len(table))).images for table in tables]
        assert torch.equal(*rows)
    assert not plain.variations
    assert varied.variations == {"images": BOTH}


def test_a_summary_says_what_training_sees(photos: Path) -> None:
    told = Folder(path=str(photos), jitter=1.5, mirror=True).summary()
    assert told.endswith(
        "; in training enlarged by 1.5 and cropped at random and mirrored at random"
    )
    assert "in training" not in Folder(path=str(photos)).summary()


@pytest.mark.parametrize(
    ("data", "varied"),
    [
        ("unpaired:{0},{0}", {"a", "b"}),
        ("unpaired:folder:{0},mnist-like", {"a"}),
        ("few-labels:folder:{0}", {"images", "labelled"}),
    ],
)
def test_data_made_of_folders_hand_the_options_on(
    photos: Path, data: str, varied: set[str]
) -> None:
    text = data.format(photos).replace("mnist-like", "digits")
    if data.startswith("few"):
        for number, file in enumerate(sorted(photos.iterdir())):
            file.rename(photos.joinpath("ab"[number % 2]).with_suffix(f".{number}.png"))
        for name in "ab":
            (photos / name).mkdir()
            for file in photos.glob(f"{name}.*.png"):
                file.rename(photos / name / file.name)
    options = {"jitter": 1.5, "mirror": True}
    if "digits" in text:
        options["channels"] = "1"
    game = {"generator": "cyclegan"} if data.startswith("un") else {"generator": "vanilla"}
    if data.startswith("few"):
        options["count"] = 2
    run = {"size": "32"}
    found = compose({"data": text, **game}, {"data": options, "run": run}, recipe="none")
    assert dict(found.dataset.variations) == dict.fromkeys(sorted(varied), BOTH)


def test_a_wish_that_nothing_in_the_data_reads_is_not_recorded(photos: Path) -> None:
    def recorded(data: str, **options: object) -> tuple[object, object]:
        sections = {"data": options, "run": {"size": "32"}}
        config = compose({"generator": "cyclegan", "data": data}, sections, recipe="none").config()
        again = compose(config=config).config()
        assert again.options == config.options
        return config.value("data", "jitter"), config.value("data", "mirror")

    assert recorded("unpaired:digits,digits") == (None, None)
    assert recorded("unpaired:digits,digits", jitter=1.5) == (1.5, None)
    assert recorded(f"unpaired:{photos},{photos}") == (pytest.approx(286 / 256, abs=1e-3), True)

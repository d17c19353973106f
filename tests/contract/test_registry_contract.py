"""Every installed part keeps the contract, and a covering set of compositions trains."""

from __future__ import annotations

import subprocess
import sys
from itertools import product

import pytest

from zoo_core import Registry, ZooError, compose
from zoo_core.registry import Registered
from zoo_core.testing import check_composition, check_entry, covering

INSTALLED = Registry.from_installed(strict=True)
ROLES = {"generator": "generator", "critic": "discriminator", "loss": "loss", "sampler": "sampler"}
DIFFERENCES = "the loss reads differences of scores only, so a constant cancels"
MARGIN = "while all scores lie within the margin, a constant cancels"
EXEMPT = {
    "hinge": {"*critic*.bias": MARGIN},
    "wgan": {"*critic*.bias": DIFFERENCES},
    "wgan-gp": {"*critic*.bias": DIFFERENCES},
    "relativistic": {"*critic*.bias": DIFFERENCES},
    "relativistic-average": {"*critic*.bias": DIFFERENCES},
}
SMALL = {
    ("generator", "dcgan"): {"generator": {"width": 4}},
    ("critic", "dcgan"): {"critic": {"width": 4}},
}


def names(kind: str) -> list[str]:
    return [item.qualified for item in INSTALLED.entries(kind)]


def options_for(parts: dict[str, str]) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {"run": {"batch": 8, "size": "8", "latent_dim": 5}}
    for role, name in parts.items():
        found.update(SMALL.get((role, name.partition("/")[2]), {}))
    return found


def fits(row: tuple[str, ...]) -> bool:
    parts = dict(zip(ROLES, row, strict=True))
    try:
        compose(parts, options_for(parts), registry=INSTALLED, recipe="none")
    except ZooError:
        return False
    return True


COLUMNS = [names(kind) for kind in ROLES.values()]
COVERING = covering(COLUMNS, fits)


def train(row: tuple[str, ...]) -> None:
    parts = dict(zip(ROLES, row, strict=True))
    exempt = EXEMPT.get(parts["loss"].partition("/")[2])
    check_composition(parts, options_for(parts), registry=INSTALLED, exempt=exempt)


@pytest.mark.parametrize(
    "item", INSTALLED.entries(), ids=lambda item: f"{item.entry.kind}-{item.entry.name}"
)
def test_every_entry_loads_and_explains_its_options(item: Registered) -> None:
    check_entry(item)


def test_every_cell_of_classic_parts_fits() -> None:
    assert all(fits(row) for row in product(*COLUMNS))


@pytest.mark.parametrize(
    "row", COVERING, ids=lambda row: "-".join(x.partition("/")[2] for x in row)
)
def test_a_covering_set_of_compositions_trains(row: tuple[str, ...]) -> None:
    train(row)


@pytest.mark.parametrize("penalty", names("penalty"))
def test_every_penalty_trains_with_a_loss_it_was_not_written_for(penalty: str) -> None:
    parts = {"generator": "dcgan", "critic": "dcgan", "loss": "minimax", "penalty": penalty}
    check_composition(parts, options_for(parts), registry=INSTALLED)


@pytest.mark.slow
@pytest.mark.parametrize(
    "row", list(product(*COLUMNS)), ids=lambda row: "-".join(x.partition("/")[2] for x in row)
)
def test_every_composition_that_fits_trains(row: tuple[str, ...]) -> None:
    if not fits(row):
        pytest.skip("these parts do not fit, and say why")
    train(row)


def test_parts_of_a_stranger_keep_the_contract(registry: Registry) -> None:
    check_composition(
        {
            "generator": "tiny",
            "game": "together",
            "loss": "squares",
            "penalty": "slow",
            "constraint": "small",
            "sampler": "learned-scale",
        },
        size="8",
        registry=registry,
    )


def test_a_part_that_does_not_learn_is_found(registry: Registry) -> None:
    with pytest.raises(AssertionError, match="did not move in 5 steps"):
        check_composition({"generator": "tiny"}, {"critic": {"lr": 0}}, size="8", registry=registry)


def test_listing_entries_imports_no_torch() -> None:
    code = (
        "import sys; from zoo_core import Registry; r = Registry.from_installed(); "
        "assert r.entries(); heavy = {'torch', 'torchvision', 'numpy', 'PIL'} & set(sys.modules); "
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

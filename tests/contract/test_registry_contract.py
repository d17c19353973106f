"""Every installed part keeps the contract, and compositions of all parts train.

A cell is a generator, a critic, a loss and a condition. By default a set of cells is trained in
which every two parts that fit stand together; `make test-all` trains every cell that fits.
"""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from itertools import product

import pytest
import torch

from zoo_cli.matrix.cells import Parts, matrix_of
from zoo_core import Registry, ZooError, compose
from zoo_core.composition import Composition
from zoo_core.registry.first_party import FIRST_PARTY
from zoo_core.registry.lookup import Registered
from zoo_core.testing import check_composition, check_entry, check_weights, covering, engine_of
from zoo_core.testing.pairwise import Row, pairs_of
from zoo_core.weights.shipped import hub_text

INSTALLED = Registry.from_installed(strict=True)
MATRIX = matrix_of(INSTALLED, options={"run": {"batch": 8, "size": "8", "latent_dim": 5}})
SAMPLERS = tuple(item.qualified for item in INSTALLED.entries("sampler"))
NAMES = {**MATRIX.axes, "sampler": SAMPLERS}
COLUMNS = tuple(NAMES.values())
SMALLEST_TABLE = {"generator": 8, "critic": 6, "loss": 10, "condition": 4}

NARROW = {"width": 4}
SMALL: dict[tuple[str, str], dict[str, object]] = {
    ("generator", "dcgan"): NARROW,
    ("generator", "dcgan-resize"): NARROW,
    ("generator", "dcgan-subpixel"): NARROW,
    ("generator", "cyclegan"): {**NARROW, "blocks": 1},
    ("generator", "pix2pix"): NARROW,
    ("critic", "dcgan"): NARROW,
    ("critic", "patchgan"): NARROW,
    ("critic", "pixelgan"): NARROW,
    ("sampler", "gumbel-softmax"): {"categories": 5},
}
"""Options for nets that are wide by themselves; all take 8x8 pixels."""

DIFFERENCES = "the loss reads differences of scores only, so a constant cancels"
MARGIN = "while all scores lie within the margin, a constant cancels"
EXEMPT = {
    "hinge": {"*critic*.bias": MARGIN},
    "wgan": {"*critic*.bias": DIFFERENCES},
    "wgan-gp": {"*critic*.bias": DIFFERENCES},
    "relativistic": {"*critic*.bias": DIFFERENCES},
    "relativistic-average": {"*critic*.bias": DIFFERENCES},
}
"""Loss to patterns of parameter names that need not move, with the reason."""

STEPS = 2
TRIES = 12
"""Cells to try before two parts are taken for a pair that never fits."""


def options_for(parts: Parts) -> dict[str, dict[str, object]]:
    """Return the options of a cell: everything small."""
    found: dict[str, dict[str, object]] = {name: dict(v) for name, v in MATRIX.options.items()}
    for role, name in parts.items():
        bare = str(name).rpartition("/")[2]
        if (role, bare) in SMALL:
            found[role] = SMALL[role, bare]
    return found


def parts_of(cell: Row) -> dict[str, str | tuple[str, ...]]:
    """Return the parts of a cell, or of a row of the covering set, by role."""
    parts = dict(zip(NAMES, cell, strict=False))
    if cell[0] not in MATRIX.translators:
        return {**parts, **MATRIX.same}
    # games that translate draw no latents
    return {**parts, **MATRIX.translating, "sampler": "none"}


def composed(cell: Row) -> Composition:
    parts = parts_of(cell)
    return compose(parts, options_for(parts), registry=INSTALLED, recipe="none")


@cache
def alike(role: str, name: str) -> str:
    """Return the first part that composes as this one does: same defaults, same demands.

    Only a shortcut, so that the covering set is found within a second; what it finds is compared
    with all cells below.
    """
    if role not in ("loss", "sampler"):
        return name

    def demands(name: str) -> tuple[object, ...]:
        entry = INSTALLED.find(role, name).entry
        return (repr(entry.defaults), getattr(entry.load(), "needs_single_score", False))

    return next(other for other in NAMES[role] if demands(other) == demands(name))


@cache
def refusal(row: Row) -> ZooError | None:
    """Return why a cell does not fit; whatever else is raised is a bug."""
    try:
        composed(row)
    except ZooError as error:
        return error
    return None


def fits(row: Row) -> bool:
    return not refusal(tuple(alike(role, name) for role, name in zip(NAMES, row, strict=True)))


COVERING = covering(COLUMNS, fits, patience=TRIES)


def title(cell: Row) -> str:
    return "-".join(name.rpartition("/")[2] for name in cell)


def moved_players(composition: Composition) -> None:
    """Train a few steps: all finite, and every player has moved."""
    engine = engine_of(composition, device="cpu")
    before = {name: p.detach().clone() for name, p in engine.game.named_parameters()}
    names = {parameter: name for name, parameter in engine.game.named_parameters()}
    for _ in range(STEPS):
        engine.step()
    for name, player in engine.game.players().items():
        own = {p for module in player.modules for p in module.parameters() if p.requires_grad}
        assert all(bool(torch.isfinite(p).all()) for p in own), f"{name} is not finite"
        assert any(not torch.equal(p, before[names[p]]) for p in own), f"{name} did not move"


@pytest.mark.parametrize(
    "item", INSTALLED.entries(), ids=lambda item: f"{item.entry.kind}-{item.entry.name}"
)
def test_every_entry_loads_and_explains_its_options(item: Registered) -> None:
    check_entry(item)


@pytest.mark.parametrize(
    "item",
    [item for item in INSTALLED.entries("weights") if not hub_text(item.entry)],
    ids=lambda item: str(item.entry.name),
)
def test_weights_in_a_wheel_load_and_draw(item: Registered) -> None:
    check_weights(item, INSTALLED)


def test_the_table_is_as_large_as_it_should_be() -> None:
    missing = FIRST_PARTY.keys() - {plugin.source.distribution for plugin in INSTALLED.plugins}
    if missing:
        pytest.skip(f"not installed: {', '.join(sorted(missing))}")
    sizes = {role: len(names) for role, names in MATRIX.axes.items()}
    assert all(sizes[role] >= least for role, least in SMALLEST_TABLE.items()), sizes


@pytest.mark.parametrize("generator", MATRIX.axes["generator"])
def test_every_cell_fits_or_says_why_not_and_all_pairs_are_covered(generator: str) -> None:
    covered = set().union(*map(pairs_of, COVERING))
    _, *others = MATRIX.axes.values()
    for cell in product([generator], *others):
        error = refusal(cell)
        if error is None:
            for sampler in SAMPLERS:
                assert pairs_of((*cell, sampler)) <= covered, cell
        else:
            assert error.message, cell
            assert error.hint, error.message


def test_every_part_is_in_a_cell_that_fits() -> None:
    for position, names in enumerate(COLUMNS):
        assert {row[position] for row in COVERING} == set(names)


@pytest.mark.parametrize("row", COVERING, ids=title)
def test_a_covering_set_of_compositions_trains(row: Row) -> None:
    parts = parts_of(row)
    exempt = EXEMPT.get(row[2].rpartition("/")[2])
    check_composition(parts, options_for(parts), registry=INSTALLED, exempt=exempt)


@pytest.mark.parametrize("penalty", [item.qualified for item in INSTALLED.entries("penalty")])
def test_every_penalty_trains_with_a_loss_it_was_not_written_for(penalty: str) -> None:
    parts = {"generator": "dcgan", "critic": "dcgan", "loss": "minimax", "penalty": penalty}
    check_composition(parts, options_for(parts), registry=INSTALLED)


@pytest.mark.slow
@pytest.mark.parametrize(
    "cell",
    list(product(*(MATRIX.axes[role] for role in ("generator", "critic", "condition")))),
    ids=title,
)
def test_every_cell_that_fits_trains(cell: Row) -> None:
    """With every loss; those that do not fit are looked at above."""
    generator, critic, condition = cell
    trained = 0
    for loss in MATRIX.axes["loss"]:
        row = (generator, critic, loss, condition)
        if not refusal(row):
            try:
                moved_players(composed(row))
            except Exception as error:
                error.add_note(f"in the cell {title(row)}")
                raise
            trained += 1
    if not trained:
        pytest.skip("these parts do not fit with any loss, and say why")


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

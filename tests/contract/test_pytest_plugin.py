"""`pytest --zoo PLUGIN`: what it tries, what it says, and that it disturbs no other session."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from zoo_core import Entry, Registry
from zoo_core.testing.attempt import attempt
from zoo_core.testing.cases import Trial, trials_of, with_partners
from zoo_core.testing.promises import NotTriedError, PromiseError
from zoo_core.testing.subject import look

HEAD = """
import random
import torch
from torch import nn
from zoo_core import Entry, hookimpl
from zoo_core.spec import ImageSpec
from zoo_core.interfaces import *

@hookimpl
def zoo_entries():
    return [Entry({kind!r}, "odd", f"{{__name__}}:Odd", "Odd.", **{more!r})]

"""
GENERATOR = '''
class Odd(Generator):
    """Odd."""
    def __init__(self, *, image: ImageSpec, latent_dim: int):
        super().__init__()
        self.image, self.layer = image, nn.Linear(latent_dim, image.numel)
        self.idle = nn.Parameter(torch.ones(1))
    def forward(self, latents, labels=None):
        return RETURN
'''
PICTURES = "self.layer(latents).tanh().view(-1, *self.image.shape)"
LOSS = '''
class Odd(Loss):
    """Odd."""
    def critic(self, real, fake):
        return Terms({"all": fake.logits.mean() - real.logits.mean()})
    def generator(self, fake, real):
        RETURN
'''
ENCODER = '''
class Odd(Encoder):
    """Odd."""
    def __init__(self, *, image: ImageSpec):
        super().__init__()
    def forward(self, images):
        return images.flatten(1)
'''
DATA = '''
class Odd(Dataset):
    """Odd."""
    classes = ("a", "b")
    def __init__(self, *, size: tuple[int, int] | None = None):
        self.image = ImageSpec(1, *(size or (8, 8)))
    def tables(self, split):
        return {"images": Rowed()}

class Rowed:
    def __len__(self):
        return 20
    def to(self, device):
        return self
    def take(self, indices):
        images = (indices.view(-1, 1, 1, 1) + torch.zeros(1, 1, 8, 8)).to(torch.uint8)
        return Rows(images, LABELS)
'''


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which the pytest plugin is known, as an installed core makes it."""
    folder = tmp_path_factory.mktemp("site")
    info = folder / "the_checks-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: the-checks\nVersion: 0.1.0\n")
    (info / "entry_points.txt").write_text("[pytest11]\ngan_zoo = zoo_core.testing.pytest_plugin\n")
    return folder


def session(
    site: Path, cwd: Path, *words: str, python: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join(filter(None, (str(site), os.environ.get("PYTHONPATH"))))
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": path}
    return subprocess.run(
        [sys.executable, *python, "-m", "pytest", "-p", "no:cacheprovider", *words],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def odd(folder: Path, kind: str, code: str, **more: object) -> Path:
    """Write a plugin of one odd part."""
    file = folder / f"odd_{len(list(folder.parent.iterdir()))}_{kind}_{os.urandom(4).hex()}.py"
    file.write_text(HEAD.format(kind=kind, more=more) + code)
    return file


def tried(file: Path) -> dict[str, str]:
    """Return what the trials of a file say, by title; nothing where all is well."""
    plugin, found = look(file.name, file), {}
    for trial in plugin.trials:
        try:
            attempt(trial, plugin.registry)
        except (PromiseError, NotTriedError) as error:
            found[trial.title] = str(error)
    sys.modules.pop(file.stem, None)
    return found


def test_a_file_is_checked_in_one_line(site: Path, stranger: Path, tmp_path: Path) -> None:
    (tmp_path / "test_other.py").write_text("def test_nothing(): assert False")
    done = session(site, tmp_path, "-W", "error", "-v", "--zoo", str(stranger), "-k", "loss")
    assert done.returncode == 0, done.stdout
    assert f"{stranger.name}::loss squares entry PASSED" in done.stdout
    assert f"{stranger.name}::loss squares training with tiny PASSED" in done.stdout
    assert "test_other" not in done.stdout


def test_the_setting_adds_the_checks_to_the_tests(site: Path, tmp_path: Path) -> None:
    odd(tmp_path, "loss", LOSS.replace("RETURN", 'return Terms({"fake": -fake.logits.mean()})'))
    (file,) = tmp_path.glob("odd_*.py")
    (tmp_path / "pytest.ini").write_text(
        f"[pytest]\nzoo = {file.name}\naddopts = --strict-config\n"
    )
    (tmp_path / "test_other.py").write_text("def test_other(): pass")
    done = session(site, tmp_path, "-n", "2", "-W", "error")
    assert "4 passed" in done.stdout, done.stdout + done.stderr


def test_a_session_that_does_not_ask_imports_nothing(site: Path, tmp_path: Path) -> None:
    (tmp_path / "test_other.py").write_text(
        "import sys\n"
        "def test_light(request):\n"
        "    assert request.config.pluginmanager.has_plugin('gan_zoo')\n"
        "    assert not {'torch', 'numpy', 'zoo_core.testing.cases'} & set(sys.modules)\n"
    )
    done = session(site, tmp_path, "-W", "error", "-q", python=("-W", "error"))
    assert done.returncode == 0, done.stdout
    without = session(site, tmp_path, "-p", "no:gan_zoo", "-p", "no:terminal")
    assert without.returncode == 1


def test_an_unknown_plugin_is_an_error_with_the_nearest(site: Path, tmp_path: Path) -> None:
    done = session(site, tmp_path, "-q", "--zoo", "zoo-plugin-dcgam", "--zoo", "./nowhere.py")
    assert done.returncode == 2
    assert "no plugin of the distribution 'zoo-plugin-dcgam' is installed" in done.stdout
    assert "did you mean 'zoo-plugin-dcgan'?" in done.stdout
    assert "no plugin file" in done.stdout
    assert "Traceback" not in done.stdout
    assert "passed" not in done.stdout


def test_a_failure_is_a_few_lines(site: Path, tmp_path: Path) -> None:
    file = odd(tmp_path, "loss", LOSS.replace("RETURN", "return fake.nonsense"))
    done = session(site, tmp_path, "--zoo", file.name, "-k", "training")
    assert done.returncode == 1
    shown = done.stdout.partition("loss odd training with tiny ____")[2].partition("=====")[0]
    assert [line.partition(": ")[0] for line in shown.strip("_\n").splitlines()] == [
        "came out",
        "promised",
        "tried",
        "at",
    ]
    assert "AttributeError: 'Scores' object has no attribute 'nonsense'" in shown
    assert f"{file.name}:19 in generator: return fake.nonsense" in shown
    whole = session(site, tmp_path, "--zoo", file.name, "-k", "training", "--full-trace")
    assert "zoo_core" in whole.stdout
    assert "def generator" in whole.stdout


def test_the_trials_of_a_plugin_are_its_entries_beside_partners(registry: Registry) -> None:
    titles = [trial.title for trial in trials_of(registry, "a-strangers-parts")]
    assert titles == sorted(set(titles), key=titles.index)
    assert "generator tiny training with non-saturating" in titles
    assert "generator tiny training with squares" in titles
    assert "discriminator tiny training with minimax" in titles
    for part in ("constraint small", "game together", "penalty slow", "sampler learned-scale"):
        assert f"{part} training with tiny" in titles
        assert f"{part} training with own tiny" in titles


def test_a_stranger_who_keeps_the_contract_passes_but_for_missing_explanations(
    stranger: Path,
) -> None:
    plugin = look(stranger.name, stranger)
    plugin.check_loads()
    assert plugin.modules == ()
    failed = {}
    for trial in plugin.trials:
        try:
            attempt(trial, plugin.registry)
        except PromiseError as error:
            failed[trial.title] = error.found
    assert set(failed) == {"discriminator tiny entry", "generator tiny entry", "penalty slow entry"}
    assert "the docstring's Args do not explain 'drop'" in failed["generator tiny entry"]


@pytest.mark.parametrize(
    ("kind", "code", "titles", "words"),
    [
        (
            "generator",
            GENERATOR.replace("RETURN", f"2 * {PICTURES}"),
            "training",
            "pictures reach 1.",
        ),
        (
            "generator",
            GENERATOR.replace("RETURN", f"{PICTURES} * random.random() * self.idle.tanh()"),
            "training",
            "the same seed gives other pictures",
        ),
        ("generator", GENERATOR.replace("RETURN", PICTURES), "training", "idle did not move"),
        (
            "generator",
            GENERATOR.replace("RETURN", f"{PICTURES}[:, :, 1:]"),
            "training",
            "makes images of shape",
        ),
        (
            "loss",
            LOSS.replace("RETURN", 'return Terms({"fake": fake.logits.mean() * float("nan")})'),
            "training",
            "is not finite",
        ),
        ("dataset", DATA.replace("LABELS", "None"), "data", "its rows have no labels"),
        (
            "dataset",
            DATA.replace("LABELS", "indices"),
            "data",
            "labels from 0 to 3 with 2 classes",
        ),
        (
            "dataset",
            DATA.replace("LABELS", "indices % 2"),
            "data",
            "20 of 20 held-out images of 'images' are training images too",
        ),
        (
            "encoder",
            ENCODER,
            "encoder",
            "(3, 256) where (3, 12) is needed",
        ),
        ("recipe", "Odd = 3\n", "recipe", "is int, not a Recipe"),
    ],
    ids=[
        "range",
        "seed",
        "idle",
        "shape",
        "nan",
        "unlabelled",
        "labels",
        "splits",
        "encoder",
        "recipe",
    ],
)
def test_a_promise_that_is_not_kept_is_found(
    tmp_path: Path, kind: str, code: str, titles: str, words: str
) -> None:
    failed = tried(odd(tmp_path, kind, code))
    assert [title for title in failed if titles in title.split()], failed
    assert all(words in text for title, text in failed.items() if titles in title.split()), failed


def test_what_needs_something_that_is_not_there_is_passed_over(tmp_path: Path) -> None:
    file = odd(tmp_path, "recipe", "Odd = 3\n", tags=("needs:much",))
    assert tried(file)["recipe odd recipe"].endswith("is int, not a Recipe")
    assert "promised" not in tried(file)["recipe odd recipe"]


def test_a_parameter_can_be_exempt(tmp_path: Path) -> None:
    file = odd(tmp_path, "generator", GENERATOR.replace("RETURN", PICTURES))
    plugin = look(file.name, file)
    trials = [trial for trial in plugin.trials if trial.what == "training"]
    attempt(trials[0], plugin.registry, exempt=["*.idle"])
    with pytest.raises(PromiseError, match="idle did not move"):
        attempt(trials[0], plugin.registry)


def test_a_plugin_that_imports_torch_to_be_listed_is_found() -> None:
    plugin = look("zoo-plugin-dcgan")
    plugin.check_light()
    heavy = type(plugin)(plugin.source, plugin.registry, ("zoo_core.interfaces",), ())
    with pytest.raises(PromiseError, match=r"listing imports torch: zoo_core\.interfaces"):
        heavy.check_light()


def test_a_part_that_cannot_be_registered_is_told(tmp_path: Path) -> None:
    file = odd(tmp_path, "loss", LOSS, contract=9)
    plugin = look("zoo-plugin-dcgan")
    plugin.check_loads()
    registry = Registry(strict=False)
    registry.register(_module(file), name="odd")
    with pytest.raises(PromiseError, match="plugin contract 9") as caught:
        type(plugin)("odd", registry, (), ()).check_loads()
    assert "`pip install --upgrade gan-zoo`" in caught.value.found


def _module(file: Path) -> object:
    from zoo_core.registry.discovery import source_of_file

    return source_of_file(file).load()


def test_the_global_generator_is_as_before() -> None:
    import torch

    registry = with_partners(Registry.from_installed(strict=True))
    item = registry.find("loss", "gan-zoo/minimax")
    (trial,) = [t for t in trials_of(registry, "gan-zoo") if t.item == item and t.candidates]
    before = torch.random.get_rng_state()
    attempt(trial, registry)
    assert torch.equal(torch.random.get_rng_state(), before)


def test_a_weights_entry_has_no_object_to_load() -> None:
    registry = with_partners(Registry(strict=True))
    registry.add(Entry("weights", "big.digits-8", "hf://a/b", "Trained."), source="mine")
    attempt(Trial(registry.entries("weights")[0], "entry"), registry)


def test_weights_on_the_hub_are_not_downloaded_to_be_tried() -> None:
    registry = with_partners(Registry(strict=True))
    registry.add(Entry("weights", "big.digits-8", "hf://a/b", "Trained."), source="mine")
    with pytest.raises(NotTriedError, match="on the Hub"):
        attempt(Trial(registry.entries("weights")[0], "weights"), registry)

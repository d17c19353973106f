"""The card of weights on the Hub: what they are, how to use them, and what was measured.

What a configuration says is somebody's text: it is shown, and never read as Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from huggingface_hub import EvalResult, ModelCard, ModelCardData

from zoo_core.errors import ZooError
from zoo_core.registry.first_party import FIRST_PARTY
from zoo_core.registry.kinds import ARGUED, MEASURING, ROLES
from zoo_core.registry.lookup import CORE, Registry
from zoo_core.weights.bundle.bundle import SAMPLES
from zoo_core.weights.bundle.config import BundleConfig
from zoo_core.weights.publication.card_scores import distinct_scores, results_of, scores_text
from zoo_core.weights.publication.markdown import block, code, escaped, paper_link, table

LIBRARY = "gan-zoo"
_DISTRIBUTION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,100}")


def card(config: BundleConfig, name: str, *, registry: Registry | None = None) -> str:
    """Return the card of a bundle, front matter and text.

    Args:
        config: of the bundle.
        name: under which the weights are loaded, such as `ada/digits`.
        registry: where papers of parts are looked up; all installed plugins by default.
    """
    registry = registry or Registry.from_installed()
    pieces = [
        f"# {_title(config)}",
        f"![Samples]({SAMPLES})" if SAMPLES in config.sha256 else "",
        _summary(config),
        "## Use",
        _use(config, name),
        "## Scores",
        scores_text(config.scores),
        "## Training",
        _training(config),
        "## Parts",
        _parts(config, registry),
        "## Limits",
        _limits(config),
    ]
    body = "\n\n".join(piece for piece in pieces if piece) + "\n"
    data = ModelCardData(**_front(config, name, registry))
    return str(ModelCard(f"---\n{data.to_yaml()}\n---\n\n{body}"))


def translates(config: BundleConfig) -> bool:
    """Return whether the weights are of a game that turns images into images."""
    task = config.composition.task
    return task is not None and (task.source is not None or len(task.images) > 1)


def part_name(config: BundleConfig, role: str) -> str:
    """Return the bare name of the part in a role, or an empty string."""
    return ", ".join(map(_bare, config.composition.names(role)))


def _front(config: BundleConfig, name: str, registry: Registry) -> dict[str, Any]:
    task = "image-to-image" if translates(config) else "unconditional-image-generation"
    data = part_name(config, "data")
    tags = ["gan", part_name(config, "generator"), part_name(config, "loss")]
    tags += ["conditional"] if part_name(config, "condition") else []
    front: dict[str, Any] = {
        "library_name": LIBRARY,
        "pipeline_tag": task,
        "tags": list(dict.fromkeys(tag for tag in tags if tag)),
        "license": config.licence or None,
        "datasets": _published(config, registry),
    }
    results = results_of(config.scores, task, data or "data")
    if results:
        front["model_name"] = name
        front["eval_results"] = [EvalResult(**result) for result in results]
    return front


def _published(config: BundleConfig, registry: Registry) -> list[str] | None:
    """Return the data set by its name; none where a user names what it shows, perhaps a folder."""
    names = config.composition.names("data")
    if not names:
        return None
    found = names[0].partition(":")[0]
    try:
        target = registry.find(ROLES["data"].name, found).entry.load()
    except ZooError:
        return [_bare(found)]
    return None if target.argument else [_bare(found)]


def _title(config: BundleConfig) -> str:
    made = f"{part_name(config, 'generator')} with {part_name(config, 'loss')}"
    return escaped(f"{made} on {part_name(config, 'data')}")


def _summary(config: BundleConfig) -> str:
    task = config.composition.task
    sizes = sorted({str(image) for image in task.images.values()}) if task else []
    kind = "Translates images" if translates(config) else "Draws images"
    shown = f"{kind} of {' and '.join(sizes)} (channels x height x width)" if sizes else kind
    step = f", after {config.step:,} steps" if config.step is not None else ""
    weights = (
        "the moving average of the weights"
        if config.weights == "average"
        else "the weights themselves"
    )
    return escaped(f"{shown}{step}. These are {weights}, in {config.dtype}.")


def _use(config: BundleConfig, name: str) -> str:
    sources = [each for each in config.distributions if _DISTRIBUTION.fullmatch(each)]
    strange = [each for each in sources if each != CORE and each not in FIRST_PARTY]
    install = block([f"pip install {' '.join(sorted(sources, key=lambda each: each != CORE))}"])
    call = "model.translate(images)" if translates(config) else "model.sample(16, seed=0)"
    python = block(
        ["import zoo_core", f"model = zoo_core.load({name!r})", f"images = {call}"], "python"
    )
    command = "translate" if translates(config) else "sample"
    more = f"On a command line, `zoo {command}` takes {code(name)}. Nothing in these files is run."
    warning = (
        f"{', '.join(map(code, strange))}: a plugin that is not part of GAN Zoo. A plugin is "
        "code, so read it before you install it."
        if strange
        else ""
    )
    return "\n\n".join(piece for piece in (install, warning, python, more) if piece)


def _training(config: BundleConfig) -> str:
    found = config.training
    lines = []
    if found.command:
        lines += ["This repeats the training:", block([found.command])]
    facts = [
        f"{value:,.0f} {what}"
        for what, value in (("images", found.images), ("seconds", found.seconds))
        if value is not None
    ]
    if facts:
        lines.append(escaped(f"It saw {' in '.join(facts)}."))
    if config.origin:
        origin = ", ".join(f"{key}: {value}" for key, value in config.origin.items())
        lines.append("Imported, not trained with GAN Zoo: " + escaped(origin))
    if config.state:
        lines.append("`zoo train --resume` goes on with it: the state of the training is here.")
    return "\n\n".join(lines) or "Nothing is known of it."


def _parts(config: BundleConfig, registry: Registry) -> str:
    rows = []
    for role in (role for role in ROLES if role not in MEASURING):
        for name in config.composition.names(role):
            qualified = name.partition(":")[0] if role in ARGUED else name
            rows.append([role, code(qualified), _paper(registry, role, qualified)])
    return table(("role", "part", "paper"), rows)


def _paper(registry: Registry, role: str, name: str) -> str:
    try:
        paper = registry.find(ROLES[role].name, name).entry.paper
    except ZooError:
        return ""
    return paper_link(paper) if paper else ""


def _limits(config: BundleConfig) -> str:
    classes = config.composition.task.classes if config.composition.task else ()
    lines = [
        "It makes what its data shows, with what its data lacks or has too much of.",
        "Samples can come close to single training images.",
    ]
    if part_name(config, "condition") and classes:
        lines.append(f"It knows {len(classes):,} labels: {_few(classes)}.")
    if not distinct_scores(config.scores):
        lines.append("Nobody has measured how good it is, or nobody said so.")
    if config.dtype == "float16":
        lines.append("Its weights are rounded to 16 bits: images differ a little from the run's.")
    if not config.licence:
        lines.append("No licence is named, so nobody may redistribute it: ask its owner.")
    return "\n".join(f"- {escaped(line)}" for line in lines)


def _few(names: Sequence[str], most: int = 12) -> str:
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most:,} more"


def _bare(name: str) -> str:
    """Return a part's name without its distribution, and data without its argument."""
    return name.partition(":")[0].rpartition("/")[2]

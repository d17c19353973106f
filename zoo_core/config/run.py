"""The options of a run and of a player, with the engine's defaults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from zoo_core.config.options import Between, Bookkeeping, Resumable
from zoo_core.errors import ZooError

MAX_STEPS = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """What a whole run is told.

    Args:
        steps: rounds of the game; a round has one move of the generator.
        batch: images per move, over all devices.
        microbatch: images of a batch that are played at once, to save memory; all by default.
        size: height x width in pixels; the data's own size if none.
        latent_dim: length of a latent vector.
        critic_steps: critic's moves per generator's move.
        seed: of weights, data order, latents and everything else that is random.
        device: where to train.
        precision: inside the nets; images and scores are always float32.
        layout: memory format of images and convolutions.
        deterministic: refuse operations that are not reproducible on the device.
        max_minutes: stop, with a checkpoint, after so much training.
        log_every: steps between log points.
        sample_every: steps between pictures; 0 for none but the last.
        checkpoint_every: steps between checkpoints; 0 for none but the last.
        keep: how many checkpoints stay.
        keep_best: a score, such as fid, whose best checkpoint stays too.
        eval_every: steps between evaluations; where metrics are asked for and this is 0, as often
            as checkpoints.
        eval_count: samples of an evaluation.
        stop_on: plateau=SCORE:N ends the run after N evaluations without a better score.
        monitor: watch the run's health.
        on_collapse: what follows when the samples lose their diversity: a remark, the end of the
            run, or back to the best checkpoint with another stream of random numbers.
        track: trackers that get the log too, such as tensorboard or wandb.
        push_to: a repository on the Hub, such as ada/digits, that gets the run's weights.
        push_every: steps between pushes, each with the next checkpoint; 0 for one at the end.
        push_private: make the repository so that only its owner sees it.
        push_state: push what `--resume` needs too.
        ema_images: half-life of the generator's moving average, in images; 0 for no average.
        ema_warmup: the half-life is at most this share of the images seen so far.
    """

    steps: Annotated[int, Between(1, MAX_STEPS), Resumable()] = 5000
    batch: Annotated[int, Between(1, 65536)] = 64
    microbatch: Annotated[int | None, Between(1, 65536)] = None
    size: str | int | None = None
    latent_dim: Annotated[int, Between(1, 65536)] = 100
    critic_steps: Annotated[int, Between(1, 100)] = 1
    seed: Annotated[int, Between(0, 2**53), Bookkeeping()] = 0
    device: Annotated[Literal["auto", "cpu", "cuda", "mps"], Bookkeeping(), Resumable()] = "auto"
    precision: Annotated[Literal["auto", "float32", "bfloat16"], Bookkeeping()] = "auto"
    layout: Annotated[Literal["auto", "channels-first", "channels-last"], Bookkeeping()] = "auto"
    deterministic: Annotated[bool, Bookkeeping(), Resumable()] = False
    max_minutes: Annotated[float | None, Between(0, 1e6), Bookkeeping(), Resumable()] = None
    log_every: Annotated[int, Between(1, MAX_STEPS), Bookkeeping()] = 50
    sample_every: Annotated[int, Between(0, MAX_STEPS), Bookkeeping()] = 500
    checkpoint_every: Annotated[int, Between(0, MAX_STEPS), Bookkeeping()] = 500
    keep: Annotated[int, Between(1, 10000), Bookkeeping(), Resumable()] = 3
    keep_best: Annotated[str | None, Bookkeeping()] = None
    eval_every: Annotated[int, Between(0, MAX_STEPS), Bookkeeping()] = 0
    eval_count: Annotated[int, Between(2, 1_000_000), Bookkeeping()] = 2000
    stop_on: Annotated[str | None, Bookkeeping(), Resumable()] = None
    monitor: Annotated[bool, Bookkeeping(), Resumable()] = True
    on_collapse: Annotated[Literal["warn", "stop", "rollback"], Bookkeeping(), Resumable()] = "warn"
    track: Annotated[tuple[str, ...], Bookkeeping(), Resumable()] = ()
    push_to: Annotated[str | None, Bookkeeping(), Resumable()] = None
    push_every: Annotated[int, Between(0, MAX_STEPS), Bookkeeping(), Resumable()] = 0
    push_private: Annotated[bool, Bookkeeping(), Resumable()] = False
    push_state: Annotated[bool, Bookkeeping(), Resumable()] = False
    ema_images: Annotated[float, Between(0, 1e9)] = 5000.0
    ema_warmup: Annotated[float, Between(0, 1)] = 0.05


KEPT = frozenset({"root", "download", "memory_limit", "max_pixels"})
"""Options by which data sets say where and how their files are kept; the images are the same."""


def parts_of_batch(run: RunOptions, *, devices: int = 1) -> int:
    """Return in how many parts each of so many devices plays its batch.

    Raises:
        ZooError: parts that do not divide it.
    """
    local = run.batch // devices
    part = run.microbatch or local
    if local % part:
        among = f" on each of {devices} devices" if devices > 1 else ""
        fitting = max(size for size in range(1, min(local, part) + 1) if local % size == 0)
        raise ZooError(
            f"parts of {part} images do not divide a batch of {local}{among}",
            hint=f"`--microbatch {fitting}`",
        )
    return local // part


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerOptions:
    """What one player's optimiser is told.

    Args:
        optimizer: the update rule.
        lr: learning rate at its highest.
        betas: Adam's decay rates.
        alpha: RMSprop's decay rate.
        momentum: of SGD and RMSprop.
        weight_decay: L2 penalty, decoupled in adamw.
        clip_norm: largest norm of a player's gradient; 0 for no limit.
        schedule: of the learning rate: constant, falling to zero by a line or half a cosine over
            the second part of the run, or by `decay` at every `decay_every` steps.
        decay_from: share of the run after which linear and cosine schedules begin to fall.
        decay: factor of the step schedule.
        decay_every: steps between factors of the step schedule.
        warmup: steps over which the learning rate rises from zero.
    """

    optimizer: Literal["adam", "adamw", "rmsprop", "sgd"] = "adam"
    lr: Annotated[float, Between(0, 10)] = 2e-4
    betas: Annotated[tuple[float, float], Between(0, 0.999999)] = (0.5, 0.999)
    alpha: Annotated[float, Between(0, 0.999999)] = 0.99
    momentum: Annotated[float, Between(0, 0.999999)] = 0.0
    weight_decay: Annotated[float, Between(0, 10)] = 0.0
    clip_norm: Annotated[float, Between(0, 1e6)] = 0.0
    schedule: Literal["constant", "linear", "cosine", "step"] = "constant"
    decay_from: Annotated[float, Between(0, 1)] = 0.0
    decay: Annotated[float, Between(0, 1)] = 0.5
    decay_every: Annotated[int, Between(1, MAX_STEPS)] = 10000
    warmup: Annotated[int, Between(0, MAX_STEPS)] = 0

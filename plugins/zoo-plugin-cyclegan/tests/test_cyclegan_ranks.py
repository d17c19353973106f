"""Two processes that share a batch play the cycle game as one does, past fakes included."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file

PROGRAM = """
import json, sys
import torch
import torch.distributed as dist
from safetensors.torch import save_file
torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
from zoo_core import Registry, compose
from zoo_core.engine import Engine
from zoo_core.engine.assembling import player_options
from zoo_core.engine.feed import Feed
from zoo_core.engine.hardware import choose_hardware
from zoo_core.engine.ranks import Ranks

out, rank, world, store, plugin, given = sys.argv[1:]
rank, world = int(rank), int(world)
if world > 1:
    dist.init_process_group("gloo", init_method="file://" + store, rank=rank, world_size=world)
parts, options = json.loads(given)
composition = compose(parts, options, registry=Registry.from_installed(files=[plugin]))
game = composition.build().double()
feed = Feed(composition.dataset.tables("train"), batch=composition.run.batch, seed=0,
            device=torch.device("cpu"), rank=rank, world=world)
players = {name: player_options(composition, name) for name in game.players()}
engine = Engine(game, feed, run=composition.run, players=players,
                hardware=choose_hardware(composition.run, game), ranks=Ranks.from_environment())
for _ in range(4):
    engine.step()
held = {n: p.detach().contiguous() for n, p in game.named_parameters()}
save_file({**held, "kept": game.pools["a"].kept, "filled": game.pools["a"].filled}, out)
if world > 1:
    # threads of the group that still run would abort the process at its end
    dist.barrier()
    dist.destroy_process_group()
"""

GIVEN = [
    {"generator": "cyclegan", "data": "two-sides"},
    {
        "generator": {"width": 3, "blocks": 1, "norm": "none"},
        "critic": {"width": 3, "norm": "none"},
        "game": {"pool": 1},
        "run": {"batch": 4, "size": "8", "layout": "channels-first"},
    },
]


def started(rank: int, world: int, folder: Path) -> tuple[subprocess.Popen[bytes], Path]:
    """Return a process, and the file in which it leaves what it ends with."""
    plugin = str(Path(__file__).with_name("cyclegan_parts.py"))
    out, store = folder / f"{world}-{rank}.safetensors", str(folder / f"store{world}")
    arguments = [str(out), str(rank), str(world), store, plugin, json.dumps(GIVEN)]
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM, *arguments]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(command, env=environment), out


def test_two_ranks_equal_one_in_float64(tmp_path: Path) -> None:
    processes = [started(rank, world, tmp_path) for rank, world in ((0, 1), (0, 2), (1, 2))]
    assert [process.wait(300) for process, _ in processes] == [0, 0, 0]
    one, first, second = (load_file(out) for _, out in processes)
    assert one["filled"].tolist() == [1] * 4
    # a process keeps the past fakes of its own positions in their rows, and leaves the others
    for name in ("kept", "filled"):
        expected, mine, theirs = (found.pop(name) for found in (one, first, second))
        assert torch.allclose(expected, torch.cat([mine[:2], theirs[2:]]), atol=1e-12, rtol=0)
        assert not mine[2:].any()
        assert not theirs[:2].any()
    for name, expected in one.items():
        assert torch.equal(first[name], second[name]), name
        assert torch.allclose(expected, first[name], atol=1e-12, rtol=0), name

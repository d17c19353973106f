"""Every line that a hint of sweeps gives, and what runs it."""

from __future__ import annotations

from pasted_hints import ABSENT, MEMORY, NARROW
from pasting import Case, Direct, Parsed, Pasted

S = "sweep --gen vanilla --data digits --size 8 --steps 1 --batch 8 --out s"
"""One run; what is added varies."""

RANGE = "-o critic.lr=1e-4..1e-3:log"
MEASURED = "--metrics kid --features pixels --eval-every 1 --eval-count 16"
SCORED = f"--score kid {MEASURED}"
STUDY = f"{S} {RANGE} --trials 1 {SCORED}"
GRID = f"{S} --loss minimax,hinge"
JOBS = f"{GRID} --launcher slurm --dry-run"
SHARED = "--storage sqlite:///study.db"

LEFT = "needs trials that another worker has"
CLUSTER = "a machine with Slurm would submit, or refuse"

SWEEPS: dict[str, dict[str, Case]] = {
    "cli/zoo_cli/sweeping/request.py": {
        "--trials N": Pasted(f"{S} {RANGE} {SCORED}", put={"N": "1"}),
    },
    "cli/zoo_cli/sweeping/table.py": {
        "--dry-run": Pasted(f"{GRID} --dry-run", drop="--dry-run", leave=True),
        "zoo sweep --out VALUE": Direct(LEFT, put={"VALUE": "'sweeps/a b'"}),
    },
    "zoo_core/sweeps/axes.py": {
        "--trials N": Pasted(f"{S} {RANGE} {MEASURED}", "--score kid", {"N": "1"}),
    },
    "zoo_core/sweeps/checking.py": {
        "--metrics": Pasted(f"{S} {RANGE} --trials 1 {MEASURED} --score fid", "kid,fid"),
        "--most VALUE": Pasted(f"{GRID} --most 1"),
        "--score": Parsed("the check of the runs themselves comes first", "sweep"),
        "--seed": Pasted(f"{STUDY} --seed 0,1", "3"),
        "--seed 0..4": Pasted(
            f"{S} --trials 1 {SCORED} --seed 0,1", drop=f"--trials 1 {SCORED} --seed 0,1"
        ),
        "--trials": Parsed(ABSENT, "sweep"),
        "--trials 20": Pasted(f"{STUDY} --trials 0", "--dry-run"),
        "--trials 50": Pasted(f"{GRID} --most 1", f"{SCORED} --dry-run"),
        "-o critic.lr=1e-5..1e-3:log": Pasted(f"{S} --trials 1 {SCORED}"),
        "pip install 'gan-zoo[sweep]'": Parsed(ABSENT),
    },
    "zoo_core/sweeps/folder.py": {
        "--out": Pasted(f"{GRID} --out photos", "fresh"),
        "--storage": Pasted(f"{STUDY} {SHARED}", drop=SHARED, leave=True, first=(STUDY,)),
        "--storage VALUE": Pasted(STUDY, first=(f"{STUDY} {SHARED}",)),
        "zoo compare VALUE/*": Pasted(
            "sweep --out 'sweeps/torn b'",
            put={"runs'/*": "runs/0000' 'sweeps/torn b/runs/0001'"},
        ),
        "zoo sweep --gen dcgan --loss hinge,wgan-gp --out sweeps/a": Pasted(
            "sweep --out nowhere", NARROW
        ),
        "zoo sweep --out VALUE": Pasted(f"{GRID} --out 'sweeps/a b'"),
    },
    "zoo_core/sweeps/slurm.py": {
        "--dry-run": Direct(CLUSTER, f"{GRID} --launcher slurm"),
        "--launcher slurm": Direct(ABSENT, f"{GRID} --dry-run"),
        "--slurm": Pasted(f"{JOBS} --slurm partiton=gpu", "time=90", drop="--slurm partiton=gpu"),
        "--slurm partition=gpu": Direct(CLUSTER, JOBS),
        "--workers N": Direct(CLUSTER, GRID, put={"N": "1"}),
        "pip install 'gan-zoo[slurm]'": Parsed(ABSENT),
    },
    "zoo_core/sweeps/study.py": {
        "--storage": Pasted(f"{STUDY} --storage nowhere", "sqlite:///other.db"),
    },
    "zoo_core/sweeps/sweep.py": {
        "--workers 1": Direct("the flag has a range of its own", GRID),
    },
    "zoo_core/sweeps/workers.py": {"--workers": Direct(MEMORY, GRID, "1")},
}

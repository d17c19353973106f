"""Every line that a hint of the command or of the core gives, and what runs it."""

from __future__ import annotations

from pasting import Case, Direct, Parsed, Pasted

V = "train --gen vanilla --data digits --size 8 --steps 1 --batch 8"
F = "train --gen vanilla --size 8 --steps 1 --batch 2"
D = "train --gen dcgan --data digits --size 16 -o generator.width=4 -o critic.width=4 --steps 1"
T = (
    "train --gen cyclegan --data unpaired:pairs/A,pairs/B --size 16 -o generator.width=2 "
    "-o critic.width=2 --steps 1 --batch 1"
)
E = "train --game vae --data digits --size 16 -o generator.width=2 --steps 1 --batch 2"
ONE = "train --gen vanilla --size 8 --steps 1 --batch 1 --data folder:classes"
U = "train --data unpaired:pairs/A,pairs/B --size 16 --steps 1 --batch 1"
TINY = "--steps 1 --batch 8"
SMALL = "--size 16 -o generator.width=2 --steps 1 --batch 2"
NARROW = "--size 16 -o generator.width=2 -o critic.width=2 --steps 1 --batch 1"

HUB = "asks the Hub: tests/hub does, on a loopback one"
NAMED = "names a command in a sentence"
HELP = "a help page's sentence"
MEMORY = "needs a machine whose memory runs out"
HEALTH = "what to try when a run goes wrong"
DISK = "needs a disk that is full or a folder that nobody may write"
NEWER = "needs files of a version that is still to come"
ABSENT = "needs an environment without the distribution"
FETCHED = "needs files of some hundred MB, or a network"
PARTS = "needs a part that the repository does not have"

COMMANDS: dict[str, dict[str, Case]] = {
    "cli/zoo_cli/checking/asking.py": {
        "zoo data check": Pasted("data check digits -o run.steps=3", "digits"),
    },
    "cli/zoo_cli/checking/pieces.py": {
        "--json": Direct("said of long lists", "data check folder:classes"),
    },
    "cli/zoo_cli/checking/short.py": {
        "zoo data check VALUE": Pasted(f"{F} --data folder:classes"),
        "zoo list condition": Pasted(f"{F} --data folder:classes"),
    },
    "cli/zoo_cli/commands/anomaly.py": {
        "--odd": Pasted("anomaly runs/e folder:photos --odd a", drop="--odd a", leave=True),
        "--out": Pasted("anomaly runs/e folder:photos --out file/a.csv", "a.csv"),
        "--sheet": Pasted("anomaly runs/e folder:photos --sheet file/a.png", "a.png"),
    },
    "cli/zoo_cli/commands/compare.py": {
        "zoo compare RUN RUN": Pasted("compare runs/a", put={"RUN RUN": "runs/a runs/b"}),
        "zoo report RUN": Pasted("compare runs/a", put={"RUN": "runs/a"}),
    },
    "cli/zoo_cli/commands/eval.py": {
        "--json": Direct(DISK, "eval runs/a --count 8 --features pixels --metrics fid"),
        "--no-save": Direct(DISK, "eval runs/a --count 8 --features pixels --metrics fid"),
    },
    "cli/zoo_cli/commands/import_weights.py": {
        "zoo VALUE": Parsed("a format's own tests import, and the page of imports is run"),
    },
    "cli/zoo_cli/commands/info.py": {"zoo list": Pasted("info nothing-like-it")},
    "cli/zoo_cli/commands/list_parts.py": {
        "pip install gan-zoo[all]": Parsed(ABSENT),
        "zoo doctor": Direct("needs a plugin that takes seconds to import"),
    },
    "cli/zoo_cli/commands/plot.py": {
        "zoo plot runs/*": Pasted("plot", "--out a.csv", {"runs/*": "runs/a runs/b"}),
    },
    "cli/zoo_cli/commands/sample.py": {
        "--out": Pasted("sample runs/a --count 2 --out photos/", "fresh/"),
        "--overwrite": Pasted("sample runs/a --count 2 --out photos/"),
        "--out VALUE": Pasted(
            "sample runs/a --count 2 --out 'a b.png' --by-label", drop="--by-label"
        ),
        "--out sheet.png": Pasted("sample runs/a --count 2 --out fresh/ --columns 2"),
    },
    "cli/zoo_cli/commands/translate.py": {
        "--max-pixels": Pasted(
            "translate runs/t huge --out o --max-pixels 100", "2000000", drop="--max-pixels 100"
        ),
        "--size 512": Pasted("translate runs/t large --out o --max-pixels 9000", "--size 16"),
    },
    "cli/zoo_cli/comparing/tables.py": {
        "--eval-every N": Direct("said where a run has no scores", V, put={"N": "1"}),
        "zoo eval RUN": Pasted(
            "compare runs/a runs/b", "--count 60 --features pixels", {"RUN": "runs/a"}
        ),
    },
    "cli/zoo_cli/hints.py": {
        "--batch": Direct(MEMORY, V, "4"),
        "--microbatch": Direct(MEMORY, V, "4"),
        "--size": Direct(MEMORY, V, "4"),
        "--workers": Direct(MEMORY, f"sweep {V.removeprefix('train ')} --out s", "1"),
        "--count": Direct(MEMORY, "sample runs/a", "2"),
        "--device cpu": Direct(MEMORY, "sample runs/a --count 2"),
        "--size 512": Direct(MEMORY, "translate runs/t photos --out o", "--size 16"),
        "zoo VALUE --help": Direct("said where no way out is left", put={"VALUE": "sample"}),
    },
    "cli/zoo_cli/installed.py": {"zoo doctor": Direct("needs a broken plugin without a hint")},
    "cli/zoo_cli/plotting/files.py": {
        "--force": Pasted("plot runs/a --out a.csv", first=("plot runs/a --out a.csv",)),
        "--out": Pasted("plot runs/a --out a.csv", "b.csv", first=("plot runs/a --out a.csv",)),
        "--out VALUE": Pasted("plot runs/a --out 'a b.txt'"),
        "pip install 'gan-zoo[plot]'": Parsed(ABSENT),
    },
    "cli/zoo_cli/reporting/page.py": {
        "--force": Pasted(
            "report runs/a --out page.html", first=("report runs/a --out page.html",)
        ),
        "--out": Pasted(
            "report runs/a --out page.html", "new.html", first=("report runs/a --out page.html",)
        ),
        "--out VALUE": Pasted("report runs/a --out 'a b.pdf'"),
    },
    "cli/zoo_cli/skeleton/naming.py": {
        "zoo plugin new VALUE": Pasted("plugin new 'My Plugin!'"),
        "zoo plugin new my-VALUE": Pasted("plugin new dcgan"),
    },
    "cli/zoo_cli/skeleton/writing.py": {
        '--author "Ada Lovelace <ada@example.org>"': Pasted("plugin new mine --author ' '"),
        "--to": Pasted("plugin new mine --to photos", "fresh"),
    },
    "cli/zoo_cli/terminal.py": {
        "--help": Direct("each command says so of itself", "sample"),
        "zoo --help": Direct("the last resort of an error that has no hint"),
    },
    "cli/zoo_cli/training/options.py": {"--resume REPO": Parsed(HELP)},
    "cli/zoo_cli/training/request.py": {
        "zoo list generator": Pasted("train"),
        "zoo train --gen dcgan --loss wgan-gp": Pasted("train", NARROW),
    },
    "cli/zoo_cli/training/table.py": {
        "--dry-run": Pasted(f"{V} --dry-run", drop="--dry-run", leave=True),
    },
    "cli/zoo_cli/translating.py": {
        "--out": Pasted("translate runs/t photos --out file", "fresh"),
        "--overwrite": Pasted(
            "translate runs/t photos --out o", first=("translate runs/t photos --out o",)
        ),
    },
    "cli/zoo_cli/wording.py": {
        "--no-recipe": Direct("said of a recipe that is chosen by itself", D),
    },
}

CORE: dict[str, dict[str, Case]] = {
    "zoo_core/builtin/adversarial.py": {
        "--data digits": Pasted(f"{F} --data unpaired:pairs/A,pairs/B --game adversarial"),
        "--game cycle": Pasted(f"{T} --game adversarial"),
    },
    "zoo_core/builtin/health/advice.py": {
        "--critic-steps": Direct(HEALTH, V, "2"),
        "--loss non-saturating": Direct(HEALTH, V),
        "--loss wgan-gp": Direct(HEALTH, V),
        "--lr": Direct(HEALTH, V, "0.0001"),
        "--on-collapse rollback": Direct(HEALTH, V),
        "--penalty r1": Direct(HEALTH, V),
        "-o critic.lr": Direct(HEALTH, V, put={"-o critic.lr": "-o critic.lr=0.0001"}),
        "-o generator.betas=0,0.9 -o critic.betas=0,0.9": Direct(HEALTH, V),
    },
    "zoo_core/builtin/plugin.py": {
        "-o game.share=false": Direct("a sentence of the table of departures", V),
    },
    "zoo_core/builtin/pushes.py": {"zoo push VALUE VALUE": Parsed(HUB)},
    "zoo_core/composition/checks.py": {
        "--batch": Direct(PARTS, V, "4"),
        "--size": Direct(PARTS, V, "4"),
        "zoo matrix": Direct(PARTS, more="--gen vanilla --disc vanilla --loss minimax"),
        "--batch 2": Pasted(ONE),
        "-o data.held_out=0": Pasted(ONE, "--batch 2"),
        "--condition none": Direct(PARTS, V),
        "--head none": Pasted(
            f"{D} --penalty gp --head minibatch-stddev", drop="--head minibatch-stddev"
        ),
        "--data digits": Pasted(f"{F} --data folder:photos --condition concat"),
        "--disc dcgan": Direct(PARTS, D, "-o critic.width=4"),
        "--encoder": Direct(PARTS, E, "mlp"),
        "--disc dcgan -o critic.norm=layer": Direct(PARTS, f"{D} --penalty gp"),
        "--game adversarial": Pasted(f"{U} --gen dcgan --game cycle", "--data digits"),
        "--game cycle --data unpaired:A,B": Pasted(
            f"{D} --gen cyclegan --game adversarial --batch 1", put={"A,B": "pairs/A,pairs/B"}
        ),
        "--game paired --data paired:PATH": Pasted(
            f"{D} --gen cyclegan --game adversarial --batch 1", put={"PATH": "pairs"}
        ),
        "--gen cyclegan": Pasted(f"{U} --gen dcgan --game cycle"),
    },
    "zoo_core/composition/composing.py": {
        "-o critic.norm=layer": Pasted(f"{D} --penalty gp -o critic.norm=batch"),
    },
    "zoo_core/composition/measures.py": {
        "zoo list metric": Pasted(
            "eval folder:photos --data folder:classes --size 8 --metrics label-accuracy"
        ),
    },
    "zoo_core/composition/metrics.py": {
        "--condition concat": Pasted(f"{V} --metrics label-accuracy --eval-count 20"),
        "--eval-count VALUE": Direct(
            PARTS, f"{V} --metrics fid --features pixels", put={"VALUE": "60"}
        ),
        "--features NAME": Direct(
            PARTS, f"{V} --metrics fid --eval-count 60", put={"NAME": "pixels"}
        ),
        "--features digit-classifier": Pasted(
            f"{V} --metrics inception-score --features pixels --eval-count 60"
        ),
        "--features inception": Parsed(FETCHED),
        "--metrics": Pasted(
            f"{V} --metrics kid --features pixels --eval-count 60 --keep best=fid", "kid,fid"
        ),
        "pip install zoo-plugin-metrics": Parsed(ABSENT),
    },
    "zoo_core/composition/places.py": {
        "zoo train --init": Pasted(
            "train --resume runs/gone --data digits",
            f"runs/a {V.removeprefix('train ')}",
        ),
    },
    "zoo_core/composition/recipes.py": {
        "--config": Pasted(
            "train --recipe dcgan-digits --config runs/a/config.json",
            "--dry-run",
            drop="--config runs/a/config.json",
            leave=True,
        ),
        "--recipe": Pasted(
            "train --config runs/a/config.json --recipe dcgan-digits",
            drop="--recipe dcgan-digits",
            leave=True,
        ),
    },
    "zoo_core/composition/selection.py": {
        "--gen": Pasted(
            "train --recipe none.json --steps 1 --size 8", "vanilla", drop="--recipe none.json"
        ),
        "pip install gan-zoo[all]": Parsed(ABSENT),
    },
    "zoo_core/composition/settings.py": {
        "-o VALUE...": Pasted(
            f"{V} --penalty gp,r1 -o penalty.weight=1",
            drop="-o penalty.weight=1",
            put={"penalty.gp...": "penalty.gp.weight=1"},
        ),
        "-o VALUE.VALUE=": Pasted(
            f"{F} --data folder:",
            put={"-o data.path=": "-o data.path=photos"},
            drop="--data folder:",
            more="--data folder",
        ),
    },
    "zoo_core/config/configuration.py": {"zoo push": Parsed(NAMED)},
    "zoo_core/config/file.py": {
        "--config VALUE": Pasted(
            "train --config 'runs/a b'", "--steps 4", drop="--config 'runs/a b'"
        ),
    },
    "zoo_core/config/form.py": {
        "pip install --upgrade gan-zoo": Parsed(NEWER),
        "zoo train ... --dry-run --json": Pasted(
            "train --config nowhere.json", put={"...": V.removeprefix("train ")}
        ),
    },
    "zoo_core/config/options.py": {
        "-o ...VALUE=": Direct(PARTS, V, put={"...VALUE=": "critic.lr=0.001"}),
    },
    "zoo_core/config/request.py": {
        "-o": Pasted(f"{D} -o width", "generator.width=32", drop="-o width"),
        "-o generator.width=32": Pasted(f"{D} -o width", drop="-o width"),
    },
    "zoo_core/config/run.py": {"--microbatch VALUE": Pasted(f"{V} --microbatch 3")},
    "zoo_core/config/stop_rule.py": {
        "--stop-on plateau=VALUE:5": Pasted(
            f"{V} --stop-on plateau=fid",
            "--eval-every 1 --eval-count 60 --metrics fid --features pixels",
        ),
        "--stop-on plateau=fid:5": Pasted(
            f"{V} --stop-on never", "--eval-every 1 --eval-count 60 --metrics fid --features pixels"
        ),
    },
    "zoo_core/data/checking/folder_inspection.py": {
        "-o data.labels=folders": Pasted("data check folder:beside"),
    },
    "zoo_core/data/checking/remarks.py": {
        "--condition NAME": Direct(
            "said by `zoo data check` of a training", V, put={"NAME": "concat"}
        ),
        "zoo list condition": Pasted("data check folder:classes"),
        "-o data.labels=none": Pasted(
            "data check folder:classes -o labels=none", drop="-o labels=none"
        ),
    },
    "zoo_core/data/folders/folder.py": {
        "--size 64": Pasted(
            "train --gen vanilla --steps 1 --batch 2 --data folder:mixed", "--dry-run"
        ),
        "--size 64x48": Pasted(
            "train --gen vanilla --steps 1 --batch 2 --data folder:mixed", "--dry-run"
        ),
        "-o data.labels=none": Pasted(f"{F} --data folder:newcomer"),
    },
    "zoo_core/data/folders/labelling.py": {
        "-o data.labels=folders": Pasted(f"{F} --data folder:beside"),
        "-o data.labels=none": Pasted(f"{F} --data folder:beside"),
    },
    "zoo_core/data/folders/listing.py": {
        "--data folder:PATH": Pasted(f"{F} --data 'folder: '", put={"PATH": "photos"}),
    },
    "zoo_core/data/folders/paired.py": {
        "--data folder:PATH": Pasted(f"{F} --data paired:photos", put={"PATH": "photos"}, drop=""),
        "-o data.layout=side-by-side": Pasted(
            f"{T} --game paired --data paired:photos", "--size 8"
        ),
        "--data paired:PATH": Pasted(f"{T} --game paired --data 'paired: '", put={"PATH": "pairs"}),
    },
    "zoo_core/data/folders/pairs.py": {
        "-o data.layout=side-by-side": Pasted(
            f"{T} --game paired --data paired:photos -o data.layout=folders", "--size 8"
        ),
    },
    "zoo_core/data/folders/split_files.py": {
        "--data VALUE": Pasted(f"{F} --data folder:published", shown="--data folder:.+"),
    },
    "zoo_core/data/folders/split_names.py": {
        "--data VALUE": Pasted(f"{T} --data unpaired:published"),
        "-o VALUE": Pasted(
            f"{T} --data unpaired:published", "--data unpaired:published/trainA,published/trainB"
        ),
    },
    "zoo_core/data/folders/unpaired.py": {
        "--data unpaired:A,B": Pasted(f"{T} --data unpaired:a,b,c", put={"A,B": "pairs/A,pairs/B"}),
        "--size 64": Pasted(T.replace("--size 16", "--data unpaired:small,large"), "--dry-run"),
        "--size 64x48": Pasted(T.replace("--size 16", "--data unpaired:small,large"), "--dry-run"),
        "-o data.channels=3": Pasted(f"{T} --data unpaired:grey,photos"),
        "-o data.test=": Pasted(
            f"{T} -o data.test=digits,digits", put={"-o data.test=": "-o data.test=photos,photos"}
        ),
    },
    "zoo_core/data/sets/downloads.py": {
        "--data-dir": Parsed(FETCHED),
        "-o data.download=true": Parsed(FETCHED),
    },
    "zoo_core/data/sets/few_labels.py": {
        "--data few-labels:digits": Pasted(f"{F} --data few-labels:folder:photos"),
        "-o data.count=VALUE": Pasted(f"{V} --data few-labels:digits -o data.count=1440"),
    },
    "zoo_core/data/sets/gaussians.py": {
        "--gen vanilla": Pasted(
            "train --gen dcgan --size 8 --data gaussians", "--steps 1 --batch 8", drop="--size 8"
        ),
        "--size": Pasted(f"{V} --data gaussians", drop="--size 8", leave=True),
    },
    "zoo_core/data/tables/contents.py": {"zoo data check": Direct(DISK, more="folder:photos")},
    "zoo_core/data/tables/reading.py": {
        "-o data.max_pixels=VALUE": Pasted(f"{F} --data folder:photos -o data.max_pixels=100"),
    },
    "zoo_core/data/tables/recorded.py": {
        "--data": Direct(
            "weights that were imported have no data",
            "eval bundle --count 60 --features pixels",
            "digits",
        ),
        "--data-dir": Parsed("needs a data set of files with a root"),
    },
    "zoo_core/engine/core.py": {
        "--lr": Direct(HEALTH, V, "0.0001"),
        "--penalty gp": Direct(HEALTH, V),
    },
    "zoo_core/engine/feed.py": {
        "--batch VALUE": Pasted(f"{V} --batch 5000"),
        "-o data.held_out=0": Pasted(f"{F} --data folder:photos --batch 6"),
    },
    "zoo_core/engine/hardware.py": {
        "--deterministic": Direct("needs an operation without such a kernel", V),
        "--device VALUE": Pasted(f"{V} --device mps"),
        "--device auto": Pasted(f"{V} --device mps"),
        "zoo doctor": Pasted(f"{V} --device mps"),
    },
    "zoo_core/interfaces/games.py": {
        "zoo list game": Direct("only code asks a game to reconstruct"),
        "zoo train --game vae": Direct("only code asks a game to reconstruct", more=SMALL),
        "zoo translate RUN photos/ --out translated/": Pasted(
            "sample runs/t", shown="zoo translate runs/t photos/ --out translated/"
        ),
    },
    "zoo_core/interfaces/importers.py": {
        "zoo list importer": Pasted("import dcgan-examples bundle/generator.safetensors --to x"),
    },
    "zoo_core/metrics/evaluation.py": {
        "zoo eval VALUE --data folder:PATH": Pasted(
            "eval folder:photos", "--metrics kid --size 8 --features pixels", {"PATH": "classes"}
        ),
    },
    "zoo_core/metrics/panel.py": {
        "zoo list metric": Direct("a check before it says so"),
    },
    "zoo_core/registry/discovery.py": {
        "--plugin": Pasted(f"{V} --plugin nowhere.py", "my_loss.py", drop="--plugin nowhere.py"),
    },
    "zoo_core/registry/entry.py": {
        "-o run.ema_images=0": Direct("a sentence of the table of departures", V),
        "zoo doctor": Direct("needs a plugin whose target is not there"),
    },
    "zoo_core/registry/lookup.py": {
        "--data VALUE": Pasted(f"{F} --data photos"),
        "pip install --upgrade gan-zoo": Parsed(NEWER),
        "zoo doctor": Direct("needs a plugin that is broken"),
        "zoo list VALUE": Pasted(f"{V} --loss wgan-pg"),
    },
    "zoo_core/runs/atomic.py": {
        "--run": Direct(DISK, V, "runs/new"),
        "zoo train --resume": Direct(DISK, more="runs/a --steps 4"),
    },
    "zoo_core/runs/bands.py": {
        "zoo train --log-every N": Pasted(
            "plot runs/mute --out a.csv", V.removeprefix("train "), {"N": "1"}
        ),
    },
    "zoo_core/runs/checkpoint.py": {
        "--lr": Direct(HEALTH, V, "0.0001"),
        "--penalty gp": Direct(HEALTH, V),
        "pip install --upgrade gan-zoo": Parsed(NEWER),
        "zoo train --resume": Direct("needs a torn checkpoint", more="runs/a --steps 4"),
    },
    "zoo_core/runs/comparison.py": {
        "--at last": Direct(
            "needs scores of a metric without a direction", "compare runs/a runs/b"
        ),
        "zoo train --gen dcgan --loss wgan-gp": Pasted("compare photos beside", NARROW),
    },
    "zoo_core/runs/directory.py": {
        "--run": Pasted(f"{V} --run runs/a", "runs/new"),
        "zoo train --resume VALUE": Pasted(f"{V} --run 'runs/a b'", "--steps 4"),
    },
    "zoo_core/runs/history.py": {"zoo train": Parsed(NAMED)},
    "zoo_core/runs/listing.py": {
        "zoo train --gen dcgan --loss wgan-gp": Pasted("runs nowhere", NARROW),
    },
    "zoo_core/spec.py": {
        "--size 32": Pasted(f"{V} --size big"),
        "--size 64x48": Pasted(f"{V} --size big"),
    },
    "zoo_core/testing/subject.py": {
        "pip install -e .": Parsed("pytest's hint, in a plugin's own folder"),
        "zoo list": Parsed(NAMED),
    },
    "zoo_core/training/data_of_run.py": {
        "zoo train --resume VALUE --data VALUE:...": Pasted(
            "train --resume runs/gone", "--steps 2", {"folder:...": "folder:photos"}
        ),
    },
    "zoo_core/training/extras.py": {
        "--push-to": Parsed(HUB),
        "--track": Parsed(ABSENT),
        "pip install VALUE": Parsed(ABSENT),
    },
    "zoo_core/training/saving.py": {
        "zoo report VALUE": Pasted("train --resume runs/a --steps 2"),
        "zoo train --config VALUE": Pasted("train --resume 'runs/torn b'", "--steps 1"),
        "zoo train --resume VALUE --steps VALUE": Pasted("train --resume runs/a --steps 2"),
    },
    "zoo_core/training/warm_start.py": {
        "--init": Direct("needs weights of critics alone", V, "runs/a"),
    },
    "zoo_core/weights/bundle/bundle.py": {
        "zoo import": Parsed(NAMED),
        "zoo push": Parsed(NAMED),
    },
    "zoo_core/weights/bundle/formats.py": {"pip install --upgrade gan-zoo": Parsed(NEWER)},
    "zoo_core/weights/bundle/requirements.py": {
        "pip install --upgrade VALUE": Parsed(ABSENT),
        "pip install VALUE": Parsed(ABSENT),
    },
    "zoo_core/weights/checkpoints.py": {"zoo train": Parsed(NAMED)},
    "zoo_core/weights/convert/export_formats.py": {"pip install gan-zoo[onnx]": Parsed(ABSENT)},
    "zoo_core/weights/convert/imported.py": {
        "zoo plugin new": Direct("needs an importer in a plugin file", more="mine"),
    },
    "zoo_core/weights/hub/pull.py": {
        "zoo push": Parsed(NAMED),
        "zoo push RUN REPO --with-state": Parsed(HUB),
        "zoo train --init REPO": Parsed(HUB),
    },
    "zoo_core/weights/hub/runs.py": {
        "zoo train --init": Parsed(HUB),
        "zoo train --resume VALUE": Parsed(HUB),
    },
    "zoo_core/weights/pretrained.py": {
        "zoo sample RUN": Pasted("translate runs/a photos --out o", shown="zoo sample runs/a"),
        "zoo train --game encode --init VALUEVALUE": Pasted("anomaly 'runs/a b' digits", TINY),
        "zoo train --game vae": Pasted("anomaly runs/a digits", SMALL),
        "zoo train --gen cyclegan --data unpaired:A,B": Pasted(
            "translate runs/a photos --out o", NARROW, {"A,B": "pairs/A,pairs/B"}
        ),
        "zoo train --gen dcgan --game adversarial": Direct(
            "only code asks for scores", more=NARROW
        ),
    },
    "zoo_core/weights/publication/card.py": {
        "zoo VALUE": Parsed("a page of the Hub"),
        "zoo train --resume": Parsed("a page of the Hub"),
    },
    "zoo_core/weights/publication/card_scores.py": {
        "zoo eval RUN": Parsed("a page of the Hub"),
        "zoo push RUN REPO": Parsed("a page of the Hub"),
    },
    "zoo_core/weights/publication/contents.py": {
        "zoo plugin new": Pasted("pack runs/m out", "mine"),
        "zoo sample": Direct("needs classes of control characters", more="runs/a --count 2"),
    },
    "zoo_core/weights/publication/package.py": {"zoo push RUN VALUE": Parsed(HUB)},
    "zoo_core/weights/shipped.py": {"pip install --force-reinstall VALUE": Parsed(ABSENT)},
    "zoo_core/weights/sources.py": {
        "zoo eval VALUE --data folder:PATH": Pasted(
            "sample photos", "--metrics kid --size 8 --features pixels", {"PATH": "classes"}
        ),
        "zoo list importer": Pasted("sample net.pth"),
        "zoo train": Parsed(NAMED),
        "zoo train --gen dcgan --keep best=fid": Pasted(
            "sample runs/a@best", f"{NARROW} --eval-count 60"
        ),
    },
}

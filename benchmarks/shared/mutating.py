"""Ways to spoil a bundle: as an accident would, and as a stranger would who signs it again."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zoo_core.digests import sha256_of
from zoo_core.weights.bundle.untrusted import digest_of

HOSTILE: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1,
    7,
    10**8,
    2**31,
    2**53,
    2**63,
    10**400,
    -(10**18),
    0.5,
    1e308,
    -0.0,
    "",
    "none",
    "nan",
    "100000000",
    "../../etc/passwd",
    "/dev/zero",
    "a\x00b",
    "\x1b[2J",
    "\n",
    "\u202e",
    "{}" * 100,
    "x" * 10_000,
    "gan-zoo/normal",
    "zoo-plugin-evil/gan",
    "evil.py",
    [],
    {},
    [[]],
    [None],
    [1, 2, 3],
    [10**9, 10**9, 10**9],
    [64, 4096, 4096],
    [1] * 5000,
    ["gan-zoo/normal"] * 500,
    {"a": 1},
    {"dtype": "F32", "shape": [25_000_000_000], "data_offsets": [0, 100_000_000_000]},
    {"dtype": "F64", "shape": [1], "data_offsets": [0, 8]},
)
"""Values that are put into every place of a configuration and of a header."""

Spoil = Callable[[Path, random.Random], None]


@dataclass(frozen=True, slots=True)
class Way:
    """One way to spoil a bundle.

    Args:
        name: for the table.
        spoil: changes a folder in place.
        signed: checksums and digest are made right again, as a stranger would.
    """

    name: str
    spoil: Spoil
    signed: bool = False


def spoil_bytes(folder: Path, rng: random.Random) -> None:
    """Damage the bytes of one file."""
    file = rng.choice(_files(folder))
    data = bytearray(file.read_bytes())
    kind = rng.randrange(6)
    place = rng.randrange(len(data))
    length = rng.choice([1, 2, 8, 64, 512])
    if kind == 0:
        data[place] ^= 1 << rng.randrange(8)
    elif kind == 1:
        del data[place:]
    elif kind == 2:
        data += rng.randbytes(length)
    elif kind == 3:
        data[place : place + length] = bytes(len(data[place : place + length]))
    elif kind == 4:
        data[place:place] = data[place : place + length]
    else:
        data[place : place + length] = rng.randbytes(length)
    file.write_bytes(data)


def spoil_values(folder: Path, rng: random.Random) -> None:
    """Put hostile values into the configuration."""
    config = json.loads((folder / "config.json").read_text())
    for _ in range(rng.choice([1, 1, 1, 2, 5])):
        spoil_json(config, rng)
    (folder / "config.json").write_text(json.dumps(config))


def spoil_header(folder: Path, rng: random.Random) -> None:
    """Put hostile values into the header of a component."""
    file = rng.choice(sorted(folder.glob("*.safetensors")))
    data = file.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    for _ in range(rng.choice([1, 1, 2])):
        spoil_json(header, rng)
    text = json.dumps(header).encode()
    claimed = rng.choice([len(text)] * 6 + [0, len(text) - 1, len(text) + 1, 2**40, 2**64 - 1])
    file.write_bytes(claimed.to_bytes(8, "little") + text + data[8 + length :])


def spoil_numbers(folder: Path, rng: random.Random) -> None:
    """Change numbers of the options only, so that more gets past the first checks."""
    config = json.loads((folder / "config.json").read_text())
    sections = config["composition"]["options"]
    for _ in range(rng.choice([1, 2])):
        section = sections[rng.choice(sorted(name for name in sections if sections[name]))]
        name = rng.choice(sorted(section))
        section[name] = rng.choice([*HOSTILE, 2, 3, 16, 64, 512, 4096, 65536, 1e-3, "4096"])
    if rng.random() < 0.3:
        shapes = config["composition"]["task"]["images"]
        shapes[rng.choice(sorted(shapes))] = [rng.choice([1, 3, 64]), *rng.choices(SIDES, k=2)]
    (folder / "config.json").write_text(json.dumps(config))


SIDES = (1, 2, 8, 16, 31, 64, 512, 4096)


def spoil_names(folder: Path, rng: random.Random) -> None:
    """Play tricks with files: links, devices, other names, files that nobody listed."""
    file = rng.choice(_files(folder))
    kind = rng.randrange(6)
    if kind == 0:
        file.unlink()
    elif kind == 1:
        (folder / rng.choice(["evil.py", "model.bin", "x.safetensors", "a.pkl"])).write_bytes(b"x")
    elif kind == 2:
        file.rename(folder / f"{file.stem}-2{file.suffix}")
    elif kind == 3:
        file.unlink()
        file.symlink_to(rng.choice(["/dev/zero", "/dev/null", "/etc/hostname", str(file), ".."]))
    elif kind == 4:
        file.unlink()
        os.mkfifo(file)
    else:
        file.unlink()
        file.mkdir()


def spoil_json(value: Any, rng: random.Random) -> None:
    """Change one place of JSON data, at any depth."""
    places = list(_places(value))
    holder, key = rng.choice(places)
    kind = rng.randrange(5)
    if kind == 0:
        del holder[key]
    elif kind == 1 and isinstance(holder, dict):
        holder[rng.choice(["more", "../x", "", "plugins", str(key).upper()])] = holder.pop(key)
    elif kind == 2:
        other, another = rng.choice(places)
        holder[key] = json.loads(json.dumps(other[another])) if another in _keys(other) else None
    else:
        holder[key] = rng.choice(HOSTILE)


def sign(folder: Path) -> None:
    """Make checksums and digest right again, as far as the configuration can still be read."""
    try:
        config = json.loads((folder / "config.json").read_text())
        sums = config["sha256"]
        for name in sums:
            if (folder / name).is_file():
                sums[name] = sha256_of(folder / name)
        config["digest"] = digest_of(config)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return
    (folder / "config.json").write_text(json.dumps(config))


def resigned(folder: Path, config: Mapping[str, Any]) -> None:
    """Write a configuration, and sign it."""
    (folder / "config.json").write_text(json.dumps(config))
    sign(folder)


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.suffix in (".json", ".safetensors"))


def _places(value: Any) -> Any:
    for key in _keys(value):
        yield value, key
        yield from _places(value[key])


def _keys(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value)
    return list(range(len(value))) if isinstance(value, list) else []


WAYS = (
    Way("damaged bytes", spoil_bytes),
    Way("values changed", spoil_values),
    Way("files swapped, linked or added", spoil_names),
    Way("header changed", spoil_header),
    Way("values changed and signed", spoil_values, signed=True),
    Way("options changed and signed", spoil_numbers, signed=True),
    Way("header changed and signed", spoil_header, signed=True),
    Way("damaged bytes, signed", spoil_bytes, signed=True),
)

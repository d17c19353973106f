"""What a run records of its data: what they were, and where they lay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from zoo_core.config.paths import expanded

_TEXTS = ("before", "said", "absolute", "beside")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A part of an option's value that may end in a path.

    Args:
        before: the text before the path, such as "folder:".
        said: the path as somebody typed it; empty where there is none.
        absolute: the same as an absolute path.
        beside: the same as seen from the run directory, for runs that move along with their data.
    """

    before: str
    said: str = ""
    absolute: str = ""
    beside: str = ""

    def found(self, run: Path) -> str | None:
        """Return where the path is now, or None."""
        known = [Path(self.absolute)] if self.absolute else []
        known += [run / self.beside] if self.beside else []
        known += [expanded(self.said)] if self.said else []
        return next((str(path) for path in known if path.exists()), None)

    def text(self, run: Path) -> str:
        """Return the piece with the path where it is now, or as it was typed."""
        return self.before + (self.found(run) or self.said)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedData:
    """What a run records of its data.

    Args:
        images: how many files they are; 0 where the name of the data set says what they are.
        names: a hash of the files' names.
        contents: a hash of the names, and of what the files hold.
        places: option to the pieces of its value.
    """

    images: int = 0
    names: str = ""
    contents: str = ""
    places: Mapping[str, tuple[Piece, ...]] = field(default_factory=dict)

    def options(self, run: Path) -> dict[str, str]:
        """Return the options that say where the data lie, as they are found now."""
        return {
            name: "".join(piece.text(run) for piece in pieces)
            for name, pieces in self.places.items()
        }

    def lost(self, run: Path) -> list[str]:
        """Return the absolute places where nothing is any more, and nothing in their stead."""
        pieces = [piece for found in self.places.values() for piece in found if piece.said]
        return [piece.absolute or piece.said for piece in pieces if piece.found(run) is None]

    def difference(self, now: Self) -> str:
        """Return how other data differ from these, in words; empty where they are the same."""
        if self.contents == now.contents or not self.contents:
            return ""
        if self.images != now.images:
            return f"it began with {self.images:,} images, and there are {now.images:,} now"
        if self.names != now.names:
            return f"its {self.images:,} images have other names now"
        return f"what is in its {self.images:,} images was something else"

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON data."""
        places = {name: [_piece(one) for one in pieces] for name, pieces in self.places.items()}
        own = {"images": self.images, "names": self.names, "contents": self.contents}
        return {**(own if self.contents else {}), **({"places": places} if places else {})}

    @classmethod
    def from_json(cls, found: object) -> Self:
        """Read what can be read of it."""
        own = found if isinstance(found, Mapping) else {}
        images, places = own.get("images"), own.get("places")
        return cls(
            images=images if type(images) is int else 0,
            names=_text(own.get("names")),
            contents=_text(own.get("contents")),
            places={
                name: tuple(_read(piece) for piece in pieces if isinstance(piece, Mapping))
                for name, pieces in (places if isinstance(places, Mapping) else {}).items()
                if isinstance(pieces, list)
            },
        )


def _piece(piece: Piece) -> dict[str, str]:
    return {name: value for name in _TEXTS if (value := getattr(piece, name))}


def _read(found: Mapping[str, Any]) -> Piece:
    return Piece(**{name: _text(found.get(name)) for name in _TEXTS})


def _text(found: object) -> str:
    return found if isinstance(found, str) else ""

"""What a quarrel is about, in the police's classification and in the justice bureau's (M13)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

_SAID: Final = 100
"""More than any code has digits: what was said in the very word fits best."""


@dataclass(frozen=True, slots=True)
class Named:
    code: str
    name_zh: str
    name_en: str


def _nothing() -> Mapping[str, str]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Kinds:
    """words: alias or code → code of the area's category set. names: of each code. classes: the justice bureau's.
    crosswalk: word or code → classes, the likeliest first: one kind of the police may be several there."""

    words: Mapping[str, str] = field(default_factory=_nothing)
    names: Mapping[str, Named] = field(default_factory=lambda: MappingProxyType({}))
    classes: Mapping[str, Named] = field(default_factory=lambda: MappingProxyType({}))
    crosswalk: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))

    def code(self, word: str) -> str:
        """The code of a kind that was said in any of its words; the word itself where it is not known."""
        return self.words.get(word, word)

    def name(self, word: str) -> Named:
        """The names of a kind; its word where they are not known."""
        return self.names.get(self.code(word), Named(word, word, word))

    def justice_classes(self, kind: str) -> tuple[str, ...]:
        """The justice bureau's classes of a kind, the likeliest first; its nearest parent's where it has none."""
        code = kind if kind in self.crosswalk else self.code(kind)
        while code:
            if found := self.crosswalk.get(code):
                return found
            code = code[:-2]
        return ()

    def fit(self, kind: str, entries: Iterable[str]) -> tuple[int, str]:
        """How closely a kind is one of these words or codes, and which: (0, "") where it is none of them.

        The same word fits best, then the longest code that the kind lies under. Two words of one code are two things:
        a quarrel about a refund is none about a price.
        """
        code = self.code(kind)
        best = (0, "")
        for entry in entries:
            if entry == kind:
                best = max(best, (_SAID, entry))
                continue
            prefix = self.code(entry)
            if code.startswith(prefix) and (code != prefix or kind.isdigit() or entry.isdigit()):
                best = max(best, (len(prefix), entry))
        return best

"""What the codes of an area's category set are in another set, and back. Sets disagree: a code may be several there."""

from collections.abc import Iterable, Mapping

from services.intake.domain.categories import CategorySet


class Crosswalk:
    """From the area's own set to the set `other`. names: that set's codes with Chinese and English name."""

    def __init__(
        self,
        own: CategorySet,
        other: str,
        pairs: Iterable[tuple[str, tuple[str, ...]]],
        names: Mapping[str, tuple[str, str]],
    ) -> None:
        """pairs: each code of the area's set once, as `category_files` has found them."""
        self.other = other
        self.names = names
        self.pairs = dict(pairs)
        self._back: dict[str, tuple[str, ...]] = {}
        for theirs in names:
            same = [code for code, partners in self.pairs.items() if theirs in partners]
            # What is this and nothing else comes before what is several things; the shortest code is the widest.
            same.sort(key=lambda code: (len(self.pairs[code]), len(code), code))
            self._back[theirs] = tuple(same)
        for theirs in names:
            if not self._back[theirs]:
                # Nothing of ours is all of it: then it is what its parts are.
                parts = (code for part in names if part.startswith(theirs) for code in self._back[part])
                self._back[theirs] = tuple(dict.fromkeys(parts))

    def there(self, code: str) -> tuple[str, ...]:
        """The other set's codes for one of ours."""
        return self.pairs.get(code, ())

    def here(self, code: str) -> tuple[str, ...]:
        """Our codes for one of the other set, the best first; where it is unknown, those of its nearest parent."""
        while code:
            if found := self._back.get(code):
                return found
            code = code[:-2]
        return ()

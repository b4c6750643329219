"""Why a command cannot be carried out.

CaseFault
├── NotAllowed      not in this stage, or not before something else; `allowed` says what can be done
├── PartWrong       something the command needs is missing or cannot be; `pointer` names it
└── UnknownVisit    the case has no visit of that name
"""

from collections.abc import Sequence


class CaseFault(Exception):
    """The root. The text is a sentence for the person who sent the command."""


class NotAllowed(CaseFault):
    """allowed: the commands that are possible now."""

    def __init__(self, detail: str, allowed: Sequence[str]) -> None:
        super().__init__(detail)
        self.allowed = tuple(allowed)


class PartWrong(CaseFault):
    """pointer: JSON pointer of the part in the request."""

    def __init__(self, pointer: str, detail: str) -> None:
        super().__init__(detail)
        self.pointer = pointer


class UnknownVisit(CaseFault):
    """No visit of that name was ordered."""

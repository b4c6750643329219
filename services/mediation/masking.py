"""What is shown of a person to those who need not know who it is."""

from collections.abc import Mapping
from typing import Any, Final

_MASKED: Final = ("name", "phone", "id_number", "address")


def masked(party: Mapping[str, Any]) -> dict[str, Any]:
    """The party with name, telephone, id number and address hidden: 李某, 138****1234."""
    shown = {key: value for key, value in party.items() if key not in _MASKED}
    shown["name"] = f"{party['name'][:1]}某"
    if party.get("phone"):
        shown["phone"] = _middle_hidden(party["phone"], 3, 4)
    if party.get("id_number"):
        shown["id_number"] = _middle_hidden(party["id_number"], 1, 1)
    if party.get("address"):
        shown["address"] = "****"
    return shown


def _middle_hidden(text: str, head: int, tail: int) -> str:
    if len(text) < head + tail + 4:
        return "****"
    return f"{text[:head]}****{text[-tail:]}"

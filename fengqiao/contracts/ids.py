"""The ids that travel: an area is in front of each, so that whoever holds an id knows whose it is.

    incident    gaoqiao-7q…            area, then 26 letters made from client and key
    assignment  gaoqiao-7q….2          the incident's second
    case        gaoqiao-7q….case       the dispute that came of it
    hazard      gaoqiao-7q….hazard     found on a round, by client and key
    command     c-9x…                  made from client and key; its first ten letters tell who gave it

An id says nothing about a person and cannot be guessed from a telephone number: it is a hash of what the
reporting system itself chose.
"""

import base64
import hashlib
import re
from typing import Final

_AREA: Final = r"[a-z][a-z0-9]{1,31}"
_HASH: Final = r"[a-z2-7]{26}"
AREA_PATTERN: Final = rf"^{_AREA}$"
INCIDENT_PATTERN: Final = rf"^{_AREA}-{_HASH}$"
ASSIGNMENT_PATTERN: Final = rf"^{_AREA}-{_HASH}\.[1-9][0-9]{{0,5}}$"
CASE_PATTERN: Final = rf"^{_AREA}-{_HASH}\.case$"
HAZARD_PATTERN: Final = rf"^{_AREA}-{_HASH}\.hazard$"
COMMAND_PATTERN: Final = rf"^c-{_HASH}$"
_GIVER: Final = 10
"""Letters of a command's id that are its giver's: 50 bits."""
UNIT_LENGTH: Final = 32
UNIT_PATTERN: Final = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$"

_INCIDENT = re.compile(INCIDENT_PATTERN)
_ASSIGNMENT = re.compile(ASSIGNMENT_PATTERN)
_CASE = re.compile(CASE_PATTERN)
_HAZARD = re.compile(HAZARD_PATTERN)
_COMMAND = re.compile(COMMAND_PATTERN)


def digest(*parts: str) -> str:
    """26 lower-case base32 letters (128 bits of SHA-256) of the parts, in order; parts cannot run together."""
    joined = "\x00".join(f"{len(part)}:{part}" for part in parts)
    return base64.b32encode(hashlib.sha256(joined.encode()).digest()[:16]).decode().rstrip("=").lower()


def incident_id(area: str, key_digest: str) -> str:
    return f"{area}-{key_digest}"


def assignment_id(incident: str, number: int) -> str:
    return f"{incident}.{number}"


def case_id(incident: str) -> str:
    return f"{incident}.case"


def hazard_id(area: str, key_digest: str) -> str:
    return f"{area}-{key_digest}.hazard"


def command_id(client: str, key: str) -> str:
    """A command sent again with the same key by the same client is the same command."""
    return f"c-{_giver(client)}{digest(client, 'command', key)[_GIVER:]}"


def gave(client: str, command: str) -> bool:
    """Whether the command with this id was given by the client: it may ask what became of it, wherever that was."""
    return is_command_id(command) and command[2:].startswith(_giver(client))


def _giver(client: str) -> str:
    return digest(client, "commands")[:_GIVER]


def guest_name(home_area: str, unit: str) -> str | None:
    """What a unit is called in another area that it is lent to; None where that would be longer than a unit's name
    may be."""
    name = f"{home_area}-{unit}"
    return name if len(name) <= UNIT_LENGTH else None


def is_incident_id(text: str) -> bool:
    return _INCIDENT.match(text) is not None


def is_assignment_id(text: str) -> bool:
    return _ASSIGNMENT.match(text) is not None


def is_case_id(text: str) -> bool:
    return _CASE.match(text) is not None


def is_hazard_id(text: str) -> bool:
    return _HAZARD.match(text) is not None


def is_command_id(text: str) -> bool:
    return _COMMAND.match(text) is not None


def area_of(identifier: str) -> str:
    """The area in an incident's, an assignment's or a case's id."""
    return identifier.partition("-")[0]


def incident_of(identifier: str) -> str:
    """The incident in an assignment's or a case's id."""
    return identifier.partition(".")[0]


def key_of_incident(identifier: str) -> str:
    """The digest behind the area: intake's own `_id` of the document."""
    return incident_of(identifier).partition("-")[2]

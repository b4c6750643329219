"""Why intake says no. The texts are sentences for whoever sent the request.

Refusal
├── WrongField    one field of the request cannot be used; says which
├── ForeignArea   the place belongs to an area that the caller's token does not cover
└── Ended         dispatch has ended the incident: nothing can be changed any more
"""


class Refusal(Exception):
    """The root of what intake's core refuses."""


class WrongField(Refusal):
    """pointer: JSON pointer of the field. where: body, query or header."""

    def __init__(self, pointer: str, detail: str, where: str = "body") -> None:
        super().__init__(detail)
        self.pointer = pointer
        self.detail = detail
        self.where = where


class ForeignArea(Refusal):
    """The caller may not act in `area`."""

    def __init__(self, area: str) -> None:
        super().__init__(f"This token is not for the area {area}.")
        self.area = area


class Ended(Refusal):
    """`status`: closed, cancelled or merged."""

    def __init__(self, status: str) -> None:
        super().__init__(f"The incident is {status}: report anew, or ask the command room to reopen it.")
        self.status = status

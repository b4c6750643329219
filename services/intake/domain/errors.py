"""Why intake says no. The texts are sentences for whoever sent the request.

Refusal
├── WrongField    one field of the request cannot be used; says which
├── ForeignArea   the place belongs to an area that the caller's token does not cover
├── ForeignSource the caller may not report as that source
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


class ForeignSource(Refusal):
    """The caller may not report as `source`."""

    def __init__(self, source: str) -> None:
        super().__init__(f"This client may not report as {source}: GET /v1/sources says who may.")
        self.source = source


class Ended(Refusal):
    """`status`: closed, cancelled or merged."""

    def __init__(self, status: str, merged_into: tuple[str, str] | None = None) -> None:
        """merged_into: id and number of the incident that it is the same event as."""
        what = "report anew, or ask the command room to reopen it"
        if merged_into is not None:
            what = f"say it of {merged_into[1]} ({merged_into[0]}), which it was merged into"
        super().__init__(f"The incident is {status}: {what}.")
        self.status = status
        self.merged_into = merged_into

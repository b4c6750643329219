"""What can go wrong with the local servers. Every message is one sentence for a person and says what to do.

LocalError
├── JarsUnavailable    a jar could not be had, or its bytes are not the locked ones
├── NotWritable        the data or cache folder cannot be written (permission, disk full)
├── PortTaken          somebody else listens on a port we were told to use
├── AlreadyRunning     another `fengqiao up` holds this data folder
├── StartFailed        a child ended, or did not answer in time
└── PageNotBuilt       Node, npm or the build of the page failed (web_page.py)
"""

from __future__ import annotations

from typing import ClassVar


class LocalError(Exception):
    """Something the person at the machine has to mend; `exit_status` is what a command should end with."""

    exit_status: ClassVar[int] = 1


class JarsUnavailable(LocalError):
    """A jar could not be downloaded, or what came is not what `jars.lock` says."""

    exit_status = 3


class NotWritable(LocalError):
    """A folder or file that must be written cannot be."""

    exit_status = 5


class PortTaken(LocalError):
    """A port is in use; the message names its owner where the system lets us see it."""

    exit_status = 6


class AlreadyRunning(LocalError):
    """The data folder belongs to a running `fengqiao up`."""

    exit_status = 4


class StartFailed(LocalError):
    """A child did not become ready; the message carries the end of its log."""

    exit_status = 7

"""Ports of this machine: is one taken, by whom, which is free."""

from __future__ import annotations

import random
import socket
from typing import Final

import psutil

from fengqiao.runtime.settings import SERVICES

LOOPBACK: Final = "127.0.0.1"


def free_port() -> int:
    """A port nobody listens on now. Somebody may take it before we do:
    whoever starts a server checks again.
    """
    return free_block(1)


def free_block(count: int) -> int:
    """The first of `count` ports in a row that are free now, below the range from which systems take the ports of
    outgoing connections: in that range one would soon be taken again."""
    while True:
        first = random.randrange(12_000, 32_000 - count)
        if not any(is_taken(first + step) for step in range(count)):
            return first


def free_for_up() -> dict[str, str]:
    """Environment variables that give a `fengqiao up` free ports of its own, in one block: none is drawn twice."""
    base = free_block(len(SERVICES) + 2)
    return {
        "FENGQIAO_PORT_BASE": str(base),
        "KAFKA_PORT": str(base + len(SERVICES)),
        "MONGODB_PORT": str(base + len(SERVICES) + 1),
    }


def is_taken(port: int) -> bool:
    """True if we could not listen on 127.0.0.1:`port`."""
    with socket.socket() as probe:
        # As the servers do: connections of an earlier process in TIME_WAIT are no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return True
    return False


def owner(port: int) -> str:
    """Who listens on `port`, for a person: `java (pid 4711)`;
    `a process we may not see` where the system hides it.
    """
    try:
        connections = psutil.net_connections(kind="tcp")
    except psutil.AccessDenied:
        connections = []
    for connection in connections:
        address = connection.laddr
        if connection.status == psutil.CONN_LISTEN and connection.pid and address and address.port == port:
            try:
                return f"{psutil.Process(connection.pid).name()} (pid {connection.pid})"
            except psutil.NoSuchProcess:
                break
    return "a process we may not see"

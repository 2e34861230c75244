"""Databases for tests: a SQLite file, or a database of its own in one PostgreSQL cluster a run.

The cluster is made once for each worker, by the programs of the system, as a user that may: the
server refuses to run as root. Where PostgreSQL is missing the tests fail; `.ci/needs` brings it.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier

SERVER_USER = "postgres"
"""Who runs the server where the tests run as root."""


class Cluster:
    """A running server on a free loopback port; every `database()` is new and empty."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._numbers = count(1)

    def database(self) -> str:
        """Make a database and return its SQLAlchemy URL."""
        name = f"visavis_{next(self._numbers)}"
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        return self._address(name).replace("postgresql:", "postgresql+psycopg:")

    def _address(self, database: str) -> str:
        return f"postgresql://{SERVER_USER}@127.0.0.1:{self._port}/{database}"


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Run a server while the block runs; fails loudly where there is none to run."""
    home = Path(tempfile.mkdtemp(prefix="visavis-postgres-"))
    try:
        if os.getuid() == 0:
            shutil.chown(home, SERVER_USER, SERVER_USER)
        data = home / "data"
        _run("initdb", f"--username={SERVER_USER}", "--auth=trust", "--no-sync", f"--pgdata={data}")
        port = _free_port()
        told = f"-h 127.0.0.1 -p {port} -k {home} -c fsync=off -c full_page_writes=off"
        log = home / "log"
        _run("pg_ctl", f"--pgdata={data}", f"--log={log}", "--wait", f"--options={told}", "start")
        try:
            yield Cluster(port)
        finally:
            _run("pg_ctl", f"--pgdata={data}", "--mode=immediate", "--wait", "stop")
    finally:
        shutil.rmtree(home)


def _run(program: str, *arguments: str) -> None:
    user = SERVER_USER if os.getuid() == 0 else None
    subprocess.run(
        [_program(program), *arguments],
        user=user,
        group=user,
        extra_groups=[] if user else None,
        cwd="/",
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _program(name: str) -> str:
    """Find a program of the server: Debian keeps them off PATH."""
    shipped = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    found = str(shipped[-1]) if shipped else shutil.which(name)
    if found is None:
        raise FileNotFoundError(f"{name} is missing: install PostgreSQL, or run `make needs`")
    return found


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port

"""A real CalDAV server on loopback: Radicale, as its users run it, for the demo and the tests."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIServer

from radicale import config
from radicale.app import Application
from radicale.server import RequestHandler


@contextmanager
def radicale(
    folder: Path, users: Mapping[str, str] | None = None, rights: str = ""
) -> Iterator[str]:
    """Run Radicale over a folder; yield its address without a trailing slash.

    `users` have passwords; without any it takes the name that a proxy in front of it vouches for.
    `rights` is the text of a rights file; without one everybody has what is their own.
    """
    settings = _settings(folder, users, rights)
    with _Threaded(("127.0.0.1", 0), RequestHandler) as server:
        server.set_app(Application(settings))
        # A short interval, so that it ends at once.
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class _Threaded(ThreadingMixIn, WSGIServer):
    """Radicale's own server without its counting of connections, which only its main loop ends."""

    daemon_threads = True


def _settings(folder: Path, users: Mapping[str, str] | None, rights: str) -> config.Configuration:
    passwords, rules = folder / "passwords", folder / "rights"
    rules.write_text(rights)
    passwords.write_text("".join(f"{name}:{word}\n" for name, word in (users or {}).items()))
    settings = config.load()
    settings.update(
        {
            "auth": {
                "type": "htpasswd" if users else "http_x_remote_user",
                "htpasswd_filename": str(passwords),
                "htpasswd_encryption": "plain",
                "delay": "0",
            },
            "rights": {"type": "from_file" if rights else "owner_only", "file": str(rules)},
            "storage": {"filesystem_folder": str(folder / "data")},
            "logging": {"level": "critical"},
        },
        "visavis",
        privileged=True,
    )
    return settings

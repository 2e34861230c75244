"""What it costs to read settings."""

import subprocess
import sys

SLOW = {"cryptography", "keyring", "daemon", "connectors"}


def test_settings_are_read_without_slow_libraries_and_without_the_rest_of_the_house() -> None:
    code = f"import sys, config.secrets; print(sorted({SLOW} & sys.modules.keys()))"

    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert loaded.stdout == "[]\n"

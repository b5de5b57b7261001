"""What a case is refused for."""

from __future__ import annotations

from pathlib import Path

import pytest
from lithiate.case import load_case
from lithiate.errors import InputError


def lines(path: Path, *sets: str) -> list[str]:
    """The findings, each without the name of the file that it starts with."""
    with pytest.raises(InputError) as caught:
        load_case(path, sets)
    found = str(caught.value).splitlines()
    assert all(line.startswith(f"{path}: ") for line in found), found
    return [line.removeprefix(f"{path}: ") for line in found]


def only_line(path: Path, *sets: str) -> str:
    """The one finding, without the name of the file."""
    found = lines(path, *sets)
    assert len(found) == 1, found
    return found[0]

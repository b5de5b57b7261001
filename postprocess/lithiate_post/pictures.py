"""All pictures of a result."""

from __future__ import annotations

import os
from pathlib import Path

from lithiate_post.field_pictures import draw_fields
from lithiate_post.folder import open_folder
from lithiate_post.gap_pictures import draw_gap
from lithiate_post.history_pictures import draw_history


def draw_all(folder: str | os.PathLike[str]) -> list[Path]:
    """Draw every picture of a run into its folder ``pictures``.

    Args:
        folder: what a run wrote; the run may still be going on.

    Returns:
        The pictures: history.png, fields.png, and gap.png for the interface that can open (with more than
        one of them, gap_A__B.png for each).

    Raises:
        ResultError: there is no result, or it cannot be read or drawn.
    """
    result = open_folder(folder)
    pictures = result.path / "pictures"
    drawn = [
        draw_history(result, pictures / "history.png"),
        draw_fields(result, pictures / "fields.png"),
    ]
    given = result.case.get("interfaces", {})
    can_open = [name for name in result.interfaces if given.get(name, {}).get("bond") != "bonded"]
    for name in can_open:
        ending = "" if len(can_open) == 1 else "_" + name.replace("|", "__")
        drawn.append(draw_gap(result, name, pictures / f"gap{ending}.png"))
    return drawn

"""``python -m lithiate_post FOLDER``: draw the pictures of a run, or of a study."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from lithiate_post.errors import ResultError
from lithiate_post.pictures import draw_all
from lithiate_post.study import draw_study


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw and name the pictures.

    Args:
        arguments: the command line without the program's name; the real one by default.

    Returns:
        Exit status: 0, or 2 where there is nothing that can be drawn.
    """
    parser = argparse.ArgumentParser(
        prog="python -m lithiate_post", description="Draw the pictures of a run or of a study."
    )
    parser.add_argument("folder", type=Path, help="what `lithiate run` or `lithiate study` wrote")
    folder: Path = parser.parse_args(arguments).folder
    try:
        drawn = draw_study(folder) if (folder / "study.csv").is_file() else draw_all(folder)
    except ResultError as error:
        print(error, file=sys.stderr)
        return 2
    for path in drawn:
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())

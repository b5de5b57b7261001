"""Make this clone importable as an installed package, without copying it and without writing into it.

Usage: install_clone.py CLONE TARGET [COMMAND=FILE ...]

Writes what an editable installation consists of: `TARGET/site` with a path file and the metadata of the
distribution, and `TARGET/bin` with the commands; each COMMAND there is a copy of its FILE. pip is not asked
because it leaves build files in the clone, and because several clones share one environment: each gets a
TARGET of its own.
"""

import json
import os
import shutil
import sys
import tempfile
import tomllib
from pathlib import Path

COMMAND = """#!/usr/bin/env python3
import sys

from {module} import {function}

sys.exit({function}())
"""


def write_site(project: dict, clone: Path, site: Path) -> None:
    """Write the path file and the metadata of the distribution.

    Args:
        project: The `[project]` table of pyproject.toml together with `roots`, its source roots.
        clone: The clone.
        site: The folder to write into, one that Python reads path files from.
    """
    name, version = project["name"], project["version"]
    information = site / f"{name}-{version}.dist-info"
    information.mkdir(parents=True)
    roots = "".join(f"{clone / root}\n" for root in project["roots"])
    (site / f"{name}.pth").write_text(roots, encoding="utf-8")
    (information / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8"
    )
    scripts = "".join(f"{command} = {target}\n" for command, target in project["scripts"].items())
    (information / "entry_points.txt").write_text(f"[console_scripts]\n{scripts}", encoding="utf-8")
    (information / "INSTALLER").write_text("containers/run\n", encoding="utf-8")
    origin = {"url": clone.as_uri(), "dir_info": {"editable": True}}
    (information / "direct_url.json").write_text(json.dumps(origin), encoding="utf-8")


def write_commands(scripts: dict[str, str], folder: Path) -> None:
    """Write one executable file per console script.

    Args:
        scripts: Command name to `module:function`.
        folder: Where the commands go.
    """
    folder.mkdir(parents=True)
    for command, target in scripts.items():
        module, function = target.split(":")
        path = folder / command
        path.write_text(COMMAND.format(module=module, function=function), encoding="utf-8")
        path.chmod(0o755)


def main(clone: Path, target: Path, copies: dict[str, Path]) -> None:
    """Write `target` as a whole or not at all; several processes may do so at once.

    Args:
        clone: The clone whose code is to be run.
        target: The folder to make.
        copies: Further commands and the files that they are copies of.
    """
    settings = tomllib.loads((clone / "pyproject.toml").read_text(encoding="utf-8"))
    roots = settings["tool"]["setuptools"]["packages"]["find"]["where"]
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=target.parent, prefix=f"{target.name}."))
    try:
        draft.chmod(0o755)
        write_site({**settings["project"], "roots": roots}, clone, draft / "site")
        write_commands(settings["project"]["scripts"], draft / "bin")
        for command, file in copies.items():
            shutil.copy(file, draft / "bin" / command)
        os.rename(draft, target)
    except OSError:
        shutil.rmtree(draft, ignore_errors=True)
        if not target.is_dir():  # else another process was first, with the same content
            raise


if __name__ == "__main__":
    pairs = (argument.split("=", maxsplit=1) for argument in sys.argv[3:])
    main(Path(sys.argv[1]), Path(sys.argv[2]), {command: Path(file) for command, file in pairs})

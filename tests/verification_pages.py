# SPDX-License-Identifier: LGPL-3.0-or-later
"""What verification tests expect and find, written as pages: one per item of the list below.

``containers/run pytest tests/verification --verification-pages docs/verification`` makes the tables of the
tests and parameters that it runs; other rows stay as they are. Without the option tests compare and
nothing is written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

PAGES: Mapping[str, tuple[str, str]] = {
    "elastic_sphere": (
        "Elastic sphere: diffusion-induced stress, and diffusion that the stress drives",
        "Cheng and Verbrugge, J. Power Sources 190 (2009) 453, series; Zhang, Shyy, Sastry, J. Electrochem. "
        "Soc. 154 (2007) A910, against finite volumes in one dimension. Case: "
        "[verify_elastic_sphere](../../cases/verify_elastic_sphere/README.md).",
    ),
    "core_shell": (
        "Two storing materials in equilibrium with one chemical potential",
        "After Roper et al., arXiv:1908.00390, against the two equations of that equilibrium, solved by "
        "themselves. Case: [verify_core_shell](../../cases/verify_core_shell/README.md).",
    ),
    "clamped_film": (
        "Clamped viscoplastic silicon film",
        "Set of Bower, Guduru, Sethuraman, J. Mech. Phys. Solids 59 (2011) 804, against the ordinary "
        "differential equation of the film. Case: "
        "[verify_clamped_film](../../cases/verify_clamped_film/README.md).",
    ),
    "plastic_sphere": (
        "Plastic thick sphere, and that it neither locks nor checkerboards",
        "Hill, The Mathematical Theory of Plasticity (1950), chapter V. Case: "
        "[verify_plastic_sphere](../../cases/verify_plastic_sphere/README.md).",
    ),
    "lithiating_sphere": (
        "Hoop stress at the surface of a lithiating sphere",
        "Zhao, Pharr, Vlassak, Suo, J. Appl. Phys. 108 (2010) 073517: an elastic surface stays compressed, a "
        "plastic one turns tensile at a held surface and not at a constant flux.\n\n"
        "![Hoop stress at the surface against the mean filling](../pictures/hoop_stress.png)",
    ),
    "one_element": (
        "One element: swelling, rotation, flow",
        "Closed forms of uniform states, in which a forgotten volume ratio is a factor of four.",
    ),
    "orders": (
        "Orders of convergence with manufactured solutions",
        "Coupled finite-strain chemo-mechanics: swelling, moduli that depend on lithium, stress in the flux. "
        "Orders are fitted over the meshes or steps named.",
    ),
    "balances": (
        "Balances and phase fronts",
        "Energy of swelling cycles; lithium behind a moving front.",
    ),
    "diffusion_time": (
        "Diffusion time grows with the square of the length",
        "Crank, The Mathematics of Diffusion, eq. 4.18, over lengths of 0.1, 1 and 10 um.",
    ),
    "opening_law": (
        "Opening law of an interface",
        "Camanho and Davila, NASA/TM-2002-211737: traction, and the work to open a unit area.",
    ),
}
"""File name, heading and source of each page."""

INDEX_HEAD = """# Verification: what the tests expect and what they find

Made from the tests' own output by

    containers/run pytest tests/verification --verification-pages docs/verification

(`-m slow` renews the tables of the long tests); numbers are rounded, so that a change of the last digits
changes nothing here. Every row is asserted by the test named above its table.

| page | rows |
|---|---|
"""

Row = dict[str, Any]


@dataclass
class Report:
    """Compares what a test found with what it expected, and keeps the rows for the pages.

    Attributes:
        test: file and name of the test.
        about: first line of its docstring.
        case: its parameters.
    """

    test: str
    about: str
    case: str
    rows: list[Row] = field(default_factory=list)

    def compare(
        self,
        page: str,
        quantity: str,
        expected: float,
        found: float,
        *,
        rel: float = 0.0,
        abs: float = 0.0,
        unit: str = "",
    ) -> None:
        """Fail unless found is as near to expected as asked for.

        Args:
            page: key of ``PAGES``.
            quantity: what is compared.
            expected: by a closed form or an independent solution.
            found: by the package.
            rel: largest difference relative to the expected value; the larger of both holds.
            abs: largest difference.
            unit: of all of them.
        """
        expected, found = float(expected), float(found)
        tolerance = f"{100 * rel:.3g} %" if rel * np.abs(expected) >= abs else f"{abs:.2g}"
        assert found == pytest.approx(expected, rel=rel, abs=abs), quantity
        self._keep(page, quantity, expected, found, tolerance, unit)

    def at_least(self, page: str, quantity: str, bound: float, found: float, note: str = "") -> None:
        """Fail unless found reaches a bound, such as an order of convergence."""
        assert found >= bound, (quantity, found)
        self._keep(page, quantity, f"at least {bound:g}", float(found), "", note)

    def at_most(self, page: str, quantity: str, bound: float, found: float, note: str = "") -> None:
        """Fail unless found stays below a bound."""
        assert found <= bound, (quantity, found)
        # What is only round-off has no digits that stay.
        shown: Any = "round-off" if 0.0 <= found < 1e-6 else float(found)
        self._keep(page, quantity, f"at most {bound:.3g}", shown, "", note)

    def _keep(self, page: str, quantity: str, *values: Any) -> None:
        names = ("expected", "found", "tolerance", "unit")
        given = {"page": page, "test": self.test, "about": self.about, "case": self.case}
        self.rows.append(given | {"quantity": quantity} | dict(zip(names, values, strict=True)))


INDEX_TAIL = """
![Hoop stress at the surface of a lithiating sphere against its mean filling](../pictures/hoop_stress.png)

*Hoop stress at the surface of a sphere of silicon that takes up lithium, drawn by
`tests/verification/test_lithiating_sphere.py`: an elastic surface stays compressed, a
plastic one turns tensile where it is held, and not at a constant flux.*
"""


def _number(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.4g}"


def _difference(row: Row) -> str:
    if isinstance(row["expected"], str):
        return ""
    if row["tolerance"].endswith("%"):
        # Rounded to a hundredth of a per cent: round-off and other compilers stay below.
        share = 100 * (row["found"] / row["expected"] - 1)
        return f"{round(share, 2) + 0.0:.2f} %"
    difference = row["found"] - row["expected"]
    return "0" if abs(difference) < 1e-6 else f"{difference:.1e}"


HEAD = "| case | quantity | expected | found | difference | tolerance |\n|---|---|---|---|---|---|"


def _line(row: Row) -> str:
    unit = f" ({row['unit']})" if row["unit"] else ""
    cells = [row["case"], row["quantity"] + unit, _number(row["expected"]), _number(row["found"])]
    return "| " + " | ".join([*cells, _difference(row), row["tolerance"]]) + " |"


def _section(rows: Sequence[Row], before: str) -> str:
    """The table of a test: rows of the parameters that it ran with, and what others had before."""
    groups: dict[str, list[str]] = {}
    for line in before.splitlines():
        if line.startswith("| ") and not line.startswith("| case |"):
            groups.setdefault(line.split("|")[1].strip(), []).append(line)
    for case in {row["case"] for row in rows}:
        groups[case] = [_line(row) for row in rows if row["case"] == case]
    lines = [line for case in sorted(groups) for line in groups[case]]
    return "\n".join([f"## {rows[0]['test']}", "", rows[0]["about"], "", HEAD, *lines]) + "\n"


def _sections(path: Path) -> dict[str, str]:
    """The tables of a page as it is, by their headings."""
    if not path.is_file():
        return {}
    _, *parts = re.split(r"^(?=## )", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {part.splitlines()[0].removeprefix("## "): part.strip() + "\n" for part in parts}


def write_pages(folder: Path, rows: Sequence[Row]) -> None:
    """Renew the tables of the tests that ran, and the index.

    Args:
        folder: of the pages.
        rows: of all tests.
    """
    folder.mkdir(parents=True, exist_ok=True)
    index = []
    for name, (title, source) in PAGES.items():
        path = folder / f"{name}.md"
        sections = _sections(path)
        for test in dict.fromkeys(row["test"] for row in rows if row["page"] == name):
            mine = [row for row in rows if (row["page"], row["test"]) == (name, test)]
            sections[test] = _section(mine, sections.get(test, ""))
        if not sections:
            continue
        text = "\n".join([f"# {title}", "", source, "", *(sections[key] for key in sorted(sections))])
        path.write_text(text, encoding="utf-8")
        count = sum(line.startswith("| ") and not line.startswith("| case |") for line in text.splitlines())
        index.append(f"| [{title}]({name}.md) | {count} |\n")
    (folder / "README.md").write_text(INDEX_HEAD + "".join(index) + INDEX_TAIL, encoding="utf-8")

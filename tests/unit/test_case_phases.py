# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a case with two phases is refused for: a mesh too coarse for their interface, half a coupling."""

from __future__ import annotations

from pathlib import Path

import pytest
from case_files import changed, write_case
from lithiate.case import load_case
from lithiate.errors import InputError

SEPARATING = """material = "a-Si"
chemistry = "regular_solution"
regular_solution_parameter = 2.5
reference_potential = "0.2 V"
gradient_energy = {gradient_energy}
"""
NAME = "regions.particle.gradient_energy"


def separating(folder: Path, gradient_energy: str, tail: str = "") -> Path:
    text = changed('material = "a-Si"\n', SEPARATING.format(gradient_energy=gradient_energy))
    return write_case(folder, text.replace("[initial]", tail + "[initial]"))


def test_elements_too_large_for_the_interface_between_phases(tmp_path: Path) -> None:
    """The width grows with the root of the gradient energy; the quick mesh has elements of 0.25 um."""
    with pytest.raises(InputError) as caught:
        load_case(separating(tmp_path, '"1e-9 J/m"'))
    message = str(caught.value)
    assert f"{NAME}: found 1e-09 J/m, with which the interface between the phases is" in message
    assert "elements of 2e-07 m; allowed: elements of at most" in message
    width = float(message.partition("between the phases is ")[2].partition(" ")[0])
    factor = (0.75e-6 / width) ** 2
    with pytest.raises(InputError):
        load_case(separating(tmp_path, str(0.95e-9 * factor)))
    assert load_case(separating(tmp_path, str(1.05e-9 * factor))).card("particle").gradient_energy


@pytest.mark.parametrize("flag", ["stress_in_flux", "stress_in_overpotential"])
def test_gradient_energy_reaches_flux_and_overpotential_alike(tmp_path: Path, flag: str) -> None:
    """What leaves stress out of mu reads mu_chem(c), and would leave the gradient energy out silently."""
    with pytest.raises(InputError, match=f"{NAME}: found with only one of physics.stress_in_flux"):
        load_case(separating(tmp_path, "1e-3", f"[physics]\n{flag} = false\n\n"))
    both = "[physics]\nstress_in_flux = false\nstress_in_overpotential = false\n\n"
    assert load_case(separating(tmp_path, "1e-3", both)).storing_regions == ("particle",)

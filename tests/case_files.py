"""A small valid case file for tests, and changes to it."""

from __future__ import annotations

from pathlib import Path

CASE = """
title = "test"

[geometry]
family = "particle"
particle_radius = "1 um"
block_size = "2 um"
mesh_size = "0.2 um"

[regions.particle]
material = "a-Si"

[regions.electrolyte]
material = "Li6PS5Cl-cold-pressed"

[interfaces."particle|electrolyte"]
bond = "debondable"
strength = "10 MPa"
toughness = "0.1 J/m2"
exchange_current_density = "10 A/m2"

[initial]
stoichiometry = 0.05

[stack_pressure]
pressure = "5 MPa"

[[protocol]]
step = "lithiate"
rate = "C/10"
until = { voltage = "0.01 V" }

[[protocol]]
step = "rest"
until = { time = "30 min" }

[[protocol]]
step = "delithiate"
rate = "C/10"
until = { voltage = "1.0 V" }

[quick]
"geometry.mesh_size" = "0.25 um"
"""


def write_case(folder: Path, text: str = CASE, name: str = "case.toml") -> Path:
    """Write a case file and return its path."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def changed(old: str, new: str) -> str:
    """The case with one piece of text replaced, which must be in it once."""
    assert CASE.count(old) == 1, old
    return CASE.replace(old, new)

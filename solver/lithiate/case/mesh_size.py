"""The element size that a case needs if it gives none: a third of the shortest cohesive length."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from lithiate_meshes.families import GeometrySection
from lithiate_meshes.families.verification_spots import SpotPattern
from lithiate_meshes.quantities import Fraction, Length, PositiveDimensionless, PositivePressure, Toughness
from pydantic import TypeAdapter, ValidationError

from lithiate.case.hertz_theory import HertzContact, half_space_modulus
from lithiate.case.load import Force
from lithiate.materials.properties import Modulus, PoissonRatio

LARGEST_SHARE_OF_COHESIVE_LENGTH = 1 / 3
"""Elements of an interface may be this long, per cohesive length."""

SHARE_WHERE_A_CRACK_RUNS = 1 / 5
"""The same in a verification problem whose load is asked for to a per cent."""

WIDTH_OVER_CONTACT = 1.5
"""Small elements reach this far beyond the edge of a Hertz contact, per contact radius."""

SIZED_FAMILIES = ("particle", "film", "stack", "columnar")
"""Families whose ``mesh_size`` may be left to the interfaces."""

_VERIFICATION_SIZES: Mapping[str, tuple[str, int, int]] = {
    "sphere": ("radius", 50, 8),
    "core_shell": ("radius", 24, 6),
    "hollow_sphere": ("inner_radius", 20, 6),
    "block": ("height", 1, 1),
    "double_cantilever": ("arm_height", 10, 4),
    "hertz": ("contact_width", 24, 24),
    "constriction": ("width", 32, 32),
    "two_blocks": ("height", 16, 8),
}
"""Length of a verification problem and the elements that it takes, in 2D and in 3D; that of a core in a shell
is the core's radius, that of contact spots the half-width of one."""

_FEWER_AT_SEVERAL = 2
"""Several spots in 3D get so many times fewer elements each: 0.8 % of resistance in place of 0.4 %."""

_CORE_PER_SHELL = 4.0
"""A thin shell counts as a core this many times as thick."""

_MOST_HALVINGS = 12
# Fewer would miss the volume of a sphere by more than a mesh is allowed to.
_ELEMENTS_PER_RADIUS = 4
_ELEMENTS_PER_RADIUS_IN_SPACE = 5


def cohesive_length(youngs_modulus: float, strength: float, toughness: float) -> float:
    """l = E G_c / strength^2, the extent of the zone in which cohesion acts (Hillerborg 1976) [m].

    Args:
        youngs_modulus: of the softer side [Pa].
        strength: largest cohesive traction [Pa].
        toughness: energy to open a unit area [J/m2].
    """
    return youngs_modulus * toughness / strength**2


def fill_mesh_size(table: dict[str, Any]) -> None:
    """Give a geometry without ``mesh_size`` a third of the shortest cohesive length of its interfaces.

    Where the geometry has no room for elements that large, the largest half, quarter, ... of it that it
    accepts; a round particle gets four elements along its radius at least, five in 3D. Nothing is filled in
    where no interface can open or a value is missing or wrong, which is told when the case is validated.

    Args:
        table: the raw case, library values filled in.
    """
    fill_contact_width(table)
    geometry = table.get("geometry")
    if not isinstance(geometry, dict) or "mesh_size" in geometry:
        return
    if geometry.get("family") == "verification":
        _try_sizes(table, geometry, min([_verification_size(geometry), *_cohesive_sizes(table)]))
    if geometry.get("family") not in SIZED_FAMILIES:
        return
    try:
        size = min(_cohesive_lengths(table), default=0.0) * LARGEST_SHARE_OF_COHESIVE_LENGTH
        if "particle_radius" in geometry:
            radius = TypeAdapter(Length).validate_python(geometry["particle_radius"])
            in_space = geometry.get("symmetry") == "3d"
            elements = _ELEMENTS_PER_RADIUS_IN_SPACE if in_space else _ELEMENTS_PER_RADIUS
            size = min(size, radius / elements)
    except (ValidationError, ArithmeticError, KeyError, TypeError, AttributeError):
        return
    _try_sizes(table, geometry, size)


def fill_contact_width(table: dict[str, Any]) -> None:
    """Give a Hertz contact without ``contact_width`` half more than the contact radius under its force.

    Args:
        table: the raw case, library values filled in.
    """
    geometry = table.get("geometry")
    if not isinstance(geometry, dict) or geometry.get("problem") != "hertz" or "contact_width" in geometry:
        return
    is_rigid = geometry.get("obstacle") == "rigid"
    try:
        moduli = [
            half_space_modulus(
                TypeAdapter(Modulus).validate_python(table["regions"][name]["youngs_modulus"]).smallest(),
                TypeAdapter(PoissonRatio).validate_python(table["regions"][name]["poisson_ratio"]).smallest(),
            )
            for name in (("body",) if is_rigid else ("body", "obstacle"))
        ]
        contact = HertzContact(
            str(geometry.get("shape", "sphere")),
            TypeAdapter(Length).validate_python(geometry["radius"]),
            moduli[0],
            math.inf if is_rigid else moduli[1],
        ).contact_radius(TypeAdapter(Force).validate_python(table["load"]["force"]))
    except (ValidationError, ArithmeticError, KeyError, TypeError, AttributeError):
        return
    table["geometry"] = {**geometry, "contact_width": WIDTH_OVER_CONTACT * contact}


def _try_sizes(table: dict[str, Any], geometry: dict[str, Any], size: float) -> None:
    """Set the largest half, quarter, ... of a size that the geometry accepts.

    Where it accepts none, something else is wrong with it, which is told when the case is validated: the size
    is set all the same, so that it is not told to be missing as well.
    """
    if size > 0.0:
        table["geometry"] = {**geometry, "mesh_size": size}
    for _ in range(_MOST_HALVINGS if size > 0.0 else 0):
        trial = {**geometry, "mesh_size": size}
        try:
            TypeAdapter(GeometrySection).validate_python(trial)
        except ValidationError:
            size /= 2
            continue
        table["geometry"] = trial
        return


def _verification_size(geometry: Mapping[str, Any]) -> float:
    """With which a verification problem is solved to about half a per cent; 0 if there is none."""
    problem = str(geometry.get("problem") or geometry.get("shape") or "block")
    in_space = geometry.get("symmetry") == "3d"
    name, *elements = _VERIFICATION_SIZES.get(problem, ("", 1, 1))
    try:
        length = TypeAdapter(Length).validate_python(geometry[name])
        if problem == "core_shell":
            core = length * TypeAdapter(Fraction).validate_python(geometry["core_volume_fraction"]) ** (1 / 3)
            length = min(core, _CORE_PER_SHELL * (length - core))
        if problem == "constriction":
            length = _spot_half_width(geometry, length)
            elements[1] //= _FEWER_AT_SEVERAL if geometry.get("spots", 1) > 1 else 1
    except (ValidationError, KeyError, TypeError, ZeroDivisionError):
        return 0.0
    return length / elements[in_space]


def _cohesive_sizes(table: Mapping[str, Any]) -> list[float]:
    """A fifth of the cohesive length of every interface, as far as the values can be read."""
    try:
        return [length * SHARE_WHERE_A_CRACK_RUNS for length in _cohesive_lengths(table)]
    except (ValidationError, ArithmeticError, KeyError, TypeError, AttributeError):
        return []


def _spot_half_width(geometry: Mapping[str, Any], width: float) -> float:
    """Radius of a round spot, half the side of a square one or half the width of a stripe [m]."""
    coverage = TypeAdapter(PositiveDimensionless).validate_python(geometry["coverage"])
    pattern = SpotPattern(
        symmetry=geometry.get("symmetry", "axisymmetric"),
        shape=geometry.get("shape") or ("stripe" if geometry.get("symmetry") == "plane_strain" else "round"),
        width=width,
        count=geometry.get("spots", 1),
        coverage=coverage,
        random=False,
        seed=0,
        clearance=0.0,
    )
    return pattern.half_size


def _cohesive_lengths(table: Mapping[str, Any]) -> Iterator[float]:
    for name, interface in table.get("interfaces", {}).items():
        if interface.get("bond") != "debondable":
            continue
        moduli = [
            TypeAdapter(Modulus).validate_python(table["regions"][side]["youngs_modulus"])
            for side in name.split("|")
        ]
        strength = TypeAdapter(PositivePressure).validate_python(interface["strength"])
        toughness = TypeAdapter(Toughness).validate_python(interface["toughness"])
        shear_strength = TypeAdapter(PositivePressure).validate_python(
            interface.get("shear_strength", strength)
        )
        shear_toughness = TypeAdapter(Toughness).validate_python(interface.get("shear_toughness", toughness))
        softer = min(modulus.smallest() for modulus in moduli)
        yield cohesive_length(softer, strength, toughness)
        yield cohesive_length(softer, shear_strength, shear_toughness)

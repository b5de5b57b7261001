"""What an interface needs of other tables of its case."""

from __future__ import annotations

from collections.abc import Iterator

from lithiate.case.case import Case
from lithiate.case.findings import Finding
from lithiate.case.interface import PRESSED
from lithiate.case.place_function import AXES


def interface_findings(case: Case) -> Iterator[Finding]:
    """Everything that is wrong, interface by interface."""
    for name, interface in case.interfaces.items():
        yield from _places(case, name)
        if interface.bonded_share == PRESSED:
            yield from _pressed(case, name)


def interface_warnings(case: Case) -> Iterator[str]:
    """Distances between faces that are not small on the mesh, one sentence each.

    Args:
        case: its tables are valid.
    """
    for name, interface in case.interfaces.items():
        gap, film = interface.initial_gap, interface.film_growth
        if gap.vanishes and film is None:
            continue
        size = case.geometry.interface_mesh_size(name)
        if gap.exceeds(size):
            yield (
                f"interface {name}: an initial_gap of {gap} m against elements of {size:g} m; faces "
                "are drawn closed and paired there, so that contact across such a gap is approximate"
            )
        if film is not None and film.initial_thickness > size:
            yield (
                f"interface {name}: a film_growth.initial_thickness of {film.initial_thickness:g} m against "
                f"elements of {size:g} m; the film takes no room on the mesh"
            )


def _pressed(case: Case, name: str) -> Iterator[Finding]:
    """What fabrication bonds must have been pressed."""
    path, found = ("interfaces", name, "bonded_share"), f'found "{PRESSED}"'
    if not case.physics.mechanics:
        yield Finding(path, f"{found} with physics.mechanics = false; allowed: a number there")
    elif case.stack_pressure.fabrication_pressure is None:
        yield Finding(path, f"{found}; allowed: only with stack_pressure.fabrication_pressure, or a number")


def _places(case: Case, name: str) -> Iterator[Finding]:
    """A formula of the place is in the coordinates that the model has."""
    symmetry, interface = case.geometry.symmetry, case.interfaces[name]
    for key, function in (
        ("initial_damage", interface.initial_damage),
        ("initial_gap", interface.initial_gap),
    ):
        unknown = function.unknown_names(symmetry)
        if unknown:
            text = f'found {", ".join(unknown)} in "{function.given}"; allowed: {", ".join(AXES[symmetry])} '
            yield Finding(("interfaces", name, key, "formula"), f'{text}with symmetry = "{symmetry}"')

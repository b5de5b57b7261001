"""What a case needs so that electrons reach every region that reacts."""

from __future__ import annotations

from collections.abc import Iterator

from lithiate_meshes.families import FilmGeometry, ParticleGeometry, StackGeometry

from lithiate.case.case import Case
from lithiate.case.findings import Finding, nearest
from lithiate.case.interface import DEFAULT_ELECTRONIC_RESISTANCE
from lithiate.case.joining import joined
from lithiate.case.sections import Physics

COUNTER_ELECTRODE = "top"
"""The surface of the ideal lithium face."""

MIRRORS = ("axis", "symmetry_x", "symmetry_y")
"""Surfaces that nothing crosses, in every family."""


def electron_findings(case: Case) -> Iterator[Finding]:
    """What is wrong with resolved electrode potentials, or with keys that belong to them.

    Args:
        case: its tables are valid.
    """
    yield from _resistances(case)
    if not case.resolves_electrons:
        if case.physics.collector != Physics().collector:
            text = f'found "{case.physics.collector}" with electrons = "equipotential"; allowed: only with '
            yield Finding(("physics", "collector"), f'{text}"resolved"')
        return
    if case.verification is not None:
        text = 'found "resolved"; allowed: "equipotential" in verification problems, which have no electrons'
        yield Finding(("physics", "electrons"), text)
        return
    if not case.physics.reaction:
        text = 'found "resolved" with reaction = false; allowed: "equipotential", because no current flows'
        yield Finding(("physics", "electrons"), text)
        return
    found = [*_conductors(case), *_collector(case)]
    yield from found or _unconnected(case)


def _resistances(case: Case) -> Iterator[Finding]:
    """A resistance that no electron meets."""
    for name, interface in case.interfaces.items():
        resistance = interface.electronic_resistance
        if resistance == DEFAULT_ELECTRONIC_RESISTANCE or case.passes_electrons(name):
            continue
        text = f"found {resistance:g} ohm m2; allowed: only with physics.electrons = "
        text += '"resolved" and an electronic_conductivity on both sides'
        yield Finding(("interfaces", name, "electronic_resistance"), text)


def _conductors(case: Case) -> Iterator[Finding]:
    """Where lithium reacts, electrons must get to."""
    for name, reason in {pair.split("|")[0]: pair for pair in case.reacting_interfaces}.items():
        if not case.card(name).conducts_electrons:
            text = f'missing; needed because physics.electrons = "resolved" and lithium reacts at {reason}'
            yield Finding(("regions", name, "electronic_conductivity"), text)


def _collector(case: Case) -> Iterator[Finding]:
    """Electrons enter at an outer surface that is no mirror and not the counter electrode's."""
    shape, given = case.geometry, case.physics.collector
    closed = {COUNTER_ELECTRODE, *MIRRORS}
    if isinstance(shape, ParticleGeometry):
        single = shape.position == "in" and shape.particles is None and shape.arrangement is None
        closed |= {"bottom"} if single else set()
    allowed = [name for name in shape.surfaces if name not in closed]
    if given in allowed:
        return
    why = ""
    if given == COUNTER_ELECTRODE:
        why = ", the counter electrode"
    elif given in closed:
        why = ", a mirror plane, which nothing crosses"
    text = f'found "{given}"{why}; allowed: {", ".join(allowed)}{nearest(given, allowed)}'
    yield Finding(("physics", "collector"), text)


def _unconnected(case: Case) -> Iterator[Finding]:
    """Regions that react must be joined to the collector by others that conduct electrons.

    Which regions an outer surface bounds is known before there is a mesh only in a stack: what else there is
    to find, building the problem finds.
    """
    shape = case.geometry
    connected = joined(case.regions, [name for name in case.interfaces if case.passes_electrons(name)])
    for name in dict.fromkeys(pair.split("|")[0] for pair in case.reacting_interfaces):
        text = (
            f"found none that joins {name} to the collector through regions that conduct electrons; allowed: "
            "an electronic_conductivity in the regions between them"
        )
        layered = isinstance(shape, FilmGeometry | StackGeometry) and case.physics.collector == "bottom"
        lonely = isinstance(shape, ParticleGeometry) and connected[name] == {name}
        if (layered and shape.regions[0] not in connected[name]) or lonely:
            yield Finding(("interfaces",), text)

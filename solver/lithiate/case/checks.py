"""What has to fit together across the tables of a case."""

from __future__ import annotations

from lithiate.case.case import Case
from lithiate.case.findings import Finding, nearest
from lithiate.case.protocol import Rest
from lithiate.case.quantities_known import known_quantities
from lithiate.materials.open_circuit import first_rise


def cross_findings(case: Case) -> list[Finding]:
    """Everything that is wrong only in combination; the tables themselves are valid."""
    return [
        *_storage(case),
        *_open_circuit(case),
        *_reactions(case),
        *_first_step(case),
        *_expectations(case),
    ]


def warnings_of(case: Case) -> tuple[str, ...]:
    """What is allowed but should be known, one sentence each."""
    found = []
    for name in case.storing_regions:
        table = case.card(name).open_circuit_potential
        if table is None:
            continue
        first, last = table.stoichiometry[0], table.stoichiometry[-1]
        if not first <= case.initial.stoichiometry <= last:
            found.append(
                f"initial.stoichiometry {case.initial.stoichiometry:g} lies outside the open-circuit table "
                f"of region {name}, which covers {first:g} to {last:g}; beyond it the curve is a logarithm"
            )
    return tuple(found)


def _storage(case: Case) -> list[Finding]:
    if case.storing_regions or not (case.physics.transport or case.physics.reaction):
        return []
    names = ", ".join(case.regions)
    text = (
        f"no region ({names}) stores lithium; allowed: a material with a maximum_concentration in one of them"
    )
    return [Finding(("regions",), text)]


def _open_circuit(case: Case) -> list[Finding]:
    findings = []
    for name in case.storing_regions:
        table = case.card(name).open_circuit_potential
        if table is None or case.card(name).chemistry != "open_circuit":
            continue
        rise = first_rise(table.stoichiometry, table.potential, case.physics.temperature)
        if rise is not None:
            findings.append(
                Finding(
                    ("regions", name, "open_circuit_potential", "potential"),
                    "the curve through the points does not fall everywhere between the stoichiometries "
                    f"{rise[0]:g} and {rise[1]:g}; allowed: points whose curve falls (more, or smoother)",
                )
            )
    return findings


def _reactions(case: Case) -> list[Finding]:
    """Lithium reacts from the side named first, which stores it, into the other, which conducts its ions."""
    findings: list[Finding] = []
    if not case.physics.reaction or not case.storing_regions:
        return findings
    for name, interface in case.interfaces.items():
        electrode, electrolyte = name.split("|")
        if not case.card(electrode).stores_lithium:
            findings.append(
                Finding(
                    ("regions", electrode, "material"),
                    f'found "{case.regions[electrode].material}", which stores no lithium; allowed: one that '
                    f"does, because lithium reacts at {name} (or physics.reaction = false)",
                )
            )
        if case.card(electrolyte).ionic_conductivity is None:
            findings.append(
                Finding(
                    ("regions", electrolyte, "material"),
                    f'found "{case.regions[electrolyte].material}", which conducts no ions; allowed: one '
                    f"that does, because lithium reacts at {name} (or physics.reaction = false)",
                )
            )
        if interface.exchange_current_density is None:
            findings.append(
                Finding(
                    ("interfaces", name, "exchange_current_density"),
                    "missing; needed because physics.reaction = true",
                )
            )
    return findings


def _first_step(case: Case) -> list[Finding]:
    """A state of charge to be reached must lie ahead; it is known only before the first current."""
    for number, step in enumerate(case.protocol):
        if isinstance(step, Rest):
            continue
        target, start = step.until.state_of_charge, case.initial.stoichiometry
        if target is not None and (start - target) * step.sign <= 0:
            side = "above" if step.sign < 0 else "below"
            path = ("protocol", number, "until", "state_of_charge")
            return [Finding(path, f"found {target:g}; allowed: {side} initial.stoichiometry = {start:g}")]
        break
    return []


def _expectations(case: Case) -> list[Finding]:
    known = known_quantities(case)
    findings = []
    for number, expectation in enumerate(case.expectation):
        name = expectation.quantity
        if name not in known:
            path = ("expectation", number, "quantity")
            longer = [other for other in known if other.startswith(f"{name}.")]
            hint = f"; did you mean {longer[0]}?" if longer else nearest(name, known)
            findings.append(Finding(path, f'found "{name}", which no run of this case gives{hint}'))
    return findings

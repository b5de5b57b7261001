"""What a cell cannot do once a part of its physics is switched off, and what should be known of it."""

from __future__ import annotations

from collections.abc import Iterator

from lithiate.case.case import Case
from lithiate.case.findings import Finding
from lithiate.case.protocol import ChangePressure, HoldVoltage, Rest, written

SWITCHES = {
    "mechanics": "nothing moves and there is no stress; contact stays as made, and stack pressure acts on "
    "nothing",
    "transport": "the lithium content stays as it is, and the equilibrium potential follows stress alone",
    "conduction": "the electrolyte potential is zero everywhere, without a drop along the electrolyte",
    "reaction": "no lithium passes between electrode and electrolyte, so that there is no voltage",
}
"""Keys of ``[physics]``, and what a cell is without them."""


def switch_findings(case: Case) -> list[Finding]:
    """Everything of a case that needs what is switched off.

    Args:
        case: its tables are valid.
    """
    if case.verification is not None:
        return list(_verification(case))
    return [*_something_left(case), *_protocol(case), *_landings(case), *_contact(case)]


def switch_warnings(case: Case) -> Iterator[str]:
    """One sentence on each part of the physics that is off.

    Args:
        case: of a cell.
    """
    for name, words in SWITCHES.items():
        if not getattr(case.physics, name):
            yield f"physics.{name} = false: {words}"


def _verification(case: Case) -> Iterator[Finding]:
    """A verification problem is solved as it is."""
    for name in SWITCHES:
        if not getattr(case.physics, name):
            text = f'found false with problem = "{case.problem_name}"; allowed: true'
            yield Finding(("physics", name), text)


def _something_left(case: Case) -> Iterator[Finding]:
    physics = case.physics
    if not (physics.mechanics or physics.transport or physics.reaction):
        text = "found false, as are transport and reaction; allowed: at least one of them true"
        yield Finding(("physics", "mechanics"), text)


def _protocol(case: Case) -> Iterator[Finding]:
    """Current needs a reaction, and what ends a step must come to pass."""
    physics = case.physics
    for path, step in written(case.protocol):
        if isinstance(step, Rest | ChangePressure):
            continue
        if not physics.reaction:
            text = f'found "{step.step}" with physics.reaction = false; allowed: "rest", "pressure", "repeat"'
            yield Finding((*path, "step"), text)
        elif not physics.transport:
            ends = ["time"] if isinstance(step, HoldVoltage) else ["time", "capacity"]
            if all(getattr(step.until, name) is None for name in ends):
                text = (
                    "found nothing that surely ends the step: with physics.transport = false voltage and "
                    f"state of charge need not change; allowed: {' or '.join(ends)}"
                )
                yield Finding((*path, "until"), text)


def _landings(case: Case) -> Iterator[Finding]:
    """A state of charge that does not change cannot be landed on."""
    off = [name for name in ("transport", "reaction") if not getattr(case.physics, name)]
    if off and case.output.states_of_charge:
        text = f"found with physics.{off[0]} = false, which keeps the state of charge; allowed: none"
        yield Finding(("output", "states_of_charge"), text)


def _contact(case: Case) -> Iterator[Finding]:
    """Faces that only press touch by the pressure between them; of others something must be joined."""
    if case.physics.mechanics:
        return
    for name, interface in case.interfaces.items():
        if case.transfer_at(name) == "nothing" and not case.passes_electrons(name):
            continue
        if interface.bond == "contact":
            text = (
                'found "contact" with physics.mechanics = false, which leaves no pressure to make it; '
                'allowed: "bonded", "debondable" with the bonded_share that is in contact as made'
            )
            yield Finding(("interfaces", name, "bond"), text)
            continue
        share, damage, gap = interface.bonded_share, interface.initial_damage, interface.initial_gap
        parted = {
            "bonded_share": (share == 0.0, "0", "more than 0"),
            "initial_damage": (damage.given == 1.0, "1", "less than 1 somewhere"),
            "initial_gap": (gap.exceeds(0.0), f"{gap} m", "0 somewhere, by a formula, or none"),
        }
        for key, (apart, found, allowed) in parted.items():
            if apart:
                text = f"found {found} with physics.mechanics = false, which leaves no contact as made; "
                yield Finding(("interfaces", name, key), f"{text}allowed: {allowed}")

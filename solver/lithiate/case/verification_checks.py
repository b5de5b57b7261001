"""What the case of a verification problem must say, and must not."""

from __future__ import annotations

from collections.abc import Iterator

from lithiate_meshes.families.verification_beams import DoubleCantileverGeometry
from lithiate_meshes.families.verification_contact import HertzContactGeometry
from lithiate_meshes.families.verification_indentation import IndentationGeometry

from lithiate.case.beam_theory import GROWTH, LIGAMENT_LEFT, beam_of
from lithiate.case.case import Case
from lithiate.case.findings import Finding
from lithiate.case.hertz_theory import hertz_of
from lithiate.case.indentation_theory import least_contact_radius
from lithiate.case.load import Load, VerificationProblem

STORING_PROBLEMS = ("sphere", "core_shell", "block")
"""Problems whose regions must store lithium."""

ROUND_PROBLEMS = ("sphere", "core_shell", "hollow_sphere")
"""Problems that are spheres."""

TIMELESS_FLOWS = ("elastic", "rate_independent")
"""Laws of flow in which nothing depends on time."""

CONDUCTING_PROBLEMS = ("constriction", "two_blocks")
"""Problems whose regions must conduct ions; those of the second may store lithium in its place."""


def verification_findings(case: Case) -> list[Finding]:
    """Everything that is wrong only in combination.

    Args:
        case: of a verification problem; its tables are valid.
    """
    problem = case.verification
    assert problem is not None
    return [
        *_keys_of_load(case, problem),
        *_end(case),
        *_start(case, problem),
        *_platen(case, problem),
        *_materials(case),
        *_symmetry(case),
        *_bond(case),
        *_output(case),
        *_double_cantilever(case),
        *_hertz(case),
        *_indentation(case),
        *_interfaces(case),
    ]


def verification_warnings(case: Case) -> Iterator[str]:
    """What a verification problem takes and does not need, one sentence each.

    Args:
        case: of a verification problem.
    """
    for name, region in case.regions.items() if case.problem_name == "core_shell" else ():
        if region.differs_from_library("diffusivity"):
            yield (
                f"regions.{name}.diffusivity has no effect: core and shell are in equilibrium all the way, "
                "however fast lithium moves"
            )


def _keys_of_load(case: Case, problem: VerificationProblem) -> Iterator[Finding]:
    """Exactly the keys that the problem reads."""
    name = _name(case)
    load = case.load or Load()
    allowed = problem.keys_of_load
    for key in sorted(load.model_fields_set):
        if key not in allowed and getattr(load, key) != Load.model_fields[key].default:
            text = f"found with problem = {name}; allowed: {', '.join(allowed) or 'no [load] at all'}"
            yield Finding(("load", key), text)
    for key in problem.needs:
        if getattr(load, key) is None:
            yield Finding(("load", key), f"missing; needed by problem = {name}")
    given = [key for key in problem.one_of if getattr(load, key) is not None]
    if problem.one_of and len(given) != 1:
        found = f"found {' and '.join(given)}" if given else "missing"
        text = f"{found}; allowed: exactly one of {' and '.join(problem.one_of)}"
        yield Finding(("load", problem.one_of[0]), text)


def _end(case: Case) -> Iterator[Finding]:
    """A run must end, and a film cannot be filled with more than it holds."""
    load, kind = case.load or Load(), _name(case)
    if kind == '"sphere"' and load.end is None and not case.output.times:
        yield Finding(("load", "end"), "missing; allowed: a time, here or as the last of output.times")
    if kind != '"block"' or load.lithium_per_silicon_rate is None or load.end is None:
        return
    start = case.initial.stoichiometry * load.largest_lithium_per_silicon
    duration = load.end_with_unit
    end = load.end_as_number if duration is None else start + load.lithium_per_silicon_rate * duration
    assert end is not None
    if not start < end < load.largest_lithium_per_silicon:
        text = (
            f"found {load.end}, with which the film ends at {end:g} lithium per silicon; allowed: more than "
            f"at the start ({start:g}) and less than load.largest_lithium_per_silicon = "
            f"{load.largest_lithium_per_silicon:g}"
        )
        yield Finding(("load", "end"), text)
    elif load.turn is not None and not 0 < load.turn < end:
        text = f"found {load.turn:g}; allowed: more than 0 and less than {end:g}, where the film turns"
        yield Finding(("load", "turn"), text)


def _start(case: Case, problem: VerificationProblem) -> Iterator[Finding]:
    filling = case.initial.mean_filling
    if problem.mean_filling and filling is None:
        yield Finding(("initial", "mean_filling"), f"missing; needed by problem = {_name(case)}")
    if filling is not None and not problem.mean_filling:
        text = f"found {filling:g} with problem = {_name(case)}; allowed: initial.stoichiometry"
        yield Finding(("initial", "mean_filling"), text)


def _platen(case: Case, problem: VerificationProblem) -> Iterator[Finding]:
    pressure = case.stack_pressure.pressure
    if pressure > 0.0 and not problem.stack_pressure:
        text = f"found {pressure:g} Pa; allowed: 0, because no platen presses on problem = {_name(case)}"
        yield Finding(("stack_pressure", "pressure"), text)
    if case.stack_pressure.mode != "constant" or case.stack_pressure.fabrication_pressure is not None:
        text = "found more than a constant pressure; allowed: only pressure, in a verification problem"
        yield Finding(("stack_pressure", "mode"), text)


def _materials(case: Case) -> Iterator[Finding]:
    """Bodies of which lithium is asked must store it, or ions conduct them; one under pressure must yield."""
    kind = case.problem_name
    for name in case.regions:
        card, path = case.card(name), ("regions", name, "material")
        if card.densifies:
            text = f"found with problem = {_name(case)}; allowed: none, no closed form counts on it"
            yield Finding(("regions", name, "densification_pressure"), text)
        if kind == "hollow_sphere" and (card.flow != "rate_independent" or card.stores_lithium):
            text = (
                f'found "{card.name}"; allowed: a material with flow = "rate_independent" that stores no '
                "lithium, whose limit pressure is asked for"
            )
            yield Finding(path, text)
        if kind in ("double_cantilever", "hertz") and (card.flow != "elastic" or card.stores_lithium):
            text = f'found "{card.name}"; allowed: a material with flow = "elastic" that stores no lithium'
            yield Finding(path, text)
        if kind == "indentation" and (card.flow not in TIMELESS_FLOWS or card.stores_lithium):
            text = (
                f'found "{card.name}"; allowed: a material with flow = "elastic" or "rate_independent" that '
                "stores no lithium, because the cone has no speed"
            )
            yield Finding(path, text)
        if kind == "two_blocks" and case.storing_regions:
            yield from _storing_block(case, name)
        elif kind in CONDUCTING_PROBLEMS and not card.is_electrolyte:
            yield Finding(path, f'found "{card.name}"; allowed: a material with an ionic_conductivity')
        elif kind == "two_blocks" and card.diffusivity is not None:
            text = "found in a material that conducts ions; allowed: only with a maximum_concentration"
            yield Finding(("regions", name, "diffusivity"), text)
        if kind in STORING_PROBLEMS and not card.stores_lithium:
            yield Finding(path, f'found "{card.name}"; allowed: a material that stores lithium')
        if kind == "hollow_sphere" and (card.hardening_modulus > 0 or card.saturation_stress is not None):
            text = "found a material that hardens, which has no limit pressure; allowed: 0, and no saturation"
            yield Finding(("regions", name, "hardening_modulus"), text)
        if kind == "core_shell" and card.first_lithiation_potential is not None:
            text = (
                "found a curve of first lithiation; allowed: none, because the state in equilibrium must not "
            )
            yield Finding(("regions", name, "first_lithiation_potential"), f"{text}depend on the way to it")
        if kind == "core_shell" and card.flow != "elastic":
            yield Finding(
                ("regions", name, "flow"),
                f'found "{card.flow}"; allowed: "elastic", because the state in equilibrium must not depend '
                "on the way to it",
            )


def _storing_block(case: Case, name: str) -> Iterator[Finding]:
    """Both blocks store lithium, whose exact filling is harmonic: j = -D Grad C with a constant D."""
    card = case.card(name)
    if len(case.storing_regions) < len(case.regions):
        if card.stores_lithium:
            text = (
                f'found "{card.name}", which stores lithium, with problem = {_name(case)}; allowed: in both '
            )
            yield Finding(
                ("regions", name, "material"), f"{text}blocks, or materials with an ionic_conductivity"
            )
        return
    if card.chemistry != "ideal_dilute":
        text = f'found "{card.chemistry}" with problem = {_name(case)}; allowed: "ideal_dilute"'
        yield Finding(("regions", name, "chemistry"), text)
    if card.diffusivity is not None and not card.diffusivity.constant:
        text = f"found one that changes with the lithium content, with problem = {_name(case)}"
        yield Finding(("regions", name, "diffusivity"), f"{text}; allowed: a constant")


def _bond(case: Case) -> Iterator[Finding]:
    """Core and shell hold together and are in equilibrium, whatever passes between them."""
    for name, interface in case.interfaces.items():
        if case.problem_name == "core_shell" and interface.debondable:
            text = 'found "debondable" with problem = "core_shell"; allowed: "bonded"'
            yield Finding(("interfaces", name, "bond"), text)
        default = type(interface).model_fields["exchange_resistance"].default
        if case.problem_name == "core_shell" and interface.exchange_resistance != default:
            text = (
                f'found {interface.exchange_resistance:g} ohm m2 with problem = "core_shell"; allowed: none, '
                "because core and shell are in equilibrium all the way"
            )
            yield Finding(("interfaces", name, "exchange_resistance"), text)


def _output(case: Case) -> Iterator[Finding]:
    """Steps land on times where time means something, and within the run."""
    kind, output, load = case.problem_name, case.output, case.load or Load()
    if output.states_of_charge:
        text = (
            f"found with problem = {_name(case)}, whose steps do not land on states of charge; allowed: none"
        )
        yield Finding(("output", "states_of_charge"), text)
    if not output.times:
        return
    if kind not in ("sphere", "block"):
        text = f"found with problem = {_name(case)}, whose steps do not land on times; allowed: none"
        yield Finding(("output", "times"), text)
    end = load.end_with_unit
    if kind == "sphere":
        end = end or load.end_as_number or max(output.times)
        if end == 0.0:
            yield Finding(
                ("output", "times"), "found nothing later than 0 s; allowed: a time > 0 s to end at"
            )
    if end is not None and load.turn is None and max(output.times) > end:
        yield Finding(("output", "times"), f"found {max(output.times):g} s, beyond load.end = {end:g} s")


def _symmetry(case: Case) -> Iterator[Finding]:
    """What is read off a sphere has no meaning in a fibre."""
    if case.problem_name in ROUND_PROBLEMS and case.geometry.symmetry == "plane_strain":
        text = f'found "plane_strain" with problem = {_name(case)}; allowed: "axisymmetric", "3d"'
        yield Finding(("geometry", "symmetry"), text)


def _double_cantilever(case: Case) -> Iterator[Finding]:
    """The arms must be held by something that opens, and long enough for beams."""
    shape = case.geometry
    if not isinstance(shape, DoubleCantileverGeometry):
        return
    path = ("interfaces", "upper|lower", "bond")
    if not case.interfaces["upper|lower"].debondable:
        yield Finding(path, 'found "bonded"; allowed: "debondable", because the crack grows along it')
        return
    ligament, left = shape.length - shape.crack_length, LIGAMENT_LEFT * shape.arm_height
    shortest = shape.crack_length + left + GROWTH * shape.arm_height
    if shape.length < shortest * (1 - 1e-9):
        text = (
            f"found {shape.length:g} m; allowed: at least crack_length + {LIGAMENT_LEFT + GROWTH:g} "
            f"arm_height = {shortest:g} m, so that the uncracked end does not turn"
        )
        yield Finding(("geometry", "length"), text)
    elif case.load is not None and case.load.opening is not None:
        largest = beam_of(case).critical_opening(ligament - left)
        if case.load.opening > largest:
            text = (
                f"found {case.load.opening:g} m; allowed: at most {largest:.4g} m, at which the crack of a "
                f"beam comes within {LIGAMENT_LEFT:g} arm heights of the far end"
            )
            yield Finding(("load", "opening"), text)


def _hertz(case: Case) -> Iterator[Finding]:
    """The faces must be able to part, and the contact must lie on the small elements."""
    shape, load = case.geometry, case.load
    if not isinstance(shape, HertzContactGeometry) or load is None or load.force is None:
        return
    if shape.obstacle == "blocks" and not case.interfaces["body|obstacle"].debondable:
        path = ("interfaces", "body|obstacle", "bond")
        yield Finding(path, 'found "bonded"; allowed: "contact", because the faces start apart')
    contact = hertz_of(case).contact_radius(load.force)
    if contact > shape.contact_width:
        text = (
            f"found {shape.contact_width:g} m; allowed: at least {contact:.4g} m, which is in contact under "
            f"load.force = {load.force:g}"
        )
        yield Finding(("geometry", "contact_width"), text)


def _indentation(case: Case) -> Iterator[Finding]:
    """The imprint is deep against what it touches, and the contact must lie on the small elements."""
    shape, load = case.geometry, case.load
    if not isinstance(shape, IndentationGeometry):
        return
    if case.physics.kinematics == "small_strain":
        text = 'found "small_strain"; allowed: "finite_strain", because strains under a cone are of order one'
        yield Finding(("physics", "kinematics"), text)
    if load is None or load.force is None:
        return
    contact = least_contact_radius(case, load.force)
    if contact > shape.contact_width:
        text = (
            f"found {shape.contact_width:g} m; allowed: at least {contact:.4g} m, which is in contact at "
            f"least under load.force = {load.force:g}"
        )
        yield Finding(("geometry", "contact_width"), text)


def _interfaces(case: Case) -> Iterator[Finding]:
    """Ions, or lithium, pass between two blocks that hold together."""
    for name, interface in case.interfaces.items() if case.problem_name == "two_blocks" else ():
        if interface.debondable:
            text = f'found "debondable"; allowed: "bonded", with problem = {_name(case)} and no protocol'
            yield Finding(("interfaces", name, "bond"), text)
        if interface.exchange_current_density is not None:
            text = f"found {interface.exchange_current_density:g} A/m2; allowed: only where lithium reacts; "
            yield Finding(
                ("interfaces", name, "exchange_current_density"),
                f"{text}here ions or lithium pass an exchange_resistance",
            )


def _name(case: Case) -> str:
    return f'"{case.problem_name}"'

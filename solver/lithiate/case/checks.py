"""What has to fit together across the tables of a case."""

from __future__ import annotations

from collections.abc import Iterator

from lithiate.case.boundary_checks import boundary_findings
from lithiate.case.case import Case
from lithiate.case.conductivity_checks import conductivity_findings
from lithiate.case.convexity import convexity_findings
from lithiate.case.electron_checks import electron_findings
from lithiate.case.findings import Finding, nearest, strip_annotation
from lithiate.case.idle_keys import idle_key_warnings
from lithiate.case.interface_checks import interface_findings, interface_warnings
from lithiate.case.joining import joined
from lithiate.case.load import PROBLEMS
from lithiate.case.mesh_size import LARGEST_SHARE_OF_COHESIVE_LENGTH, cohesive_length
from lithiate.case.protocol import ChangePressure, HoldVoltage, Rest, written
from lithiate.case.quantities_known import known_quantities
from lithiate.case.reaction_checks import reaction_key_findings
from lithiate.case.switch_checks import switch_findings, switch_warnings
from lithiate.case.verification_checks import verification_findings, verification_warnings
from lithiate.materials.first_lithiation import first_excess
from lithiate.materials.flow_checks import softening, unreachable_pressure
from lithiate.materials.functions import PropertyFunction
from lithiate.materials.open_circuit import first_rise
from lithiate.materials.properties import PROPERTY_NAMES
from lithiate.materials.regular_solution import CRITICAL_PARAMETER, interface_width

ELEMENTS_PER_WIDTH = 3
"""Elements across the interface between two phases, at least."""


def cross_findings(case: Case) -> list[Finding]:
    """Everything that is wrong only in combination; the tables themselves are valid."""
    potential = list(_potential(case))
    if potential:
        return potential  # what follows asks for the fillings at it
    found = [
        *interface_findings(case),
        *_functions(case),
        *_densification(case),
        *conductivity_findings(case),
        *_open_circuit(case),
        *_first_lithiation(case),
        *_phases(case),
        *reaction_key_findings(case),
    ]
    # Of functions that are wrong by themselves nothing more is asked.
    found += [] if found else convexity_findings(case)
    found += [*switch_findings(case), *boundary_findings(case)]
    if case.verification is not None:
        return [*found, *verification_findings(case), *electron_findings(case), *_expectations(case)]
    if case.load is not None and case.problem_name in PROBLEMS:
        # Which of the two is meant decides what else must be there.
        return [*found, *_load(case)]
    return [
        *_cell(case),
        *_load(case),
        *found,
        *_storage(case),
        *_reactions(case),
        *_connections(case),
        *electron_findings(case),
        *_first_step(case),
        *_expectations(case),
    ]


def _load(case: Case) -> Iterator[Finding]:
    """A load drives a verification problem, and nothing else does so at the same time."""
    if case.load is not None:
        text = f"found with {'a protocol' if case.protocol else 'a cell'}; allowed: only without a protocol, "
        names = ", ".join(f'"{name}"' for name in PROBLEMS)
        yield Finding(("load",), f'{text}in family = "verification" with problem = {names}')


def _potential(case: Case) -> Iterator[Finding]:
    """Every storing region must have a filling at the potential that the cell starts from."""
    potential = case.initial.potential
    if potential is None:
        return
    path = ("initial", "potential")
    if case.verification is not None:
        yield Finding(path, f"found {potential:g} V; allowed: only in cells, not in verification problems")
        return
    for name in case.storing_regions:
        if case.card(name).chemistry != "open_circuit":
            text = f'found {potential:g} V, but region {name} has chemistry = "{case.card(name).chemistry}"; '
            yield Finding(path, text + "allowed: initial.stoichiometry in its place")
        elif case.filling_at(name, potential) is None:
            text = f"found {potential:g} V, which the open-circuit curve of region {name} does not have"
            yield Finding(path, f"{text}; allowed: a voltage inside its range")


def _cell(case: Case) -> Iterator[Finding]:
    """A cell stands under a platen and follows a protocol."""
    if "stack_pressure" not in case.model_fields_set:
        yield Finding(("stack_pressure",), "missing; needed because a cell stands under a platen")
    for path, step in written(case.protocol):
        if isinstance(step, ChangePressure) and case.stack_pressure.mode != "constant":
            text = f'found "pressure" with stack_pressure.mode = "{case.stack_pressure.mode}"; allowed: only '
            text += 'with "constant", because the fixture or the table sets the pressure otherwise'
            yield Finding((*path, "step"), text)
    if not case.protocol:
        yield Finding(("protocol",), "empty; allowed: at least one [[protocol]] step")
    if case.initial.mean_filling is not None:
        yield Finding(
            ("initial", "mean_filling"),
            f"found {case.initial.mean_filling:g}; allowed: only in the verification problem core_shell; "
            "a cell starts from initial.stoichiometry",
        )


def warnings_of(case: Case) -> tuple[str, ...]:
    """What is allowed but should be known, one sentence each."""
    found = []
    for name in case.storing_regions:
        table = case.card(name).open_circuit_potential
        if table is None or case.card(name).chemistry != "open_circuit":
            continue
        first, last = table.stoichiometry[0], table.stoichiometry[-1]
        key = "stoichiometry" if case.initial.potential is None else "potential"
        if not first <= case.starts[name] <= last:
            found.append(
                f"initial.{key} {getattr(case.initial, key):g} lies outside the open-circuit table "
                f"of region {name}, which covers {first:g} to {last:g}; beyond it the curve is a logarithm"
            )
    found += switch_warnings(case) if case.verification is None else verification_warnings(case)
    found += [*idle_key_warnings(case), *interface_warnings(case)]
    return (*found, *_empty_spaces(case), *_electrons_beyond_contact(case), *_coarse_interfaces(case))


def _empty_spaces(case: Case) -> Iterator[str]:
    """Regions without a mesh, whose walls may meet."""
    for surface in case.geometry.surfaces:
        if surface.endswith("_wall"):
            yield (
                f"no contact is computed across the empty space inside {surface}: a run ends where a wall "
                "meets a side of the model, but walls that meet inside the model are not noticed"
            )


def _electrons_beyond_contact(case: Case) -> Iterator[str]:
    """Interfaces that electrons pass however far they open: the electrode potential is one number."""
    for name, interface in () if case.resolves_electrons else case.interfaces.items():
        stores = [case.card(side).stores_lithium for side in name.split("|")]
        if interface.debondable and any(stores) and case.transfer_at(name) == "nothing":
            yield f"interface {name} may open, but the electrode potential stays the same on both sides"


def _coarse_interfaces(case: Case) -> Iterator[str]:
    """Debondable interfaces whose elements do not resolve the zone in which cohesion acts."""
    for name, interface in case.interfaces.items():
        if not interface.debondable or not interface.strength or not interface.toughness:
            continue
        moduli = [case.card(side).youngs_modulus for side in name.split("|")]
        softer = min(modulus.smallest(case.physics.temperature) for modulus in moduli)
        shear = (
            interface.shear_strength or interface.strength,
            interface.shear_toughness or interface.toughness,
        )
        modes = (interface.strength, interface.toughness), shear
        length = min(cohesive_length(softer, *mode) for mode in modes)
        size = case.geometry.interface_mesh_size(name)
        if size > length * LARGEST_SHARE_OF_COHESIVE_LENGTH:
            yield (
                f"interface {name}: elements of {size:g} m against a cohesive length of {length:.3g} m; a "
                "third of it or less resolves how the interface opens"
            )


def _functions(case: Case) -> Iterator[Finding]:
    """Properties that take a value at some filling, at the temperature of the run, that they must not."""
    for name, region in case.regions.items():
        for key in PROPERTY_NAMES:
            function = getattr(region, key)
            for kind in strip_annotation(type(region).model_fields[key].annotation)[1]:
                if isinstance(kind, PropertyFunction) and function is not None:
                    text = kind.refused(function, case.physics.temperature)
                    if text is not None:
                        yield Finding(("regions", name, key), text)
        text = softening(case.card(name), case.physics.temperature)
        if text is not None:
            yield Finding(("regions", name, "saturation_stress"), text)


def _densification(case: Case) -> Iterator[Finding]:
    """Layers that densify do so at finite strain, and at a pressure that their elasticity can reach."""
    for name in case.regions:
        card, path = case.card(name), ("regions", name, "densification_pressure")
        if card.densification_pressure is None:
            continue
        if case.physics.kinematics == "small_strain":
            yield Finding(path, 'found with physics.kinematics = "small_strain"; allowed: "finite_strain"')
        text = unreachable_pressure(card, case.physics.temperature)
        if text is not None:
            yield Finding(path, text)


def _storage(case: Case) -> list[Finding]:
    if case.storing_regions or not (case.physics.transport or case.physics.reaction):
        return []
    names = ", ".join(case.regions)
    text = (
        f"no region ({names}) stores lithium; allowed: a material with a maximum_concentration in one of "
        "them (or physics.transport = false and physics.reaction = false)"
    )
    return [Finding(("regions",), text)]


def _open_circuit(case: Case) -> list[Finding]:
    findings = []
    for name in case.storing_regions:
        if case.card(name).chemistry != "open_circuit":
            continue
        for key in ("open_circuit_potential", "first_lithiation_potential"):
            table = getattr(case.card(name), key)
            if table is None:
                continue
            rise = first_rise(table.stoichiometry, table.potential, case.physics.temperature)
            if rise is not None:
                findings.append(
                    Finding(
                        ("regions", name, key, "potential"),
                        "the curve through the points does not fall everywhere between the stoichiometries "
                        f"{rise[0]:g} and {rise[1]:g}; allowed: points whose curve falls (more, or smoother)",
                    )
                )
    return findings


def _first_lithiation(case: Case) -> Iterator[Finding]:
    """What a first lithiation costs must be lost, not gained, and reach everything that reads mu."""
    physics = case.physics
    for name in case.storing_regions:
        first, ordinary = case.card(name).first_lithiation_potential, case.card(name).open_circuit_potential
        if first is None or ordinary is None:
            continue
        path = ("regions", name, "first_lithiation_potential")
        where = first_excess(first, ordinary, physics.temperature)
        if where is not None:
            text = (
                f"found a potential above that of open_circuit_potential at the stoichiometry {where:.3g}; "
                "allowed: at most that one, because a cycle would give energy otherwise"
            )
            yield Finding((*path, "potential"), text)
        if physics.stress_in_overpotential and not physics.stress_in_flux:
            text = (
                "found with physics.stress_in_flux = false; allowed: true, or stress_in_overpotential = "
                "false as well, because what drives diffusion is taken from one curve there"
            )
            yield Finding(path, text)


def phase_interface_width(case: Case, region: str) -> float | None:
    """Width of the interface between the two phases of a region [m], None where there is one phase.

    Args:
        case: valid.
        region: a region that stores lithium.
    """
    card = case.card(region)
    parameter, energy = card.regular_solution_parameter, card.gradient_energy
    if card.chemistry != "regular_solution" or parameter is None or energy is None:
        return None
    if parameter <= CRITICAL_PARAMETER:
        return None
    return interface_width(parameter, energy, case.concentration_as_built(region), case.physics.temperature)


def unresolved_phases(width: float, energy: float, size: float) -> str:
    """What to say of elements that are too large for the interface between two phases.

    Args:
        width: of that interface [m].
        energy: gradient energy [J/m].
        size: of the elements [m].
    """
    return (
        f"found {energy:g} J/m, with which the interface between the phases is {width:.3g} m wide, and "
        f"elements of {size:.3g} m; allowed: elements of at most {width / ELEMENTS_PER_WIDTH:.3g} m, a third "
        "of the width, or a larger gradient energy (the width grows with its root)"
    )


def _phases(case: Case) -> Iterator[Finding]:
    """A gradient energy must reach everything that reads mu, and its interfaces must be resolved."""
    physics = case.physics
    for name in case.storing_regions:
        energy, path = case.card(name).gradient_energy, ("regions", name, "gradient_energy")
        if energy is None:
            continue
        if physics.stress_in_flux != physics.stress_in_overpotential:
            text = (
                "found with only one of physics.stress_in_flux and physics.stress_in_overpotential; allowed: "
                "both or none, because what leaves stress out leaves the gradient energy out as well"
            )
            yield Finding(path, text)
        width = phase_interface_width(case, name)
        touching = [interface for interface in case.interfaces if name in interface.split("|")]
        size = max((case.geometry.interface_mesh_size(other) for other in touching), default=0.0)
        if width is not None and size * ELEMENTS_PER_WIDTH > width:
            yield Finding(path, unresolved_phases(width, energy, size))


def _reactions(case: Case) -> list[Finding]:
    """Lithium reacts where a region that stores it, named first, meets one that conducts its ions."""
    findings: list[Finding] = []
    if not case.physics.reaction or not case.storing_regions:
        return findings
    for name, interface in case.interfaces.items():
        first, second = name.split("|")
        transfer, current = case.transfer_at(name), interface.exchange_current_density
        if case.card(first).is_electrolyte and case.card(second).stores_lithium:
            text = (
                f"lithium would react from {second} into {first}; allowed: only with the electrode named "
                f"first, as in {second}|{first}, which is decided by the geometry"
            )
            findings.append(Finding(("interfaces", name), text))
        elif transfer == "reaction" and current is None:
            text = "missing; needed because physics.reaction = true"
            findings.append(Finding(("interfaces", name, "exchange_current_density"), text))
        elif transfer != "reaction" and current is not None:
            text = (
                f"found {current:g} A/m2; allowed: only where lithium reacts; {first} "
                f'("{case.regions[first].material}") and {second} ("{case.regions[second].material}") are no '
                "pair of a material that stores lithium and one that conducts its ions"
            )
            findings.append(Finding(("interfaces", name, "exchange_current_density"), text))
    if not case.reacting_interfaces and not findings:
        text = (
            "at no interface a region that stores lithium, named first, meets one that conducts its ions; "
            "allowed: at least one (or physics.reaction = false)"
        )
        findings.append(Finding(("interfaces",), text))
    return findings


def _connections(case: Case) -> list[Finding]:
    """Every electrolyte must be connected to the others, every debondable interface must be able to open."""
    findings = []
    conductors = [name for name in case.regions if case.card(name).is_electrolyte]
    ions = [name for name in case.interfaces if case.transfer_at(name) in ("ions", "reaction")]
    connected = joined(case.regions, ions)
    for name in conductors:
        if case.physics.conduction and case.reacting_interfaces and not connected[name] - {name}:
            text = (
                f'found "{case.regions[name].material}", which conducts ions that reach no other region from '
                f"{name}; allowed: a material without ionic_conductivity"
            )
            findings.append(Finding(("regions", name, "material"), text))
    bonded = [name for name, interface in case.interfaces.items() if not interface.debondable]
    bodies = joined(case.regions, bonded)
    for name, interface in case.interfaces.items():
        first, second = name.split("|")
        fillers = [side for side in (first, second) if case.card(side).elasticity == "third_medium"]
        if interface.debondable and fillers:
            text = f'found "debondable", but {fillers[0]} is a filler that its walls carry; allowed: "bonded"'
            findings.append(Finding(("interfaces", name, "bond"), text))
        elif interface.debondable and second in bodies[first]:
            text = (
                f'found "debondable", but {first} and {second} are held together by other bonded interfaces; '
                'allowed: "bonded", or one of the others debondable'
            )
            findings.append(Finding(("interfaces", name, "bond"), text))
    return findings


def _start(case: Case) -> tuple[float, str]:
    """State of charge at time zero, and what to call it."""
    if case.initial.potential is None:
        return case.initial.stoichiometry, "initial.stoichiometry"
    volumes = case.geometry.region_volumes()
    sites = {name: case.concentration_as_built(name) * volumes[name] for name in case.storing_regions}
    filled = sum(case.starts[name] * amount for name, amount in sites.items())
    return filled / sum(sites.values()), "the state of charge at initial.potential"


def _first_step(case: Case) -> list[Finding]:
    """A state of charge to be reached must lie ahead; it is known only before the first current."""
    for path, step in written(case.protocol):
        if isinstance(step, Rest | ChangePressure):
            continue
        if isinstance(step, HoldVoltage):
            break
        target, (start, key) = step.until.state_of_charge, _start(case)
        if target is not None and (start - target) * step.sign <= 0:
            side = "above" if step.sign < 0 else "below"
            text = f"found {target:g}; allowed: {side} {key} = {start:.6g}"
            return [Finding((*path, "until", "state_of_charge"), text)]
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

"""A case in words, as ``lithiate check`` prints it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import floor, log10

from lithiate_meshes.quantities import Quantity
from pydantic import BaseModel

from lithiate.case.case import Case
from lithiate.case.estimate import Estimate, estimate
from lithiate.case.findings import strip_annotation
from lithiate.case.interface import PerssonContact, PlasticContact
from lithiate.case.protocol import (
    ChangePressure,
    HoldUntil,
    HoldVoltage,
    Repeat,
    Rest,
    Step,
    Until,
    carried_out,
)
from lithiate.case.sections import StackPressure
from lithiate.materials.card import MaterialCard
from lithiate.materials.functions import FormulaFunction, StoichiometryFunction, TabulatedFunction

MICROMETRE = 1e-6

_PREFIXES = {-12: "p", -9: "n", -6: "u", -3: "m", 0: "", 3: "k", 6: "M", 9: "G", 12: "T"}


def engineering(value: float, unit: str) -> str:
    """A value with a prefix, its number between 1 and 1000: ``engineering(2e9, "Pa")`` is "2 GPa"."""
    if value == 0:
        return f"0 {unit}"
    exponent = min(max(3 * floor(log10(abs(value)) / 3 + 1e-12), -12), 12)
    return f"{value / 10.0**exponent:.4g} {_PREFIXES[exponent]}{unit}"


def duration(seconds: float) -> str:
    """A time in the unit a person would choose."""
    for length, name in ((3600.0, "h"), (60.0, "min")):
        if seconds >= length:
            return f"{seconds / length:.4g} {name}"
    return engineering(seconds, "s")


def report_lines(case: Case) -> Iterator[str]:
    """The lines of ``lithiate check``.

    Args:
        case: a loaded case.
    """
    size = estimate(case)
    geometry = case.geometry
    yield f"{case.name}: {case.title}"
    yield ""
    words = ", ".join(_parameters(geometry))
    yield f"Geometry      {geometry.family}, {geometry.symmetry.replace('_', ' ')}; {words}"
    for name in case.regions:
        yield from _region(name, case.card(name), size, case.physics.temperature)
    for name in case.interfaces:
        yield from _interface(case, name)
    if case.verification is None or case.verification.stack_pressure:
        yield f"Stack         {_stack(case.stack_pressure)}"
    if case.boundary.sides == "free":
        yield "Sides         free"
    if case.initial.mean_filling is not None:
        yield f"Start         mean filling {case.initial.mean_filling:g}, free of stress where empty"
    elif case.initial.potential is not None:
        starts = ", ".join(f"{start:.4g} in {name}" for name, start in case.starts.items())
        yield f"Start         at {case.initial.potential:g} V, that is stoichiometry {starts}, free of stress"
    elif case.storing_regions:
        start, temperature = case.initial.stoichiometry, case.physics.temperature
        yield f"Start         stoichiometry {start:g} at {temperature:g} K, free of stress"
    yield f"Physics       {_physics(case)}"
    for number, line in enumerate(_protocol(case.protocol, size)):
        yield f"{'' if number else 'Protocol':<14}{line}"
    if case.load is not None and case.verification is not None:
        given = {name: getattr(case.load, name) for name in case.verification.keys_of_load}
        parts = [f"{name.replace('_', ' ')} {value}" for name, value in given.items() if value is not None]
        yield f"Load          {', '.join(parts)}"
    yield ""
    yield from _size(case, size)
    yield from _remarks(case)


def _stack(section: StackPressure) -> str:
    """The stack pressure, in words."""
    if section.mode == "free":
        return "no platen, a free face on top"
    text = f"{engineering(section.pressure, 'Pa')} ({section.mode.replace('_', ' ')}"
    if section.stiffness is not None:
        text += f", {section.stiffness * MICROMETRE / 1e9:.4g} GPa/um"
    if section.mode == "table":
        text += f", to {engineering(section.pressures[-1], 'Pa')} in {duration(section.times[-1])}"
    if section.fabrication_pressure is not None:
        text += f", after {engineering(section.fabrication_pressure, 'Pa')} in fabrication"
    return text + ")"


def _protocol(entries: Sequence[Step | Repeat], size: Estimate, first: int = 0) -> Iterator[str]:
    """The steps as written, each with the number that it has in the history when it is first done."""
    for entry in entries:
        if isinstance(entry, Repeat):
            last = first + sum(1 for _ in carried_out([entry])) - 1
            yield f"{first}  steps {first} to {last}, {entry.times} times over:"
            for line in _protocol(entry.steps, size, first):
                yield f"   {line}"
            first = last + 1
        else:
            yield f"{first}  {step_in_words(entry, size)}"
            first += 1


def _parameters(model: BaseModel) -> Iterator[str]:
    """What a part of the geometry is given by, its numbers with their units."""
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        if name in ("family", "symmetry", "name") or value is None or value == field.default:
            continue
        words = name.replace("_", " ")
        metadata = (*strip_annotation(field.annotation)[1], *field.metadata)
        if isinstance(value, float):
            unit = next((item.unit for item in metadata if isinstance(item, Quantity)), "")
            yield f"{words} {engineering(value, unit) if unit else format(value, 'g')}"
        elif isinstance(value, BaseModel):
            yield f"{words} ({', '.join(_parameters(value))})"
        elif isinstance(value, tuple) and all(isinstance(item, BaseModel) for item in value):
            parts = [
                f"{getattr(item, 'name', '')} ({', '.join(_parameters(item))})".strip() for item in value
            ]
            yield f"{words}: {', '.join(parts)}"
        else:
            yield words if value is True else f"{words} {value}"


def step_in_words(step: Step, size: Estimate) -> str:
    """One step of the protocol, for example "lithiate at C/10 (0.12 A/m2) until 0.01 V"."""
    if isinstance(step, Rest):
        return f"rest for {duration(step.until.time)}"
    if isinstance(step, ChangePressure):
        return f"pressure to {engineering(step.pressure, 'Pa')} within {duration(step.until.time)}"
    if isinstance(step, HoldVoltage):
        return f"hold at {step.voltage:g} V until {_ends(step.until)}"
    if step.rate is not None:
        current = step.rate * size.one_c_current_density
        text = (
            f"{step.step} at {_rate(step.rate)} ({engineering(current, 'A/m2')}, {current / 10:.4g} mA/cm2)"
        )
    else:
        current = step.current_density or 0.0
        rate = f", {current / size.one_c_current_density:.3g}C" if size.charge else ""
        text = f"{step.step} at {engineering(current, 'A/m2')} ({current / 10:.4g} mA/cm2{rate})"
    return f"{text} until {_ends(step.until)}"


def _rate(rate: float) -> str:
    return f"C/{1 / rate:.4g}" if rate < 1 else f"{rate:.4g}C"


def _ends(until: Until | HoldUntil) -> str:
    """What ends a step, in words."""
    ends = []
    if isinstance(until, Until) and until.voltage is not None:
        ends.append(f"{until.voltage:g} V")
    if isinstance(until, HoldUntil) and until.rate is not None:
        ends.append(_rate(until.rate))
    if isinstance(until, HoldUntil) and until.current_density is not None:
        ends.append(engineering(until.current_density, "A/m2"))
    if until.state_of_charge is not None:
        ends.append(f"state of charge {until.state_of_charge:g}")
    if until.capacity is not None:
        ends.append(f"{until.capacity / 36:.4g} mAh/cm2")
    if until.time is not None:
        ends.append(duration(until.time))
    return " or ".join(ends)


def _flow(card: MaterialCard, temperature: float) -> str:
    """How a material flows, in words."""
    if card.is_third_medium:
        return (
            f"third medium in a pore, regularised over {engineering(card.regularisation_length or 0.0, 'm')}"
        )
    if card.flow == "creep":
        stress = engineering(card.reference_stress or 0.0, "Pa")
        energy = (card.creep_activation_energy or 0.0) / 1e3
        rate = f"{card.reference_rate:.3g} 1/s exp(-{energy:g} kJ/mol / (R T))"
        return f"creeps at {rate} (stress / {stress})^{card.rate_exponent:g}"
    if card.yield_stress is None or card.flow == "elastic":
        return "elastic"
    hardening = engineering(card.hardening_modulus, "Pa")
    text = f"yields at {_function(card.yield_stress, 'Pa', temperature)}, hardening {hardening}"
    if card.saturation_stress is not None:
        end = _function(card.saturation_stress, "Pa", temperature)
        text += f" on top of the rise to {end} over a strain of {card.saturation_strain:g}"
    if card.flow == "viscoplastic":
        text += f", flows at {card.reference_rate:.3g} 1/s (stress / yield stress - 1)^{card.rate_exponent:g}"
    return text


def _region(name: str, card: MaterialCard, size: Estimate, temperature: float) -> Iterator[str]:
    yield f"Region        {name}: {card.name}, about {size.cells[name]} elements"
    elasticity = f"E {_function(card.youngs_modulus, 'Pa', temperature)}, "
    elasticity += f"nu {_function(card.poisson_ratio, '', temperature)}"
    yield f"{'':14}  {elasticity}, {_flow(card, temperature)}"
    if card.densification_pressure is not None:
        onset, slope = (
            engineering(value or 0.0, "Pa") for value in (card.densification_pressure, card.heckel_pressure)
        )
        yield f"{'':14}  porosity {card.porosity:g}, densifies beyond {onset}, Heckel pressure {slope}"
    if card.stores_lithium:
        yield (
            f"{'':14}  stores lithium: C_max {card.maximum_concentration:.4g} mol/m3, "
            f"swells by {card.swelling:.3g} of its volume,"
        )
        yield (
            f"{'':14}  {card.diffusivity_kind} diffusivity {_diffusivity(card, temperature)} m2/s, "
            f"{card.chemistry.replace('_', ' ')}"
            f"{', a curve of its own at first' if card.first_lithiation_potential else ''}"
        )
    if card.ionic_conductivity is not None:
        along = (engineering(value, "S/m") for value in card.ionic_conductivities_at(temperature))
        yield f"{'':14}  conducts ions: {' / '.join(along)}"


def _diffusivity(card: MaterialCard, temperature: float) -> str:
    function, factor = card.diffusivity, card.diffusivity_factor(temperature)
    assert function is not None
    return " -> ".join(f"{end * factor:.3g}" for end in _end_values(function, temperature))


def _end_values(function: StoichiometryFunction, temperature: float) -> list[float]:
    """Values at c = 0 and c = 1, one of them where they are always the same."""
    fillings = (0.0,) if function.constant else (0.0, 1.0)
    return [float(function.at(filling, temperature)) for filling in fillings]


def _function(function: StoichiometryFunction, unit: str, temperature: float) -> str:
    ends = _end_values(function, temperature)
    text = " -> ".join(engineering(end, unit) if unit else f"{end:g}" for end in ends)
    if isinstance(function, TabulatedFunction):
        return f"{text} (table)"
    return f"{text} (formula)" if isinstance(function, FormulaFunction) else text


def _interface(case: Case, name: str) -> Iterator[str]:
    interface, transfer = case.interfaces[name], case.transfer_at(name)
    bond: str = interface.bond
    if interface.strength is not None and interface.toughness is not None:
        bond += f", strength {engineering(interface.strength, 'Pa')}, toughness {interface.toughness:g} J/m2"
        if interface.shear_strength is not None or interface.shear_toughness is not None:
            strength = engineering(interface.shear_strength or interface.strength, "Pa")
            bond += f" (in shear {strength}, {interface.shear_toughness or interface.toughness:g} J/m2)"
        bond += ", exponential law" if interface.cohesive_law == "exponential" else ""
    if interface.debondable:
        bond += f", friction coefficient {interface.friction_coefficient:g}"
    yield f"Interface     {name}: {bond}"
    damage, gap = interface.initial_damage, interface.initial_gap
    made = {"damage": damage, f"gap [{gap.unit or 'm'}]": gap}
    shown = ", ".join(f"{what} {function}" for what, function in made.items() if not function.vanishes)
    if shown:
        yield f"{'':14}  as made: {shown}"
    if interface.readhesion_pressure is not None:
        pressure = engineering(interface.readhesion_pressure, "Pa")
        yield f"{'':14}  sticks again where pressed by over {pressure}, in {interface.readhesion_time:g} s"
    if interface.exchange_current_density is not None:
        law = "" if interface.kinetics == "butler_volmer" else f", {interface.kinetics} kinetics"
        exchange = f"{interface.exchange_current_density:g} A/m2 of true contact{law}"
        yield f"{'':14}  exchange current density {exchange}"
    if interface.film_resistance:
        yield f"{'':14}  film of {interface.film_resistance * 1e4:g} ohm cm2 of true contact"
    if interface.film_growth is not None:
        yield f"{'':14}  film that grows from {engineering(interface.film_growth.initial_thickness, 'm')}"
    if interface.double_layer_capacitance:
        capacitance = f"{interface.double_layer_capacitance:g} F/m2 of true contact"
        yield f"{'':14}  double layer {capacitance}, for its impedance alone"
    if transfer in ("lithium", "ions"):
        resistance = interface.exchange_resistance * 1e4
        yield f"{'':14}  {transfer} pass through {resistance:g} ohm cm2 of true contact"
    if case.passes_electrons(name):
        resistance = interface.electronic_resistance * 1e4
        yield f"{'':14}  electrons pass through {resistance:g} ohm cm2 of true contact"
    if transfer == "nothing" and not interface.debondable:
        return
    law = "none without a bond"
    if isinstance(interface.contact_area, PerssonContact):
        law = f"Persson, roughness slope {interface.contact_area.roughness_slope:g}"
    if isinstance(interface.contact_area, PlasticContact):
        law = f"plastic, hardness {engineering(interface.contact_area.hardness, 'Pa')}"
    yield (
        f"{'':14}  bonded share {interface.bonded_share}, contact by pressure: {law}, "
        f"floor {interface.residual_contact_fraction:g}"
    )


def _physics(case: Case) -> str:
    physics = case.physics
    parts = [name for name in ("mechanics", "transport", "conduction", "reaction") if getattr(physics, name)]
    terms = ("stress_in_flux", "stress_in_overpotential", "modulus_term")
    left_out = [name for name in terms if not getattr(physics, name)]
    text = f"{', '.join(parts) or 'nothing'}; {physics.kinematics.replace('_', ' ')}"
    if case.resolves_electrons:
        text += f"; electrons resolved, from {physics.collector}"
    return text + (f"; without {', '.join(left_out)}" if left_out else "")


def _size(case: Case, size: Estimate) -> Iterator[str]:
    yield f"Unknowns      about {size.unknowns:,} on {sum(size.cells.values()):,} elements"
    yield f"Memory        about {size.memory / 1e9:.2g} GB with a direct solver"
    depth = "/m" if case.geometry.symmetry == "plane_strain" else ""
    if size.charge:
        yield (
            f"Capacity      {size.capacity_milliampere_hours:.4g} mAh{depth} of the model, "
            f"{size.areal_capacity:.4g} mAh/cm2 of platen area ({size.platen_area:.4g} m2{depth})"
        )
        current = size.one_c_current_density
        yield f"1C            {engineering(current, 'A/m2')}, {current / 10:.4g} mA/cm2 of platen area"


def _remarks(case: Case) -> Iterator[str]:
    if case.assumed_values:
        yield ""
        yield "Assumed values (no source states them):"
    for item in case.assumed_values:
        yield f"  {item.key} = {item.value}"
        yield f"      {item.reason}"
    if case.warnings:
        yield ""
    for warning in case.warnings:
        yield f"warning: {warning}"

"""The quantities that a run of a case ends with: names and units of history columns and of the summary."""

from __future__ import annotations

from lithiate.case.case import Case
from lithiate.case.load import VerificationProblem

_OF_THE_RUN = {
    "step": "-", "time": "s", "time_step": "s", "protocol_step": "-", "cycle": "-", "newton_iterations": "-",
    "voltage": "V", "current_density": "A/m2", "state_of_charge": "-", "areal_capacity": "mAh/cm2",
    "specific_capacity": "mAh/g", "thickness": "m", "stack_pressure": "Pa",
    "tether_pressure": "Pa", "lithium_balance_error": "-",
    "charge_balance_error": "-", "force_balance_error": "-", "energy_balance_error": "-", "unknowns": "-",
    "accepted_steps": "-", "rejected_steps": "-", "wall_time": "s",
}  # fmt: skip
_IN_SUMMARY_ALONE = frozenset({"unknowns", "accepted_steps", "rejected_steps", "wall_time"})

_OF_A_STORING_REGION = {
    "mean_stoichiometry": "-", "smallest_stoichiometry": "-", "largest_stoichiometry": "-",
}  # fmt: skip
_OF_A_REGION = {
    "mean_hydrostatic_stress": "Pa", "smallest_hydrostatic_stress": "Pa", "largest_hydrostatic_stress": "Pa",
    "mean_von_mises_stress": "Pa", "largest_von_mises_stress": "Pa", "largest_equivalent_plastic_strain": "-",
    "volume_ratio": "-",
}  # fmt: skip
_OF_AN_INTERFACE = {
    "contact_area_fraction": "-", "open_area_fraction": "-", "mean_gap": "m", "largest_gap": "m",
    "largest_contact_pressure": "Pa", "mean_damage": "-", "peak_to_valley_height": "m",
}  # fmt: skip
_OF_A_REACTING_INTERFACE = {
    "interface_resistance": "ohm cm2", "current_density_deviation": "A/m2", "smallest_plating_potential": "V",
}  # fmt: skip
_OF_A_DEBONDABLE_INTERFACE = {"viscous_share": "-"}
_OF_A_FILM = {"film_resistance": "ohm cm2"}
_OF_A_GROWING_FILM = {
    "mean_film_thickness": "m", "side_current_density": "A/m2", "lithium_lost": "mAh/cm2",
}  # fmt: skip


def _of_a_verification(problem: VerificationProblem) -> dict[str, str]:
    """What the run of a verification problem gives beside the columns of its regions."""
    first = ("step", "time", "time_step", "newton_iterations")
    last = (*problem.balances, "unknowns", "accepted_steps", "rejected_steps", "wall_time")
    before, after = ({name: _OF_THE_RUN[name] for name in names} for names in (first, last))
    return {**before, **problem.columns, **after, **problem.summary}


def in_summary_alone(case: Case) -> frozenset[str]:
    """Quantities without a column in the history."""
    of_the_problem = case.verification.summary if case.verification is not None else ()
    return _IN_SUMMARY_ALONE | frozenset(of_the_problem)


def known_quantities(case: Case) -> dict[str, str]:
    """Name and unit of every quantity in the summary of a run; an expectation is about one of these."""
    known = dict(_OF_THE_RUN)
    if case.verification is not None:
        known = _of_a_verification(case.verification)
    for region in case.regions:
        if region in case.storing_regions:
            known |= {f"{name}.{region}": unit for name, unit in _OF_A_STORING_REGION.items()}
        known |= {f"{name}.{region}": unit for name, unit in _OF_A_REGION.items()}
        if case.physics.kinematics == "small_strain":
            del known[f"volume_ratio.{region}"]  # linear kinematics has one volume
        if region in case.electron_regions:
            known[f"mean_electrode_potential.{region}"] = "V"
        if case.card(region).densifies:
            known[f"mean_porosity.{region}"] = "-"
        if case.card(region).failure_stress is not None:
            known[f"largest_failure_index.{region}"] = "-"
    for interface in () if case.verification is not None else case.interfaces:
        known |= {f"{name}.{interface}": unit for name, unit in _OF_AN_INTERFACE.items()}
        if interface in case.reacting_interfaces:
            known |= {f"{name}.{interface}": unit for name, unit in _OF_A_REACTING_INTERFACE.items()}
        if case.interfaces[interface].bond == "debondable":
            known |= {f"{name}.{interface}": unit for name, unit in _OF_A_DEBONDABLE_INTERFACE.items()}
        grows = case.interfaces[interface].film_growth is not None
        if grows or case.interfaces[interface].film_resistance:
            known |= {f"{name}.{interface}": unit for name, unit in _OF_A_FILM.items()}
        if grows:
            known |= {f"{name}.{interface}": unit for name, unit in _OF_A_GROWING_FILM.items()}
    return known


CYCLE_QUANTITIES = {
    "lithiation_capacity": "mAh/cm2",
    "delithiation_capacity": "mAh/cm2",
    "coulombic_efficiency": "-",
    "thickness_swing": "m",
    "pressure_swing": "Pa",
    "pressure_swing_per_capacity": "Pa cm2/mAh",
}
"""Names and units of what the summary says of each cycle."""

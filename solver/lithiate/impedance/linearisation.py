"""The equations of an accepted state for signals so small that nothing irreversible happens.

With unknowns ``x(t) = x_0 + Re(xi exp(i w t))`` the balance of lithium ``d(C)/dt + f(x) = 0`` becomes
``(i w M + K) xi = b``, every other equation keeps its tangent. Both parts come from the tangent ``T(dt)`` of
the implicit step: the row of lithium is ``C - C_old + dt f``, so that ``M = T(0)`` and ``K = T(1) - T(0)``
there, and no other row may depend on dt.

A signal of infinitesimal size that swings about a state at yield, or at the edge of slip or of damage, loads
in one half of its period and unloads in the other. Its response is taken on the elastic side: plastic
strain, compaction, damage and passed slip stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace

import numpy as np
from dolfinx import fem
from petsc4py import PETSc

from lithiate.errors import InputError, SolverError
from lithiate.problem.nonlinear import NonlinearSystem
from lithiate.problem.observables import Observer
from lithiate.problem.problem import Problem
from lithiate.problem.unknowns import ELECTRODE_POTENTIAL

LARGEST_RESIDUAL = 1e-4
"""A state whose residual is larger is none of the problem's; the solver's own tolerance is far below."""

LARGEST_RATE_SHARE = 1e-9
"""Rows other than those of lithium may change by this share of the tangent with the length of the step."""


class Linearisation:
    """Operators of small signals about the accepted state of a problem.

    Attributes:
        problem: a copy of the given one in which nothing flows; its unknowns are the given state.
        resistive: K, and the tangent of all rows but those of lithium.
        reactive: M in the rows of lithium, capacity of double layers in those of charge; it counts times
            the angular frequency.
        shorting: conductance of full charge transfer on all reacting interfaces, of the size of i_0.
        load: right-hand side b for a current of one per platen area as built, anodic positive.
        lithium_rows: one in the rows of lithium, zero in all others.

    Args:
        accepted: a problem whose unknowns are an accepted state.
        hold: applies the boundary conditions of the problem.
        capacitances: of the double layer of each interface, per true contact area, solver units.

    Raises:
        InputError: there is no electrode whose potential could respond, or an equation depends on the
            length of a step in a way that is not known here.
        SolverError: the state is not in equilibrium.
    """

    def __init__(
        self, accepted: Problem, hold: Callable[[Problem], None], capacitances: Mapping[str, float]
    ) -> None:
        if ELECTRODE_POTENTIAL not in accepted.unknowns:
            raise InputError("an impedance needs an interface at which lithium reacts; here there is none")
        self.problem = _frozen_copy(accepted, hold)
        mesh = self.problem.geometry.mesh
        self._shorting = fem.Constant(mesh, 0.0)
        self._charging = {name: fem.Constant(mesh, 0.0) for name in self.problem.interfaces}
        self._capacitances = {name: capacitances.get(name, 0.0) for name in self._charging}
        self._add_small_currents()
        self._system = NonlinearSystem(self.problem, LARGEST_RESIDUAL)
        self._require_equilibrium()
        at_once = self._tangent()
        self.lithium_rows = self._mark_lithium_rows(at_once)
        rest = self.lithium_rows.copy()
        rest.scale(-1.0)
        rest.shift(1.0)
        self.resistive = self._tangent(time_step=1.0)
        self.resistive.axpy(-1.0, at_once)
        self._require_known_rates(self.resistive, rest, at_once)
        others = at_once.copy()
        others.diagonalScale(rest)
        self.resistive.axpy(1.0, others)
        self.reactive = at_once.copy()
        self.reactive.diagonalScale(self.lithium_rows)
        largest = max(self._capacitances.values())
        if largest > 0.0:
            # A probe of order one: the difference of two tangents must not drown in round-off.
            charged = self._tangent(charging=1.0 / largest)
            charged.axpy(-1.0, at_once)
            self.reactive.axpy(largest, charged)
        self.shorting = self._tangent(shorting=1.0)
        self.shorting.axpy(-1.0, at_once)
        self.load = self._response_to_current()

    def potential_in(self, vector: PETSc.Vec, start: int = 0) -> float:
        """The electrode potential in a vector of all unknowns; this rank's share of it, to be summed.

        Args:
            vector: of this rank's own entries, block after block.
            start: where the unknowns begin among the rank's own entries.
        """
        place = self._place_of_potential()
        return 0.0 if place is None else float(vector.array_r[start + place])

    def _place_of_potential(self) -> int | None:
        place = 0
        for name, unknown in self.problem.unknowns.items():
            if name == ELECTRODE_POTENTIAL:
                return place if unknown.owned else None
            place += unknown.owned
        return None

    def _add_small_currents(self) -> None:
        """Currents through reacting interfaces that move no lithium and vanish at the accepted state.

        i = a (s + z i_0) ((phi_s - phi_e) - (phi_s - phi_e)_0) per current area, with s in place of the
        capacitance of the double layer and z that shorts the interface, both zero but while a tangent is
        taken.
        """
        problem = self.problem
        potential = problem.unknowns[ELECTRODE_POTENTIAL]
        for name, interface in problem.interfaces.items():
            ions = interface.second.electrolyte_potential
            if interface.laws.kinetics is None or ions is None:
                continue
            drive = interface.electrode_potential_in("value") - interface.electrode_potential_in("old")
            drive -= ions.value("-") - ions.old("-")
            scale = self._charging[name] + self._shorting * interface.laws.kinetics.exchange_current_density
            current = interface.contact_area_fraction * scale * drive * interface.kinematics.area_ratio
            problem.add(ions.name, problem.measures.interface(-current * ions.test("-"), name))
            drop = interface.first.electrode_potential_drop
            for leaving in (potential,) if drop is None else (potential, drop):
                problem.add(leaving.name, problem.measures.interface(current * leaving.test("+"), name))

    def _tangent(self, time_step: float = 0.0, charging: float = 0.0, shorting: float = 0.0) -> PETSc.Mat:
        self._set_probes(time_step, charging, shorting)
        tangent = self._system.residual_and_tangent()[1].copy()
        self._set_probes(0.0, 0.0, 0.0)
        return tangent

    def _set_probes(self, time_step: float, charging: float, shorting: float) -> None:
        self.problem.time_step.value, self._shorting.value = time_step, shorting
        for name, constant in self._charging.items():
            constant.value = charging * self._capacitances[name]

    def _require_equilibrium(self) -> None:
        residual = self._system.residual_norm()
        if not residual < LARGEST_RESIDUAL:
            raise SolverError(
                f"the state is not in equilibrium once nothing flows: residual {residual:.2e}, allowed: "
                f"below {LARGEST_RESIDUAL:g}"
            )

    def _mark_lithium_rows(self, matrix: PETSc.Mat) -> PETSc.Vec:
        marks = matrix.createVecLeft()
        parts = [
            np.full(unknown.owned, float(name.startswith("stoichiometry.")))
            for name, unknown in self.problem.unknowns.items()
        ]
        marks.array[:] = np.concatenate(parts)
        return marks

    @staticmethod
    def _require_known_rates(difference: PETSc.Mat, rest: PETSc.Vec, tangent: PETSc.Mat) -> None:
        """Only the balance of lithium may depend on the length of the step."""
        changed = difference.copy()
        changed.diagonalScale(rest)
        if changed.norm() > LARGEST_RATE_SHARE * tangent.norm():
            raise InputError(
                "an equation other than the balance of lithium depends on the rate; its impedance is not "
                "available in this release"
            )

    def _response_to_current(self) -> PETSc.Vec:
        """b = -dR/di; the residual is linear in the applied current."""
        applied = float(self.problem.current_density.value)
        self.problem.current_density.value = applied + 1.0
        load = self._system.residual_and_tangent()[0].copy()
        self.problem.current_density.value = applied
        load.axpy(-1.0, self._system.residual_and_tangent()[0])
        load.scale(-1.0)
        return load


def _frozen_copy(accepted: Problem, hold: Callable[[Problem], None]) -> Problem:
    """The same problem in the same state with the same history, in which nothing flows."""
    description = accepted.description
    switches = replace(description.switches, frozen=True)
    frozen = Problem(
        accepted.geometry,
        accepted.units,
        replace(description, switches=switches),
        accepted.measures.bulk_degree,
    )
    hold(frozen)
    for load in ("stack_pressure", "fixture_stiffness", "gap_held", "held_platen", "current_density"):
        getattr(frozen, load).value = getattr(accepted, load).value
    for name, unknown in accepted.unknowns.items():
        frozen.unknowns[name].value.x.array[:] = unknown.old.x.array
        frozen.unknowns[name].old.x.array[:] = unknown.old.x.array
    for name, region in accepted.regions.items():
        copy = frozen.regions[name]
        _copy_functions(region.history, copy.history)
        for source, target in (
            (region.largest_filling, copy.largest_filling),
            (region.old_closure, copy.old_closure),
        ):
            if source is not None and target is not None:
                target.x.array[:] = source.x.array
    for name, interface in accepted.interfaces.items():
        _copy_functions(interface.history, frozen.interfaces[name].history)
    if accepted.voltage_held.value > 0.0:
        # The small current flows on top of the one that holding the voltage takes.
        observer = Observer(frozen)
        frozen.current_density.value = observer.reacting_current() / observer.platen_area
    return frozen


def _copy_functions(source: object, target: object) -> None:
    """Values of all functions of a history; both may be None."""
    if source is None or target is None:
        return
    for item in fields(source):  # type: ignore[arg-type]
        kept = getattr(source, item.name)
        if kept is not None:
            getattr(target, item.name).x.array[:] = kept.x.array

"""The coherent system of units of order one in which the equations are solved.

SI numbers inside one monolithic matrix are badly scaled (stresses of 1e9 beside lengths of 1e-6). Four
choices fix a coherent system in which the gas constant times temperature and the Faraday constant are both
one, so that every equation keeps the form that it has in SI units and no conversion factor appears in any
physics term:

    length L0, time T0, concentration C0 and the temperature T
    stress = C0 R T,  chemical potential = R T,  potential = R T / F,  current density = F C0 L0 / T0

This is the only module that converts: multiply a number in solver units by the attribute to get SI.
"""

from __future__ import annotations

from dataclasses import dataclass

from scipy.constants import physical_constants

FARADAY_CONSTANT: float = physical_constants["Faraday constant"][0]
"""Faraday constant [C/mol], CODATA as shipped by SciPy."""

GAS_CONSTANT: float = physical_constants["molar gas constant"][0]
"""Molar gas constant [J/(mol K)], CODATA as shipped by SciPy."""


@dataclass(frozen=True)
class Units:
    """Solver units in SI.

    Attributes:
        length: one solver length [m].
        time: one solver time [s].
        concentration: one solver concentration [mol/m3].
        temperature: the uniform temperature of the run [K].
    """

    length: float
    time: float
    concentration: float
    temperature: float

    @property
    def chemical_potential(self) -> float:
        """R T [J/mol]."""
        return GAS_CONSTANT * self.temperature

    @property
    def potential(self) -> float:
        """R T / F [V]."""
        return self.chemical_potential / FARADAY_CONSTANT

    @property
    def stress(self) -> float:
        """C0 R T [Pa], also an energy per volume [J/m3]."""
        return self.concentration * self.chemical_potential

    @property
    def current_density(self) -> float:
        """F C0 L0 / T0 [A/m2]."""
        return FARADAY_CONSTANT * self.concentration * self.length / self.time

    @property
    def conductivity(self) -> float:
        """Current density times length per potential [S/m]."""
        return self.current_density * self.length / self.potential

    @property
    def diffusivity(self) -> float:
        """L0^2 / T0 [m2/s]."""
        return self.length**2 / self.time

    @property
    def energy_per_area(self) -> float:
        """Stress times length [J/m2]."""
        return self.stress * self.length

    @property
    def energy_per_length(self) -> float:
        """Stress times length squared [J/m], that of a gradient energy."""
        return self.stress * self.length**2

    @property
    def stiffness_per_area(self) -> float:
        """Stress per length [Pa/m]."""
        return self.stress / self.length

    @property
    def area_resistance(self) -> float:
        """Potential per current density [ohm m2]."""
        return self.potential / self.current_density

    @property
    def area_capacitance(self) -> float:
        """Current density times time per potential [F/m2]."""
        return self.current_density * self.time / self.potential

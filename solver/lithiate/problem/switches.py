"""Which couplings a problem has."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Switches:
    """What the physics section of a case turns on and off.

    Attributes:
        stress_in_flux: the mechanical part of the chemical potential drives diffusion.
        stress_in_overpotential: it also shifts the equilibrium potential at the interface.
        modulus_term: keep J_c dpsi_e/dC in the chemical potential.
        small_strain: linear kinematics (verification only).
        frozen: nothing flows, compacts, is damaged or slips: the response of an accepted state to a small
            signal (impedance).
        mechanics: forces are balanced; else the mesh stays as built and there is no stress.
        transport: lithium moves; else its content stays as it is, and what reacts comes from a reservoir.
        conduction: ions are driven by their potential; else that is zero everywhere.
    """

    stress_in_flux: bool = True
    stress_in_overpotential: bool = True
    modulus_term: bool = True
    small_strain: bool = False
    frozen: bool = False
    mechanics: bool = True
    transport: bool = True
    conduction: bool = True

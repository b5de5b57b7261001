"""Closed forms of Hertz contact: a sphere, or a cylinder with its axis along the contact, on a half space."""

from __future__ import annotations

import math
from dataclasses import dataclass

from lithiate_meshes.families.verification_contact import HertzContactGeometry

from lithiate.case.case import Case


def half_space_modulus(youngs_modulus: float, poisson_ratio: float) -> float:
    """E / (1 - nu^2) of one of the bodies.

    Args:
        youngs_modulus: E (any unit).
        poisson_ratio: nu.
    """
    return youngs_modulus / (1 - poisson_ratio**2)


@dataclass(frozen=True)
class HertzContact:
    """Two elastic bodies pressed together (Johnson, Contact Mechanics, 1985, chapter 4).

    Attributes:
        shape: "sphere" or "cylinder".
        radius: R of the gap x^2 / (2 R) between them [m].
        first, second: E / (1 - nu^2) of the bodies [Pa]; infinite of a rigid one.
    """

    shape: str
    radius: float
    first: float
    second: float

    @property
    def contact_modulus(self) -> float:
        """E* with 1/E* = (1 - nu_1^2)/E_1 + (1 - nu_2^2)/E_2 [Pa]."""
        return 1 / (1 / self.first + 1 / self.second)

    def contact_radius(self, force: float) -> float:
        """a = (3 F R / (4 E*))^(1/3) of a sphere, sqrt(4 F R / (pi E*)) of a cylinder [m].

        Args:
            force: on the whole sphere [N], or on a cylinder per length [N/m].
        """
        if self.shape == "sphere":
            return (3 * force * self.radius / (4 * self.contact_modulus)) ** (1 / 3)
        return math.sqrt(4 * force * self.radius / (math.pi * self.contact_modulus))

    def largest_pressure(self, force: float) -> float:
        """p_0 = 3 F / (2 pi a^2) of a sphere, 2 F / (pi a) of a cylinder [Pa].

        Args:
            force: as above.
        """
        contact = self.contact_radius(force)
        if self.shape == "sphere":
            return 3 * force / (2 * math.pi * contact**2)
        return 2 * force / (math.pi * contact)

    def approach(self, force: float, depth: float, ratios: tuple[float, ...]) -> float:
        """By how much remote points of the bodies come closer [m].

        Of a sphere a^2 / R. That of a cylinder has no limit; here it is of points on the axis at a depth d in
        each body, F (1 - nu^2) / (pi E) [2 ln(2 d / a) - nu / (1 - nu)] from each (Johnson, equation 5.57).

        Args:
            force: as above.
            depth: d [m], much larger than a.
            ratios: Poisson's ratios of the bodies; a rigid second one needs none.
        """
        contact = self.contact_radius(force)
        if self.shape == "sphere":
            return contact**2 / self.radius
        return sum(
            force / (math.pi * modulus) * (2 * math.log(2 * depth / contact) - ratio / (1 - ratio))
            for modulus, ratio in zip((self.first, self.second), ratios, strict=False)
        )


def hertz_of(case: Case) -> HertzContact:
    """The closed form of a case of Hertz contact.

    Args:
        case: its tables are valid.
    """
    shape, temperature = case.geometry, case.physics.temperature
    assert isinstance(shape, HertzContactGeometry)
    moduli = [
        half_space_modulus(
            float(case.card(name).youngs_modulus.at(0.0, temperature)),
            float(case.card(name).poisson_ratio.at(0.0, temperature)),
        )
        for name in shape.regions
    ]
    rigid = [math.inf] * (2 - len(moduli))
    return HertzContact(shape.shape, shape.radius, *moduli, *rigid)

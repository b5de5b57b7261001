# SPDX-License-Identifier: LGPL-3.0-or-later
"""A particle that stands on a foil, under an electrolyte into which it reaches from below."""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import ModuleType

from lithiate_meshes.assembly import Domain
from lithiate_meshes.families.particle_model import ELECTROLYTE
from lithiate_meshes.families.round_bodies import Body, Measure
from lithiate_meshes.shapes import Box, Clipped, Entities, Shape

FOIL, PARTICLE, SURROUNDINGS = "foil", "particle", "surroundings"


@dataclass(frozen=True)
class CutSphere:
    """A sphere, or in 2D a disc, of which nothing lies below a level.

    Attributes:
        centre: Coordinates [m].
        radius: Of the sphere [m].
        level: Height of the flat face [m].
    """

    centre: tuple[float, ...]
    radius: float
    level: float

    def add(self, gmsh: ModuleType, unit: float) -> Entities:
        """Create it; see :class:`lithiate_meshes.shapes.Shape`."""
        occ, centre = gmsh.model.occ, [coordinate / unit for coordinate in self.centre]
        radius = self.radius / unit
        if len(centre) == 3:
            # Upright, so that base, contact and the planes through the axis cut it in exact circles; its seam
            # away from the quarter x, y > 0.
            latitude = math.asin((self.level - self.centre[2]) / self.radius)
            entity = (3, occ.addSphere(*centre, radius, angle1=latitude))
            occ.rotate([entity], *centre, 0.0, 0.0, 1.0, 1.25 * math.pi)
            return [entity]
        disc = (2, occ.addDisk(*centre, 0.0, radius, radius))
        # The end of the circle, at its right, would be a point of the mesh, perhaps next to the contact.
        occ.rotate([disc], *centre, 0.0, 0.0, 0.0, 1.0, math.pi)
        x, y = self.centre
        above = Box((x - 2.0 * self.radius, self.level), (x + 2.0 * self.radius, y + 2.0 * self.radius))
        made: Entities = occ.intersect([disc], above.add(gmsh, unit))[0]
        return made


@dataclass(frozen=True)
class StandingParticle:
    """A sphere, cut flat where it stands on a foil, and the electrolyte that rests on it.

    Attributes:
        symmetry: "plane_strain", "axisymmetric" or "3d".
        radius: Of the particle [m].
        block_size: Distance from its axis to the sides of the model [m].
        cylinder: Whether the block of a 3D model is a cylinder and not a box.
        foil: Thickness of the foil [m].
        base_radius: Of the flat face on the foil [m].
        contact_depth: By how much the summit lies above the electrolyte's lower face [m].
        electrolyte: Thickness of the electrolyte from its lower face [m].
        filled: Whether the space around the particle is meshed.
        mesh_size: Element size on interfaces, unless an inclusion has its own [m].
        largest_size: Largest element size [m].
        inclusions: Bodies inside the particle, each with its element size [m] and whether it is empty.
    """

    symmetry: str
    radius: float
    block_size: float
    cylinder: bool
    foil: float
    base_radius: float
    contact_depth: float
    electrolyte: float
    filled: bool
    mesh_size: float
    largest_size: float
    inclusions: tuple[tuple[Body, float, bool], ...] = ()

    @property
    def periodic(self) -> tuple[int, ...]:
        """Coordinates along which the block repeats: none."""
        return ()

    @property
    def centre_height(self) -> float:
        """Height of the centre above the foil [m]."""
        return math.sqrt(self.radius**2 - self.base_radius**2)

    @property
    def gap_height(self) -> float:
        """Distance from the foil to the electrolyte's lower face [m]."""
        return self.centre_height + self.radius - self.contact_depth

    @property
    def contact_radius(self) -> float:
        """Radius of the particle where the electrolyte's lower face meets it [m]."""
        return math.sqrt(self.contact_depth * max(0.0, 2.0 * self.radius - self.contact_depth))

    @property
    def body(self) -> Body:
        """The particle as a whole sphere."""
        dimension = 3 if self.symmetry == "3d" else 2
        centre = (*[0.0] * (dimension - 1), self.foil + self.centre_height)
        return Body(PARTICLE, centre, (self.radius,) * dimension)

    @property
    def domain(self) -> Domain:
        """The block, from the lower face of the foil to the top of the electrolyte."""
        across = len(self.body.centre) - 1
        upper = (*[self.block_size] * across, self.foil + self.gap_height + self.electrolyte)
        return Domain(self.symmetry, (0.0,) * (across + 1), upper, cylinder=self.cylinder)

    @property
    def names(self) -> tuple[str, ...]:
        """All regions from below, what is inside the particle before it, empty ones included."""
        inclusions = dict.fromkeys(body.region for body, _, _ in self.inclusions)
        return (FOIL, *inclusions, PARTICLE, SURROUNDINGS, ELECTROLYTE)

    @property
    def empty(self) -> frozenset[str]:
        """Regions without a mesh."""
        voids = {body.region for body, _, is_empty in self.inclusions if is_empty}
        return frozenset(voids if self.filled else voids | {SURROUNDINGS})

    def sizes(self, section: bool = False) -> tuple[dict[str, float], dict[str, float]]:
        """Exact volumes of the regions and areas of the faces between two of them, empty ones included.

        Args:
            section: Whether an axisymmetric model is measured as its plane section.
        """
        body, measure = self.body, Measure(self.domain, section=section)
        share = measure.share(body)
        volume, area = (share * size for size in measure.body(body))
        (cut, cut_area), (immersed, touching) = (
            [share * size for size in measure.cap(body, height)]
            for height in (self.radius - self.centre_height, self.contact_depth)
        )
        base, opening = (
            share * measure.disc(body, radius) for radius in (self.base_radius, self.contact_radius)
        )
        platen = self.block_size if section else self.domain.platen_area
        volumes = dict.fromkeys(self.names, 0.0) | {
            FOIL: platen * self.foil,
            PARTICLE: volume - cut,
            SURROUNDINGS: platen * self.gap_height - (volume - cut - immersed),
            ELECTROLYTE: platen * self.electrolyte - immersed,
        }
        areas = {
            f"{FOIL}|{PARTICLE}": base,
            f"{FOIL}|{SURROUNDINGS}": platen - base,
            f"{PARTICLE}|{SURROUNDINGS}": area - cut_area - touching,
            f"{PARTICLE}|{ELECTROLYTE}": touching,
            f"{SURROUNDINGS}|{ELECTROLYTE}": platen - opening,
        }
        for inclusion, _, _ in self.inclusions:
            volume, area = (measure.share(inclusion) * size for size in measure.body(inclusion))
            volumes[PARTICLE] -= volume
            volumes[inclusion.region] += volume
            name = f"{inclusion.region}|{PARTICLE}"
            areas[name] = areas.get(name, 0.0) + area
        return volumes, areas

    def face_size(self, name: str) -> float:
        """Element size on the face between two regions [m]."""
        of_region = {body.region: size for body, size, _ in self.inclusions}
        return min(of_region.get(side, self.mesh_size) for side in name.split("|"))

    def parts(self) -> list[tuple[str, Shape]]:
        """Regions and shapes, the later over the earlier; the electrolyte is what remains."""
        domain = self.domain
        across = domain.dimension - 1
        corner, far = (0.0,) * across, (self.block_size,) * across
        level = self.foil + self.gap_height
        particle = CutSphere(self.body.centre, self.radius, self.foil)
        # The electrolyte's lower face must not go on through the particle and cut it.
        around = Clipped(Box((*corner, self.foil), (*far, level)), particle, keep="outside")
        return [
            (FOIL, Box((*corner, 0.0), (*far, self.foil))),
            (SURROUNDINGS, around),
            (PARTICLE, particle),
            *((body.region, body.shape(domain)) for body, _, _ in self.inclusions),
        ]

# SPDX-License-Identifier: LGPL-3.0-or-later
"""From the keys of the particle family to its layers of bodies."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

from lithiate_meshes.assembly import Domain
from lithiate_meshes.families.particle_layout import Layer, Layout
from lithiate_meshes.families.particle_on import StandingParticle
from lithiate_meshes.families.round_bodies import Body

if TYPE_CHECKING:
    from lithiate_meshes.families.particle import ParticleGeometry


def box_of(geometry: ParticleGeometry) -> tuple[float, ...]:
    """Extents of the box of several particles along the coordinates [m]."""
    if geometry.arrangement is not None:
        return geometry.arrangement.box(geometry.symmetry, _outer_radius(geometry), geometry.periodic)
    assert geometry.box is not None
    return tuple(geometry.box)


def _outer_radius(geometry: ParticleGeometry) -> float:
    assert geometry.particle_radius is not None
    return geometry.particle_radius + sum(shell.thickness for shell in geometry.shells)


def _domain(geometry: ParticleGeometry) -> Domain:
    dimension = 3 if geometry.symmetry == "3d" else 2
    if geometry.block_size is None:
        return Domain(geometry.symmetry, (0.0,) * dimension, box_of(geometry))
    height = geometry.block_size if geometry.block_height is None else geometry.block_height
    sunk = any(shell.contact_radius is not None for shell in geometry.shells)
    lower = (*[0.0] * (dimension - 1), -height if sunk else 0.0)
    upper = (*[geometry.block_size] * (dimension - 1), height)
    return Domain(geometry.symmetry, lower, upper, cylinder=geometry.block_shape == "cylinder")


def _cores(geometry: ParticleGeometry) -> list[Body]:
    """The particles as they would stand without voids."""
    dimension = 3 if geometry.symmetry == "3d" else 2
    if geometry.arrangement is not None:
        assert geometry.particle_radius is not None
        centres = geometry.arrangement.centres(geometry.symmetry, _outer_radius(geometry), geometry.periodic)
        return [Body("particle", centre, (geometry.particle_radius,) * dimension) for centre in centres]
    if geometry.particles is not None:
        radii = [geometry.particle_radius if p.radius is None else p.radius for p in geometry.particles]
        return [
            Body(placed.name, tuple(placed.centre), (radius or 0.0,) * dimension)
            for placed, radius in zip(geometry.particles, radii, strict=True)
        ]
    axes = list(geometry.semi_axes or [geometry.particle_radius or 0.0] * dimension)
    if geometry.shape == "fibre" and geometry.symmetry != "plane_strain":
        axes["xyz".index(geometry.fibre_axis or "z") if dimension == 3 else 1] = math.inf
    return [Body("particle", (0.0,) * dimension, tuple(axes))]


def layout_of(geometry: ParticleGeometry) -> Layout:
    """The layers of bodies that a geometry asks for, not yet checked against any limit."""
    cores = _cores(geometry)
    dimension = len(cores[0].centre)
    grown = [0.0]
    for shell in geometry.shells:
        grown.append(grown[-1] + shell.thickness)

    def bodies(number: int, sunk: float) -> tuple[Body, ...]:
        down = (*[0.0] * (dimension - 1), -sunk)
        name = geometry.shells[number - 1].name if number else None
        return tuple(
            Body(
                name or core.region, core.centre, tuple(axis + grown[number] for axis in core.semi_axes)
            ).moved(down)
            for core in cores
        )

    layers: list[Layer] = []
    sunk = 0.0
    for number in range(len(geometry.shells), 0, -1):
        shell = geometry.shells[number - 1]
        size = geometry.mesh_size if shell.mesh_size is None else shell.mesh_size
        layers.append(Layer(bodies(number, sunk), size, shell.empty, shell.contact_radius))
        if shell.contact_radius is not None:
            sunk += _sinking(layers[-1].bodies[0].radius, shell.thickness, shell.contact_radius)
    layers.append(Layer(bodies(0, sunk), geometry.mesh_size))
    layers.reverse()
    return Layout(
        domain=_domain(geometry),
        layers=tuple(layers),
        inclusions=_inclusions(geometry, layers[0].bodies),
        periodic=tuple(range(dimension - 1)) if geometry.periodic else (),
        mesh_size=geometry.mesh_size,
        largest_size=geometry.largest_size,
    )


def standing_particle(geometry: ParticleGeometry) -> StandingParticle:
    """The particle on a foil that a geometry asks for, not yet checked against any limit."""
    particle = StandingParticle(
        symmetry=geometry.symmetry,
        radius=geometry.particle_radius or 0.0,
        block_size=geometry.block_size or 0.0,
        cylinder=geometry.block_shape == "cylinder",
        foil=geometry.foil_thickness or 0.0,
        base_radius=geometry.base_radius or 0.0,
        contact_depth=geometry.contact_depth or 0.0,
        electrolyte=geometry.electrolyte_thickness or 0.0,
        filled=geometry.surroundings == "filled",
        mesh_size=geometry.mesh_size,
        largest_size=geometry.largest_size,
    )
    return dataclasses.replace(particle, inclusions=_inclusions(geometry, (particle.body,)))


def _inclusions(geometry: ParticleGeometry, cores: tuple[Body, ...]) -> tuple[tuple[Body, float, bool], ...]:
    """What is inside each of the particles, with its element size [m] and whether it is empty."""
    return tuple(
        (
            Body(
                inclusion.name,
                tuple(centre + offset for centre, offset in zip(core.centre, inclusion.centre, strict=True)),
                inclusion.axes(),
            ),
            inclusion.size(geometry.mesh_size),
            inclusion.empty,
        )
        for core in cores
        for inclusion in geometry.inclusions
    )


def _sinking(wall_radius: float, gap: float, contact_radius: float) -> float:
    """By how much a sphere moves off the centre of its void until both cross in a circle of a radius [m]."""
    radius = wall_radius - gap
    reach = min(contact_radius, radius)  # what is larger is refused with a message of its own
    return math.sqrt(wall_radius**2 - reach**2) - math.sqrt(radius**2 - reach**2)

# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a particle on a foil may not do, and the limits that are named when it does."""

from __future__ import annotations

import math

from lithiate_meshes.families.particle_layout import LARGEST_RELATIVE_SIZE, Layer, Layout
from lithiate_meshes.families.particle_limits import refuse_inclusions_outside
from lithiate_meshes.families.particle_model import ELECTROLYTE
from lithiate_meshes.families.particle_on import PARTICLE, SURROUNDINGS, StandingParticle
from lithiate_meshes.quantities import refuse

# Bounds are meant to be reached, whatever the round-off.
_ROUND_OFF = 1.0 + 1e-9
# Angle of the sharpest wedge that is meshed, between the particle and the foil or the electrolyte.
_SHARPEST_WEDGE = math.radians(20.0)
# Elements along the radius of the base and of the contact: fewer miss more than 2 % of a disc.
_ELEMENTS_IN_DISC = {2: 1.0, 3: 1.0 / 0.28}


def refuse_impossible_standing(particle: StandingParticle) -> None:
    """Refuse a particle on a foil that cannot be meshed.

    Raises:
        PydanticCustomError: Naming what was found and the limit.
    """
    _check_depth(particle)
    _check_base(particle)
    _check_mesh_size(particle)
    _check_inclusions(particle)


def _check_depth(particle: StandingParticle) -> None:
    """The electrolyte touches the particle, ends above the foil, and makes no wedge too sharp to mesh."""
    radius, size = particle.radius, particle.mesh_size
    disc = min(_ELEMENTS_IN_DISC[particle.domain.dimension] * size, radius)
    least = [
        (
            radius - math.sqrt(radius**2 - disc**2),
            f"a contact of radius {disc:g} m, which mesh_size = {size:g} m resolves",
        )
    ]
    blunt = radius * (1.0 - math.cos(_SHARPEST_WEDGE))
    if particle.filled:
        least.append((blunt, "a wedge of 20 degrees in which the filled surroundings end"))
    most = [
        (radius + particle.centre_height - size, "mesh_size above the foil"),
        (2.0 * radius - blunt, "a wedge of 20 degrees in which the electrolyte ends"),
        (particle.electrolyte - size, "electrolyte_thickness less mesh_size, one element above the summit"),
    ]
    lowest, why_lowest = max(least)
    highest, why_highest = min(most)
    if not lowest / _ROUND_OFF <= particle.contact_depth <= highest * _ROUND_OFF:
        raise refuse(
            f"found contact_depth = {particle.contact_depth:g} m; allowed: from {lowest:g} m, {why_lowest}, "
            f"to {highest:g} m, {why_highest}"
        )


def _check_base(particle: StandingParticle) -> None:
    least = _ELEMENTS_IN_DISC[particle.domain.dimension] * particle.mesh_size
    reason = f"which mesh_size = {particle.mesh_size:g} m resolves"
    blunt = particle.radius * math.sin(_SHARPEST_WEDGE)
    if particle.filled and blunt > least:
        least, reason = blunt, "with a wedge of 20 degrees between particle and foil for filled surroundings"
    if particle.base_radius < least / _ROUND_OFF:
        raise refuse(
            f"found base_radius = {particle.base_radius:g} m; allowed: at least {least:g} m, {reason}"
        )


def _check_mesh_size(particle: StandingParticle) -> None:
    relative = LARGEST_RELATIVE_SIZE[particle.domain.dimension]
    volumes, _ = particle.sizes()
    limits = [
        (particle.foil, "foil_thickness"),
        (relative * particle.radius, "or flat elements would miss more than 2 % of the particle's volume"),
    ]
    for region in (ELECTROLYTE, SURROUNDINGS):
        # What flat elements take from the particle they add to what is around it.
        if region not in particle.empty and volumes[region] < volumes[PARTICLE]:
            share = math.sqrt(volumes[region] / volumes[PARTICLE])
            limits.append((relative * particle.radius * share, f"for 2 % of the volume of '{region}'"))
    largest, reason = min(limits)
    if particle.mesh_size > largest * _ROUND_OFF:
        raise refuse(f"found mesh_size = {particle.mesh_size:g} m; allowed: at most {largest:g} m, {reason}")


def _check_inclusions(particle: StandingParticle) -> None:
    layer = Layer((particle.body,), particle.mesh_size)
    sizes = (particle.mesh_size, particle.largest_size)
    refuse_inclusions_outside(Layout(particle.domain, (layer,), particle.inclusions, (), *sizes))
    for body, size, _ in particle.inclusions:
        distance = body.centre[-1] - body.semi_axes[-1] - particle.foil
        if distance < size / _ROUND_OFF:
            raise refuse(
                f"found the inclusion '{body.region}' with its lowest point {distance:g} m above the foil; "
                f"allowed: at least mesh_size = {size:g} m"
            )

# SPDX-License-Identifier: LGPL-3.0-or-later
"""Round particles, with shells around them and other phases inside, in a block of electrolyte.

One particle stands at the origin, and the model is what symmetry leaves: the quarter r >= 0, z >= 0 of its
block (axisymmetric), the quarter x >= 0, y >= 0 around a long fibre (plane strain), or the octant (3d).
Several particles stand in a whole box from the origin to its upper corner. Elements are smallest on the
interfaces and grow steadily away from them.
"""

from __future__ import annotations

from functools import cached_property

from pydantic import model_validator

from lithiate_meshes.families.limits import refuse_too_many_cells
from lithiate_meshes.families.particle_bare import BareParticle
from lithiate_meshes.families.particle_bodies import box_of, layout_of, standing_particle
from lithiate_meshes.families.particle_keys import ParticleInput
from lithiate_meshes.families.particle_layout import Layout
from lithiate_meshes.families.particle_limits import refuse_impossible
from lithiate_meshes.families.particle_model import build, estimated_cells
from lithiate_meshes.families.particle_on import StandingParticle
from lithiate_meshes.families.particle_on_limits import refuse_impossible_standing
from lithiate_meshes.mesh_data import MeshData


class ParticleGeometry(ParticleInput):
    """Particles in a block of electrolyte, or one on a foil under it.

    Regions from the inside out: the names of ``inclusions``, ``particle`` (or the names of ``particles``),
    the names of ``shells``, ``electrolyte``; what is ``empty`` is none, its faces are the surface
    ``<name>_wall``. Interfaces are named after the inner region first, ``particle|electrolyte``. Outer
    surfaces in 2D: ``axis`` (r or x = 0), ``bottom`` (lowest z or y), ``side``, ``top``; in 3D
    ``symmetry_x``, ``symmetry_y``, ``bottom``, ``side`` (the mantle of the cylinder, or largest x of the
    box), ``side_y`` (largest y, box only), ``top``.

    One particle stands at the origin. All outer faces but ``top``, ``side`` and ``side_y`` cut through its
    centre; what lies inside it is mirrored there. A body resting in a void breaks the mirror at the height of
    the centre: then the model reaches as far below the centre as above it.

    ``particles`` or an ``arrangement`` fill a whole box, with its lower corner at the origin; all its faces
    but the top are mirror planes. ``periodic`` repeats it sideways instead, and what crosses a side face
    enters at the opposite one.

    With ``position = "on"`` the particle stands on a foil, on the flat face of ``base_radius`` that the foil
    cuts off it, and reaches into the electrolyte above by ``contact_depth``. The model begins at the axis or
    the mirror planes through its centre, and at the lower face of the foil. Regions from below: ``foil``, the
    names of ``inclusions``, ``particle``, with ``surroundings = "filled"`` also ``surroundings``,
    ``electrolyte``; interfaces ``foil|particle``, ``particle|electrolyte``, ... Else the faces around the
    empty space are the surface ``surroundings_wall``.
    """

    @model_validator(mode="after")
    def _can_be_meshed(self) -> ParticleGeometry:
        if isinstance(self._model, StandingParticle):
            refuse_impossible_standing(self._model)
        elif self._bare is None:
            refuse_impossible(self._model)
        refuse_too_many_cells(self.estimated_cells(), self.mesh_size)
        return self

    @property
    def regions(self) -> tuple[str, ...]:
        """Names of the regions, from the inside out, or from below."""
        return tuple(name for name in self._model.names if name not in self._model.empty)

    @property
    def interfaces(self) -> tuple[str, ...]:
        """Names of the interfaces, the inner or lower region first."""
        return tuple(self.interface_areas())

    @property
    def surfaces(self) -> tuple[str, ...]:
        """Names of the outer surfaces and of the walls of voids."""
        return (*self._model.domain.surfaces, *sorted(f"{name}_wall" for name in self._model.empty))

    @property
    def largest_size(self) -> float:
        """Element size far from the interfaces [m]."""
        if self.mesh_size_far is not None:
            return self.mesh_size_far
        extent = min(box_of(self)) if self.block_size is None else self.block_size
        return max(self.mesh_size, extent / 8.0)

    @property
    def platen_area(self) -> float:
        """Area of the face ``top`` of the model [m2; plane strain: per metre of depth]."""
        return self._model.domain.platen_area

    def interface_mesh_size(self, name: str) -> float:
        """Element size on an interface [m]."""
        return self._model.face_size(name)

    def region_volumes(self) -> dict[str, float]:
        """Exact volumes of the regions of the model [m3; plane strain: per metre of depth]."""
        volumes, _ = self._model.sizes()
        return {name: volumes[name] for name in self.regions}

    def interface_areas(self) -> dict[str, float]:
        """Exact areas of the interfaces of the model [m2; plane strain: per metre of depth]."""
        _, areas = self._model.sizes()
        names = self._model.names
        meshed = {name: area for name, area in areas.items() if not self._model.empty & set(name.split("|"))}
        order = sorted(meshed, key=lambda name: [names.index(side) for side in name.split("|")])
        return {name: meshed[name] for name in order}

    def estimated_cells(self) -> dict[str, int]:
        """Number of elements of each region that meshing will give, within a factor of two."""
        return estimated_cells(self._model) if self._bare is None else self._bare.estimated_cells()

    def build(self) -> MeshData:
        """Mesh the model with gmsh.

        Raises:
            InputError: If gmsh is missing or fails, or periodic faces do not match.
        """
        return build(self._model) if self._bare is None else self._bare.build()

    @property
    def _bare(self) -> BareParticle | None:
        """The model, if it is a single round particle alone in a block."""
        round_body = self.shape == "sphere" or (self.shape == "fibre" and self.symmetry == "plane_strain")
        special = self.shells or self.inclusions or self.block_height is not None or self.position == "on"
        if not round_body or special or self.block_size is None or self.particle_radius is None:
            return None
        return BareParticle(
            symmetry=self.symmetry,
            radius=self.particle_radius,
            block_size=self.block_size,
            box=self.block_shape == "box",
            near=self.mesh_size,
            far=self.largest_size,
            surfaces=self.surfaces,
        )

    @cached_property
    def _model(self) -> Layout | StandingParticle:
        return standing_particle(self) if self.position == "on" else layout_of(self)

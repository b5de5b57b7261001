# SPDX-License-Identifier: LGPL-3.0-or-later
"""Layers on top of each other, with flat, wavy, rough or bumped faces, or with patterns or particles inside.

The model stands on z = 0 (y = 0 in plane strain) and fills 0 <= x <= width, in 3D 0 <= y <= depth; an
axisymmetric one is a cylinder of radius ``width``. Its sides are mirrors, or, with ``periodic``, copies of
each other whose points match. Elements are smallest on the interfaces and grow steadily away from them.
"""

from __future__ import annotations

import dataclasses
import functools
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from lithiate_meshes.assembly import Assembly, Domain, Refinement
from lithiate_meshes.families.limits import refuse_too_many_cells
from lithiate_meshes.layer_cells import estimated_cells
from lithiate_meshes.layer_limits import refuse_impossible_layers
from lithiate_meshes.layers import Layer, LayerStack
from lithiate_meshes.mesh_data import MeshData
from lithiate_meshes.profiles import ROUND_OFF, Plan
from lithiate_meshes.quantities import Length, quantity, refuse
from lithiate_meshes.relaxing import relaxed

# Elements along the height of a stack where nothing refines it.
_FAR_ELEMENTS = 10.0
DEFAULT_GROWTH = 0.2
Growth = Annotated[float, quantity("number", "", "0.2", gt=0.0, le=0.4)]


class StackGeometry(BaseModel):
    """A list of layers from bottom to top, each a region of its name.

    Interfaces are named "lower|upper". Surfaces in 2D: ``axis`` (r or x = 0), ``bottom``, ``side``, ``top``;
    in 3D ``symmetry_x``, ``symmetry_y``, ``bottom``, ``side`` (x = width), ``side_y`` (y = depth), ``top``;
    and the walls "<layer>_gaps_wall" around the empty spaces of a layer's pattern.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    family: Literal["stack"]
    symmetry: Literal["plane_strain", "axisymmetric", "3d"] = "plane_strain"
    periodic: Annotated[
        bool, Field(description="whether opposite sides match point for point; else they are mirrors")
    ] = False
    width: Annotated[Length, Field(description="of the model, or its radius")]
    depth: Annotated[Length | None, Field(description='along y in "3d"; width if not given')] = None
    mesh_size: Annotated[
        Length, Field(description="element size on the interfaces; half a layer's thickness if that is less")
    ]
    mesh_size_far: Annotated[
        Length | None,
        Field(description="largest element size; height/10, but not below mesh_size, if not given"),
    ] = None
    growth: Annotated[
        Growth, Field(description="by how much the element size grows per distance from an interface")
    ] = DEFAULT_GROWTH
    layers: Annotated[tuple[Layer, ...], Field(min_length=1, description="from bottom to top")]

    @field_validator("periodic")
    @classmethod
    def _a_cylinder_does_not_repeat(cls, periodic: bool, info: ValidationInfo) -> bool:
        if periodic and info.data.get("symmetry") == "axisymmetric":
            raise refuse('found true; allowed: false with symmetry = "axisymmetric"')
        return periodic

    @field_validator("depth")
    @classmethod
    def _depth_needs_three_dimensions(cls, depth: float | None, info: ValidationInfo) -> float | None:
        symmetry = info.data.get("symmetry")
        if depth is not None and symmetry in ("plane_strain", "axisymmetric"):
            raise refuse(
                f'found {depth:g} m; allowed: only with symmetry = "3d", found symmetry = "{symmetry}"'
            )
        return depth

    @field_validator("mesh_size")
    @classmethod
    def _mesh_size_fits(cls, mesh_size: float, info: ValidationInfo) -> float:
        for key in ("width", "depth"):
            extent = info.data.get(key)
            if extent is not None and mesh_size > extent * (1.0 + ROUND_OFF):
                raise refuse(f"found {mesh_size:g} m; allowed: at most {key} = {extent:g} m")
        return mesh_size

    @field_validator("mesh_size_far")
    @classmethod
    def _far_size_fits(cls, far: float | None, info: ValidationInfo) -> float | None:
        near = info.data.get("mesh_size")
        if far is not None and near is not None and far < near:
            raise refuse(f"found {far:g} m; allowed: at least mesh_size = {near:g} m")
        return far

    @model_validator(mode="after")
    def _can_be_meshed(self) -> StackGeometry:
        refuse_impossible_layers(self.stack)
        refuse_too_many_cells(self.estimated_cells(), self.mesh_size)
        return self

    @functools.cached_property
    def stack(self) -> LayerStack:
        """The layers with everything that follows from them."""
        three = self.symmetry == "3d"
        depth = (self.depth or self.width) if three else 1.0
        height = sum(layer.thickness for layer in self.layers)
        far = self.mesh_size_far
        return LayerStack(
            plan=Plan(self.symmetry, self.width, depth, self.periodic),
            layers=self.layers,
            mesh_size=self.mesh_size,
            largest_size=max(self.mesh_size, height / _FAR_ELEMENTS) if far is None else far,
            growth=self.growth,
        )

    @property
    def regions(self) -> tuple[str, ...]:
        """Names of the regions, from bottom to top, in a layer what lies inside first."""
        return tuple(name for name in self.stack.all_regions if name not in self.stack.empty)

    @property
    def surfaces(self) -> tuple[str, ...]:
        """Names of the outer surfaces."""
        return (*self._domain.surfaces, *sorted(f"{name}_wall" for name in self.stack.empty))

    @property
    def interfaces(self) -> tuple[str, ...]:
        """Names "lower|upper" of the interfaces."""
        return tuple(self.interface_areas())

    @property
    def platen_area(self) -> float:
        """Area of the face ``top`` of the model [m2; plane strain: per metre of depth]."""
        return self._domain.platen_area

    def region_volumes(self) -> dict[str, float]:
        """Volumes of the regions [m3; plane strain: per metre of depth]."""
        volumes = dict.fromkeys(self.regions, 0.0)
        for region, _, volume in self.stack.pieces(self.stack.plan):
            if region in volumes:
                volumes[region] += volume
        return volumes

    def interface_areas(self) -> dict[str, float]:
        """Areas of the interfaces [m2; plane strain: per metre of depth]."""
        order = {name: place for place, name in enumerate(self.regions)}
        areas: dict[tuple[str, str], float] = {}
        for contact in self.stack.contacts(self.stack.plan):
            if all(name in order for name in contact.regions):
                areas[contact.regions] = areas.get(contact.regions, 0.0) + contact.area
        in_order = sorted(areas, key=lambda names: [order[name] for name in names])
        return {"|".join(names): areas[names] for names in in_order}

    def interface_mesh_size(self, name: str) -> float:
        """Element size on an interface [m].

        Args:
            name: Of the interface, one of :attr:`interfaces`.
        """
        return self._face_sizes()[name]

    def estimated_cells(self) -> dict[str, int]:
        """Number of elements per region that a mesh will have, within a factor of two."""
        return estimated_cells(self.stack)

    def build(self) -> MeshData:
        """Mesh the flat stack with gmsh and move its points to where the faces are.

        Raises:
            InputError: If gmsh is missing or fails.
        """
        stack = self.stack
        sizes: dict[str, float] = {}
        for region, number, _ in stack.pieces(stack.plan):
            own = region == stack.layers[number].name
            largest = stack.largest_in(number)
            sizes[region] = largest if own else min(largest, sizes.get(region, largest))
        by_size: dict[float, list[str]] = {}
        for name, size in self._face_sizes().items():
            by_size.setdefault(size, []).append(name)
        assembly = Assembly(
            name="stack",
            domain=self._domain,
            background=stack.layers[0].name,
            parts=stack.parts(),
            regions=stack.all_regions,
            sizes=sizes,
            refinements=[Refinement(tuple(names), size, self.growth) for size, names in by_size.items()],
            empty=frozenset(stack.empty),
            periodic=tuple(range(len(stack.plan.extents))) if self.periodic else (),
        )
        mesh = assembly.build()
        points = relaxed(mesh, stack.moved) if mesh.dimension == 3 else stack.moved(mesh.points)
        return dataclasses.replace(mesh, points=points)

    @property
    def _domain(self) -> Domain:
        extents, height = self.stack.plan.extents, self.stack.levels[-1]
        return Domain(self.symmetry, (0.0,) * (len(extents) + 1), (*extents, height))

    def _face_sizes(self) -> dict[str, float]:
        """Element size by interface [m], those with empty spaces included."""
        contacts = self.stack.contacts(self.stack.plan)
        return {"|".join(contact.regions): contact.size for contact in contacts}

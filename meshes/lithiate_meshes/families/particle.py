# SPDX-License-Identifier: LGPL-3.0-or-later
"""Round particles, with shells around them and other phases inside, in a block of electrolyte.

One particle stands at the origin, and the model is what symmetry leaves: the quarter r >= 0, z >= 0 of its
block (axisymmetric), the quarter x >= 0, y >= 0 around a long fibre (plane strain), or the octant (3d).
Several particles stand in a whole box from the origin to its upper corner. Elements are smallest on the
interfaces and grow steadily away from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from lithiate_meshes.families.limits import refuse_too_many_cells
from lithiate_meshes.families.particle_bare import BareParticle
from lithiate_meshes.families.particle_bodies import box_of, layout_of
from lithiate_meshes.families.particle_input import (
    ROUND_OFF,
    Arrangement,
    Inclusion,
    PlacedParticle,
    Shell,
    refuse_inclusions,
    refuse_shells,
)
from lithiate_meshes.families.particle_layout import ELECTROLYTE, Layout
from lithiate_meshes.families.particle_limits import refuse_impossible
from lithiate_meshes.mesh_data import MeshData
from lithiate_meshes.quantities import Length, refuse


class ParticleGeometry(BaseModel):
    """Particles in a block of electrolyte.

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
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    family: Literal["particle"]
    symmetry: Literal["plane_strain", "axisymmetric", "3d"] = "axisymmetric"
    shape: Annotated[
        Literal["sphere", "ellipsoid", "fibre"],
        Field(description="in plane strain, a sphere is the section of a long fibre"),
    ] = "sphere"
    fibre_axis: Annotated[
        Literal["x", "y", "z"] | None,
        Field(description='direction of a fibre in "3d"; "z" if not given', validate_default=True),
    ] = None
    particles: Annotated[
        list[PlacedParticle] | None, Field(min_length=1, description="several particles, one by one")
    ] = None
    arrangement: Annotated[Arrangement | None, Field(description="several equal particles in rows")] = None
    box: Annotated[
        list[Length] | None,
        Field(description="extents of the block of particles along the coordinates", validate_default=True),
    ] = None
    periodic: Annotated[
        bool, Field(description="whether several particles repeat sideways, opposite faces meshed alike")
    ] = False
    particle_radius: Annotated[
        Length | None, Field(description="not of an ellipsoid, which has semi_axes", validate_default=True)
    ] = None
    semi_axes: Annotated[
        list[Length] | None,
        Field(description="of an ellipsoid, along the coordinates", validate_default=True),
    ] = None
    block_size: Annotated[
        Length | None,
        Field(description="distance from the particle's centre to the outer faces", validate_default=True),
    ] = None
    block_height: Annotated[
        Length | None,
        Field(description="distance from the particle's centre to the top; block_size if not given"),
    ] = None
    block_shape: Annotated[
        Literal["cylinder", "box"] | None,
        Field(description='shape of the block of one particle in "3d"; "cylinder" if not given'),
    ] = None
    mesh_size: Annotated[Length, Field(description="element size on the interface")]
    mesh_size_far: Annotated[
        Length | None,
        Field(
            description="largest element size; an eighth of block_size (of the smallest extent of the box), "
            "but not below mesh_size, if not given"
        ),
    ] = None
    shells: Annotated[list[Shell], Field(description="coats around every particle, from the inside out")] = []
    inclusions: Annotated[list[Inclusion], Field(description="other phases inside every particle")] = []

    @model_validator(mode="before")
    @classmethod
    def _default_block_shape(cls, data: Any) -> Any:
        if (
            not isinstance(data, Mapping)
            or data.get("symmetry") != "3d"
            or data.get("block_shape") is not None
        ):
            return data
        if data.get("particles") is not None or data.get("arrangement") is not None:
            return data
        across = data.get("shape") == "fibre" and data.get("fibre_axis") in ("x", "y")
        return {**data, "block_shape": "box" if across else "cylinder"}

    @field_validator("fibre_axis")
    @classmethod
    def _axis_of_a_fibre(cls, axis: str | None, info: ValidationInfo) -> str | None:
        shape, symmetry = info.data.get("shape"), info.data.get("symmetry")
        if axis is not None and (shape, symmetry) != ("fibre", "3d") and None not in (shape, symmetry):
            raise refuse(
                f'found "{axis}"; allowed: only with shape = "fibre" and symmetry = "3d", found "{shape}" '
                "and "
                f'"{symmetry}"'
            )
        return axis

    @field_validator("particles", "arrangement")
    @classmethod
    def _several_are_round(cls, value: Any, info: ValidationInfo) -> Any:
        shape, symmetry = info.data.get("shape"), info.data.get("symmetry")
        if value is None or shape is None or symmetry is None:
            return value
        if shape != "sphere":
            raise refuse(f'found shape = "{shape}" for several particles; allowed: "sphere"')
        if info.field_name == "arrangement" and info.data.get("particles") is not None:
            raise refuse("found particles and arrangement; allowed: one of them")
        dimension = _dimension(symmetry)
        if isinstance(value, Arrangement):
            if len(value.count) != dimension or (symmetry == "axisymmetric" and value.count[0] != 1):
                first = ", the first of them 1 (particles on the axis)" if symmetry == "axisymmetric" else ""
                raise refuse(f"found count = {value.count}; allowed: {dimension} numbers{first}")
            return value
        for placed in value:
            if len(placed.centre) != dimension:
                raise refuse(f"found centre = {placed.centre}; allowed: {dimension} coordinates")
            if placed.name == ELECTROLYTE:
                raise refuse(f"found the name '{placed.name}'; allowed: a name of its own")
        return value

    @field_validator("box")
    @classmethod
    def _box_of_given_particles(cls, box: list[float] | None, info: ValidationInfo) -> list[float] | None:
        if not {"particles", "symmetry"} <= info.data.keys():
            return box
        if info.data["particles"] is None:
            if box is not None:
                raise refuse(f"found {box}; allowed: only with particles")
            return box
        dimension = _dimension(info.data["symmetry"])
        if box is None or len(box) != dimension:
            raise refuse(f"found {box or 'nothing'}; allowed: {dimension} lengths, with particles")
        return box

    @field_validator("periodic")
    @classmethod
    def _only_boxes_are_periodic(cls, periodic: bool, info: ValidationInfo) -> bool:
        if periodic and (not _several(info) or info.data.get("symmetry") == "axisymmetric"):
            raise refuse("found true; allowed: only with particles or arrangement, in plane strain or 3d")
        arrangement = info.data.get("arrangement")
        if (
            arrangement is not None
            and arrangement.pattern == "hexagonal"
            and info.data.get("symmetry") == "3d"
        ):
            rows = arrangement.count[1]
            if periodic and rows % 2:
                raise refuse(
                    f"found true with count = {rows} hexagonal rows along y; allowed: an even number"
                )
            if not periodic and rows < 2:
                raise refuse(f"found false with count = {rows} hexagonal row along y; allowed: at least 2")
        return periodic

    @field_validator("particle_radius")
    @classmethod
    def _radius_of_what_is_round(cls, radius: float | None, info: ValidationInfo) -> float | None:
        shape = info.data.get("shape")
        if radius is not None and shape == "ellipsoid":
            raise refuse(f'found {radius:g} m; allowed: only semi_axes with shape = "ellipsoid"')
        particles = info.data.get("particles")
        given = particles is not None and all(placed.radius is not None for placed in particles)
        if radius is None and shape in ("sphere", "fibre") and not given and "particles" in info.data:
            raise refuse(f'found nothing; allowed: a length, with shape = "{shape}"')
        arrangement = info.data.get("arrangement")
        if radius is not None and arrangement is not None and (arrangement.neck_radius or 0.0) > radius:
            raise refuse(
                f"found {radius:g} m; allowed: more than neck_radius = {arrangement.neck_radius:g} m"
            )
        return radius

    @field_validator("semi_axes")
    @classmethod
    def _axes_of_an_ellipsoid(cls, axes: list[float] | None, info: ValidationInfo) -> list[float] | None:
        shape, symmetry = info.data.get("shape"), info.data.get("symmetry")
        if shape is None or symmetry is None:
            return axes
        if axes is not None and shape != "ellipsoid":
            raise refuse(f'found {axes}; allowed: only with shape = "ellipsoid", found "{shape}"')
        if shape == "ellipsoid" and (axes is None or len(axes) != _dimension(symmetry)):
            raise refuse(
                f"found {axes or 'nothing'}; allowed: {_dimension(symmetry)} lengths of the ellipsoid"
            )
        return axes

    @field_validator("block_size")
    @classmethod
    def _block_holds_particle(cls, block_size: float | None, info: ValidationInfo) -> float | None:
        radius = info.data.get("particle_radius")
        if _several(info):
            if block_size is not None:
                raise refuse(f"found {block_size:g} m; allowed: only without particles and arrangement")
            return block_size
        if block_size is None:
            raise refuse("found nothing; allowed: a length, for one particle")
        if radius is not None and block_size <= radius:
            raise refuse(
                f"found {block_size:g} m; the particle would overlap the outer faces; allowed: more than "
                f"particle_radius = {radius:g} m"
            )
        return block_size

    @field_validator("block_height")
    @classmethod
    def _height_of_one_block(cls, height: float | None, info: ValidationInfo) -> float | None:
        if height is not None and _several(info):
            raise refuse(f"found {height:g} m; allowed: only without particles and arrangement")
        return height

    @field_validator("block_shape")
    @classmethod
    def _shape_needs_three_dimensions(cls, block_shape: str | None, info: ValidationInfo) -> str | None:
        symmetry = info.data.get("symmetry")
        if block_shape is not None and symmetry in ("plane_strain", "axisymmetric"):
            raise refuse(
                f'found "{block_shape}"; allowed: only with symmetry = "3d", found symmetry = "{symmetry}"'
            )
        if block_shape is not None and _several(info):
            raise refuse(f'found "{block_shape}"; allowed: only without particles and arrangement')
        if block_shape == "cylinder" and info.data.get("fibre_axis") in ("x", "y"):
            raise refuse(
                f'found "{block_shape}"; allowed: "box", with fibre_axis = "{info.data["fibre_axis"]}"'
            )
        return block_shape

    @field_validator("mesh_size")
    @classmethod
    def _mesh_size_fits(cls, mesh_size: float, info: ValidationInfo) -> float:
        radius, block_size = info.data.get("particle_radius"), info.data.get("block_size")
        axes = info.data.get("semi_axes")
        radii = [placed.radius for placed in info.data.get("particles") or () if placed.radius is not None]
        smallest = min([*radii, *(axes or ()), *([radius] if radius is not None else [])], default=None)
        if smallest is not None and mesh_size > smallest / 2.0 * ROUND_OFF:
            name = "particle_radius" if smallest == radius else "the smallest radius"
            raise refuse(f"found {mesh_size:g} m; allowed: at most half of {name} = {smallest:g} m")
        if radius is not None and block_size is not None and mesh_size > (block_size - radius) * ROUND_OFF:
            raise refuse(
                f"found {mesh_size:g} m; allowed: at most block_size - particle_radius = "
                f"{block_size - radius:g} m, one layer of elements between the particle and the outer faces"
            )
        return mesh_size

    @field_validator("mesh_size_far")
    @classmethod
    def _far_size_fits(cls, far: float | None, info: ValidationInfo) -> float | None:
        near, block_size = info.data.get("mesh_size"), info.data.get("block_size")
        if far is not None and near is not None and block_size is not None and not near <= far <= block_size:
            raise refuse(
                f"found {far:g} m; allowed: from mesh_size = {near:g} m to block_size = {block_size:g} m"
            )
        if far is not None and near is not None and far < near:
            raise refuse(f"found {far:g} m; allowed: at least mesh_size = {near:g} m")
        return far

    @field_validator("shells")
    @classmethod
    def _shells_fit(cls, shells: list[Shell], info: ValidationInfo) -> list[Shell]:
        mesh_size = info.data.get("mesh_size")
        radius, block_size = info.data.get("particle_radius"), info.data.get("block_size")
        refuse_shells(shells, _names_taken(info), mesh_size)
        for shell in shells:
            shell.refuse_without_support(info.data.get("shape"), info.data.get("symmetry"))
        thickness = sum(shell.thickness for shell in shells)
        if shells and radius is not None and block_size is not None and mesh_size is not None:
            room = block_size - radius - mesh_size
            if thickness > room * ROUND_OFF:
                raise refuse(
                    f"found shells of {thickness:g} m in all, which would leave their block; allowed: at "
                    "most "
                    f"block_size - particle_radius - mesh_size = {room:g} m"
                )
        return shells

    @field_validator("inclusions")
    @classmethod
    def _inclusions_are_of_this_space(
        cls, inclusions: list[Inclusion], info: ValidationInfo
    ) -> list[Inclusion]:
        taken = _names_taken(info) | {shell.name for shell in info.data.get("shells", ())}
        refuse_inclusions(inclusions, taken, _dimension(info.data.get("symmetry", "")))
        return inclusions

    @model_validator(mode="after")
    def _can_be_meshed(self) -> ParticleGeometry:
        if self._bare is None:
            refuse_impossible(self._layout)
        refuse_too_many_cells(self.estimated_cells(), self.mesh_size)
        return self

    @property
    def regions(self) -> tuple[str, ...]:
        """Names of the regions, from the inside out."""
        return tuple(name for name in self._layout.names if name not in self._layout.empty)

    @property
    def interfaces(self) -> tuple[str, ...]:
        """Names of the interfaces, the inner region first."""
        return tuple(self.interface_areas())

    @property
    def surfaces(self) -> tuple[str, ...]:
        """Names of the outer surfaces and of the walls of voids."""
        return (*self._layout.domain.surfaces, *sorted(f"{name}_wall" for name in self._layout.empty))

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
        return self._layout.domain.platen_area

    def interface_mesh_size(self, name: str) -> float:
        """Element size on an interface [m]."""
        return self._layout.face_size(name)

    def region_volumes(self) -> dict[str, float]:
        """Exact volumes of the regions of the model [m3; plane strain: per metre of depth]."""
        volumes, _ = self._layout.sizes()
        return {name: volumes[name] for name in self.regions}

    def interface_areas(self) -> dict[str, float]:
        """Exact areas of the interfaces of the model [m2; plane strain: per metre of depth]."""
        _, areas = self._layout.sizes()
        names = self._layout.names
        meshed = {name: area for name, area in areas.items() if not self._layout.empty & set(name.split("|"))}
        order = sorted(meshed, key=lambda name: [names.index(side) for side in name.split("|")])
        return {name: meshed[name] for name in order}

    def estimated_cells(self) -> dict[str, int]:
        """Number of elements of each region that meshing will give, within a factor of two."""
        return (self._layout if self._bare is None else self._bare).estimated_cells()

    def build(self) -> MeshData:
        """Mesh the model with gmsh.

        Raises:
            InputError: If gmsh is missing or fails, or periodic faces do not match.
        """
        return (self._layout if self._bare is None else self._bare).build()

    @property
    def _bare(self) -> BareParticle | None:
        """The model, if it is a single round particle alone in a block."""
        round_body = self.shape == "sphere" or (self.shape == "fibre" and self.symmetry == "plane_strain")
        special = self.shells or self.inclusions or self.block_height is not None
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
    def _layout(self) -> Layout:
        return layout_of(self)


def _dimension(symmetry: str) -> int:
    return 3 if symmetry == "3d" else 2


def _several(info: ValidationInfo) -> bool:
    """Whether several particles are given; also where they were refused, so that one message is enough."""
    return any(key not in info.data or info.data[key] is not None for key in ("particles", "arrangement"))


def _names_taken(info: ValidationInfo) -> set[str]:
    particles = info.data.get("particles")
    names = {placed.name for placed in particles} if particles else {"particle"}
    return names | {ELECTROLYTE}

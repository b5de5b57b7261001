# SPDX-License-Identifier: LGPL-3.0-or-later
"""The keys of the particle family, and which of them go together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from lithiate_meshes.families.particle_input import (
    ROUND_OFF,
    Arrangement,
    Inclusion,
    PlacedParticle,
    Shell,
    refuse_inclusions,
    refuse_shells,
)
from lithiate_meshes.families.particle_model import ELECTROLYTE
from lithiate_meshes.families.particle_on import FOIL, SURROUNDINGS
from lithiate_meshes.quantities import Length, refuse


class ParticleInput(BaseModel):
    """What a case file says about particles."""

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
    position: Annotated[
        Literal["in", "on"],
        Field(description='one particle "on" a foil and under the electrolyte, or particles "in" it'),
    ] = "in"
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
    foil_thickness: Annotated[
        Length | None,
        Field(description='needed by (only) position = "on", as are the next three', validate_default=True),
    ] = None
    base_radius: Annotated[
        Length | None,
        Field(
            description="of the flat face on the foil; in plane strain half its width", validate_default=True
        ),
    ] = None
    contact_depth: Annotated[
        Length | None,
        Field(
            description="of the electrolyte's lower face below the particle's summit", validate_default=True
        ),
    ] = None
    electrolyte_thickness: Annotated[
        Length | None, Field(description="from its lower face to the top", validate_default=True)
    ] = None
    surroundings: Annotated[
        Literal["empty", "filled"] | None,
        Field(description='space between foil and electrolyte; "empty" if not given, or a region "filled"'),
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

    @field_validator("position")
    @classmethod
    def _only_spheres_stand(cls, position: str, info: ValidationInfo) -> str:
        shape = info.data.get("shape", "sphere")
        if position == "on" and shape != "sphere":
            raise refuse(f'found "on" with shape = "{shape}"; allowed: "sphere"')
        return position

    @field_validator("particles", "arrangement", "block_height", "shells")
    @classmethod
    def _one_bare_particle_stands(cls, value: Any, info: ValidationInfo) -> Any:
        if value and info.data.get("position") == "on":
            raise refuse(
                f'found {info.field_name}; allowed: only with position = "in"; one particle without shells '
                "stands on its foil"
            )
        return value

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

    @field_validator(
        "foil_thickness", "base_radius", "contact_depth", "electrolyte_thickness", "surroundings"
    )
    @classmethod
    def _only_when_standing(cls, value: float | str | None, info: ValidationInfo) -> float | str | None:
        position = info.data.get("position")
        if value is not None and position == "in":
            shown = f"{value:g} m" if isinstance(value, float) else f'"{value}"'
            raise refuse(f'found {shown}; allowed: only with position = "on"')
        if value is None and position == "on" and info.field_name != "surroundings":
            raise refuse('found nothing; allowed: a length, with position = "on"')
        return value

    @field_validator("base_radius")
    @classmethod
    def _base_is_a_cut(cls, base: float | None, info: ValidationInfo) -> float | None:
        radius = info.data.get("particle_radius")
        if base is not None and radius is not None and base >= radius:
            raise refuse(f"found {base:g} m; allowed: less than particle_radius = {radius:g} m")
        return base

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


def _dimension(symmetry: str) -> int:
    return 3 if symmetry == "3d" else 2


def _several(info: ValidationInfo) -> bool:
    """Whether several particles are given; also where they were refused, so that one message is enough."""
    return any(key not in info.data or info.data[key] is not None for key in ("particles", "arrangement"))


def _names_taken(info: ValidationInfo) -> set[str]:
    particles = info.data.get("particles")
    names = {placed.name for placed in particles} if particles else {"particle"}
    standing = {FOIL, SURROUNDINGS} if info.data.get("position") == "on" else set()
    return names | standing | {ELECTROLYTE}

# SPDX-License-Identifier: LGPL-3.0-or-later
"""The tables within the ``[geometry]`` table of the particle family."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from lithiate_meshes.quantities import Length, quantity, refuse

_UNITS = ("um", "nm", "mm", "m")
Coordinate = Annotated[float, quantity("coordinate", "m", "1 um", units=_UNITS)]
Gap = Annotated[float, quantity("length", "m", "50 nm", units=_UNITS, ge=0.0)]
# Bounds are meant to be reached: 2 um - 1 um is a little less than 1 um in floating point.
ROUND_OFF = 1.0 + 1e-9
Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$")]


class Shell(BaseModel):
    """One coat around every particle, listed from the inside out.

    With ``empty = true`` it is a void without a mesh, with the wall ``<name>_wall``. What lies inside a void
    must rest on something: it is moved down until it touches the wall over a cap of ``contact_radius``, into
    which its lowest part is pressed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name
    thickness: Length
    empty: bool = False
    contact_radius: Annotated[
        Length | None,
        Field(description="radius of the cap over which the body inside a void touches its wall"),
    ] = None
    mesh_size: Annotated[
        Length | None, Field(description="element size on its faces; that of the geometry if not given")
    ] = None

    @field_validator("contact_radius")
    @classmethod
    def _only_voids_have_a_contact(cls, radius: float | None, info: ValidationInfo) -> float | None:
        if radius is not None and not info.data.get("empty", True):
            raise refuse(f"found {radius:g} m; allowed: only with empty = true")
        return radius

    def refuse_without_support(self, shape: str | None, symmetry: str | None) -> None:
        """Refuse a void around something that neither its wall nor, for a fibre, the outer faces hold."""
        if not self.empty:
            return
        held = shape == "fibre" and symmetry != "plane_strain"
        if held and self.contact_radius is not None:
            raise refuse(
                f"found contact_radius of the void '{self.name}'; allowed: none, the outer faces hold a fibre"
            )
        if shape == "ellipsoid":
            raise refuse(
                f"found the void '{self.name}' around an ellipsoid; allowed: only around a sphere or a fibre"
            )
        if not held and self.contact_radius is None:
            raise refuse(
                f"found the void '{self.name}' without contact_radius: what it surrounds would touch "
                "nothing and cannot "
                "be computed; allowed: a contact_radius, or empty = false with a material that fills the void"
            )


class Inclusion(BaseModel):
    """A round second phase in every particle; with ``empty = true`` a pore with a wall ``<name>_wall``.

    In an axisymmetric model one off the axis is a ring. Those of one name are one region.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name
    centre: Annotated[list[Coordinate], Field(description="from the particle's centre")]
    radius: Length | None = None
    semi_axes: Annotated[
        list[Length] | None,
        Field(
            description="along the coordinates, of an ellipsoid instead of a sphere", validate_default=True
        ),
    ] = None
    empty: bool = False
    mesh_size: Annotated[
        Length | None,
        Field(
            description="element size on its face; that of the geometry, or a quarter (3d: a fifth) of the "
            "radius if that is smaller, if not given"
        ),
    ] = None

    @field_validator("semi_axes")
    @classmethod
    def _radius_or_axes(cls, axes: list[float] | None, info: ValidationInfo) -> list[float] | None:
        radius = info.data.get("radius")
        if "radius" in info.data and (axes is None) == (radius is None):
            found = "neither" if axes is None else "both"
            raise refuse(f"found {found} of radius and semi_axes; allowed: one of them")
        return axes

    def axes(self) -> tuple[float, ...]:
        """Its semi-axes along the coordinates [m]."""
        return (self.radius,) * len(self.centre) if self.radius is not None else tuple(self.semi_axes or ())

    def size(self, mesh_size: float) -> float:
        """Element size on its face [m], with ``mesh_size`` on the interfaces of the geometry [m]."""
        if self.mesh_size is not None:
            return self.mesh_size
        return min(mesh_size, min(self.axes()) / (4.0 if len(self.centre) == 2 else 5.0))


class PlacedParticle(BaseModel):
    """One of several particles. Those of one name are one region, and one body where they overlap."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name = "particle"
    centre: Annotated[list[Coordinate], Field(description="from the lower corner of the box")]
    radius: Annotated[Length | None, Field(description="particle_radius if not given")] = None


class Arrangement(BaseModel):
    """Equal particles in rows.

    The box follows: as wide as ``count`` particles with their gaps, its bottom and top ``margin`` below and
    above them. Its side faces are mirror planes, or periodic. They lie half a gap beyond the outermost
    particles; where neighbours touch (``gap = 0``, in flat necks of ``neck_radius``) they cut through centres
    instead. "hexagonal" moves every other row along y by half the distance of two particles and brings the
    rows nearer. Particles centred on a mirror plane are cut in half: the outermost ones of the moved rows,
    and in 3D those of the first and the last row.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    pattern: Literal["square", "hexagonal"] = "square"
    count: Annotated[
        list[Annotated[int, Field(ge=1, le=100)]],
        Field(description="particles along each coordinate"),
    ]
    gap: Annotated[Gap, Field(description="between neighbours, their shells included")]
    neck_radius: Annotated[
        Length | None, Field(description="where neighbours touch, with gap = 0", validate_default=True)
    ] = None
    margin: Annotated[
        Length | None,
        Field(description="electrolyte beyond the outermost particles; their radius if not given"),
    ] = None

    @field_validator("neck_radius")
    @classmethod
    def _neck_where_touching(cls, neck: float | None, info: ValidationInfo) -> float | None:
        gap = info.data.get("gap")
        if gap == 0.0 and neck is None:
            raise refuse("found nothing; allowed: a length, with gap = 0")
        if gap and neck is not None:
            raise refuse(f"found {neck:g} m; allowed: only with gap = 0, found gap = {gap:g} m")
        return neck

    def box(self, symmetry: str, radius: float, periodic: bool) -> tuple[float, ...]:
        """Extents of the block [m] around particles of an outer ``radius`` [m]."""
        pitch, rows = self._distances(radius)
        margin = radius if self.margin is None else self.margin
        height = 2.0 * (radius + margin)
        if symmetry == "axisymmetric":
            return radius + margin, (self.count[1] - 1) * pitch + height
        if symmetry == "plane_strain":
            return self.count[0] * pitch, (self.count[1] - 1) * rows + height
        mirrored_rows = self.pattern == "hexagonal" and not periodic
        depth = (self.count[1] - 1 if mirrored_rows else self.count[1]) * rows
        return self.count[0] * pitch, depth, (self.count[2] - 1) * pitch + height

    def centres(self, symmetry: str, radius: float, periodic: bool) -> list[tuple[float, ...]]:
        """Coordinates of all particles [m], row by row; periodic images are left out."""
        pitch, rows = self._distances(radius)
        lowest = radius if self.margin is None else self.margin
        lowest += radius
        if symmetry == "axisymmetric":
            return [(0.0, lowest + layer * pitch) for layer in range(self.count[1])]
        found: list[tuple[float, ...]] = []
        if symmetry == "plane_strain":
            for row in range(self.count[1]):
                found += [(x, lowest + row * rows) for x in self._columns(row, pitch, periodic)]
            return found
        first, last = self._first_and_last_row(periodic)
        for layer in range(self.count[2]):
            for row in range(last):
                place = ((first + row) * rows, lowest + layer * pitch)
                found += [(x, *place) for x in self._columns(row, pitch, periodic)]
        return found

    def _distances(self, radius: float) -> tuple[float, float]:
        """Of two particles in a row, and of two rows [m]."""
        pitch = 2.0 * radius + self.gap
        if self.neck_radius is not None:
            pitch = 2.0 * math.sqrt(max(radius**2 - self.neck_radius**2, 0.0))
        return pitch, pitch * math.sqrt(0.75) if self.pattern == "hexagonal" else pitch

    def _columns(self, row: int, pitch: float, periodic: bool) -> list[float]:
        """Places along x of the particles of a row [m]."""
        moved = 0.5 if self.pattern == "hexagonal" and row % 2 == 1 else 0.0
        first = 0.5
        if self.neck_radius is not None:
            # A face through a neck would leave a sharp wedge of electrolyte on either side of it.
            first = 0.25 if self.pattern == "hexagonal" and periodic else 0.0
        first = (first + moved) % 1.0
        columns = self.count[0] + (1 if first == 0.0 and not periodic else 0)
        return [(column + first) * pitch for column in range(columns)]

    def _first_and_last_row(self, periodic: bool) -> tuple[float, int]:
        """In 3D: distance of the first row from the face, in distances of rows, and the number of rows."""
        if self.pattern == "hexagonal":
            return 0.0, self.count[1]
        if self.neck_radius is None:
            return 0.5, self.count[1]
        return 0.0, self.count[1] + (0 if periodic else 1)


def refuse_shells(shells: list[Shell], taken: set[str], mesh_size: float | None) -> None:
    """Refuse shells that cannot be told apart or are thinner than their elements.

    Args:
        shells: From the inside out.
        taken: Names that they may not have.
        mesh_size: Element size of the geometry [m], if it is known.
    """
    names = set(taken)
    for number, shell in enumerate(shells):
        if shell.name in names:
            raise refuse(f"found the name '{shell.name}' of a shell twice; allowed: a name of its own")
        names.add(shell.name)
        size = mesh_size if shell.mesh_size is None else shell.mesh_size
        if size is not None and size > shell.thickness * ROUND_OFF:
            raise refuse(
                f"found thickness = {shell.thickness:g} m of the shell '{shell.name}', thinner than "
                "its elements; "
                f"allowed: at least its mesh_size = {size:g} m (a shell may have a mesh_size of its own)"
            )
        if mesh_size is not None and size is not None and size > mesh_size * ROUND_OFF:
            raise refuse(
                f"found mesh_size = {size:g} m of the shell '{shell.name}'; allowed: at most that of "
                "the geometry, "
                f"{mesh_size:g} m"
            )
        if shell.empty and number and shells[number - 1].empty:
            raise refuse(f"found two voids in a row, the second '{shell.name}'; allowed: one")


def refuse_inclusions(inclusions: list[Inclusion], taken: set[str], dimension: int) -> None:
    """Refuse inclusions that cannot be told apart or lie in a space of another dimension.

    Args:
        inclusions: In any order.
        taken: Names that they may not have.
        dimension: Number of coordinates.
    """
    empty: dict[str, bool] = {}
    for inclusion in inclusions:
        if inclusion.name in taken:
            raise refuse(f"found the name '{inclusion.name}' of an inclusion; allowed: a name of its own")
        if empty.setdefault(inclusion.name, inclusion.empty) != inclusion.empty:
            raise refuse(f"found '{inclusion.name}' both empty and filled; allowed: one of them")
        for key in ("centre", "semi_axes"):
            given = getattr(inclusion, key)
            if given is not None and len(given) != dimension:
                raise refuse(f"found {key} = {given}; allowed: {dimension} lengths")

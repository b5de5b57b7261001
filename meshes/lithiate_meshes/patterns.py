# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a layer may hold besides its own material: grooves, cracks, islands, given particles."""

from __future__ import annotations

import itertools
import math
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from lithiate_meshes.mesh_data import FloatArray
from lithiate_meshes.profiles import ROUND_OFF, Coordinate, Plan, whole
from lithiate_meshes.quantities import Length, refuse
from lithiate_meshes.shapes import Box, Cylinder, Ellipsoid, Shape

RegionName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", description="name of a region")]
EMPTY = "empty"
"""What ``fill`` says for a space without a mesh."""

ELEMENTS_PER_RADIUS = 5.0
"""Flat elements then cut off less than 2 % of a round body."""

Interval = tuple[float, float]


class _Pattern(BaseModel):
    """Equal features with vertical walls, repeated at a pitch from x = 0.

    The first one stands half a pitch from x = 0 (and y = 0), or, with ``on_axis``, on x = 0 (and y = 0),
    which halves it. The width of a mirrored model is a whole number of half pitches, of a periodic one of
    pitches.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    fill: Annotated[
        RegionName,
        Field(description="what fills the space: another layer's name, a new region's, or \"empty\""),
    ]
    on_axis: Annotated[bool, Field(description="whether a feature stands on x = 0")] = False
    mesh_size: Annotated[
        Length | None, Field(description="element size on the walls; the layer's on its faces if not given")
    ] = None

    @property
    def repeat(self) -> tuple[str, float]:
        """Key and value [m] of the distance between the features' centres."""
        raise NotImplementedError

    @property
    def extent(self) -> tuple[str, float]:
        """Key and value [m] of the width of one feature."""
        raise NotImplementedError

    @property
    def holds_material(self) -> bool:
        """Whether the features are the layer's material and the fill is around them, or the reverse."""
        return False

    @property
    def is_round(self) -> bool:
        """Whether the features are columns or, around the axis, a disc."""
        return False

    @property
    def crossed(self) -> bool:
        """Whether the features repeat along y, too."""
        return False

    def height(self, thickness: float) -> float:
        """Height of the features below the upper face of a layer of this thickness [m]."""
        raise NotImplementedError

    def refuse_misfit(self, plan: Plan, thickness: float, size: float) -> None:
        """Refuse what does not fit the plan, the layer's thickness [m] or the element size [m]."""
        (pitch_key, pitch), (width_key, width) = self.repeat, self.extent
        part, parts = (1.0, pitch_key) if plan.periodic else (0.5, f"half of {pitch_key}")
        extents = zip(("width", "depth"), plan.extents if self.crossed else (plan.width,), strict=False)
        for key, extent in extents:
            if not whole(extent / (part * pitch)):
                nearest = extent / (part * max(1, round(extent / (part * pitch))))
                raise refuse(
                    f"found {pitch_key} = {pitch:g} m; allowed: {key} = {extent:g} m is a whole number of "
                    f"times {parts}, for example {pitch_key} = {nearest:g} m"
                )
        if width >= pitch:
            raise refuse(
                f"found {width_key} = {width:g} m, neighbours overlap; allowed: below {pitch_key} = "
                f"{pitch:g} m"
            )
        height = self.height(thickness)
        if height > thickness * (1.0 + ROUND_OFF):
            raise refuse(
                f"found depth = {height:g} m; allowed: at most the layer's thickness {thickness:g} m"
            )
        floor = thickness - height
        if self.is_round and size > width / 2.0 / ELEMENTS_PER_RADIUS * (1.0 + ROUND_OFF):
            raise refuse(
                f"found {width_key} = {width:g} m of round islands; allowed: at least "
                f"{2.0 * ELEMENTS_PER_RADIUS:g} times the element size on the walls, {size:g} m"
            )
        spaces = [self._spaces(extent) for extent in (plan.extents if self.crossed else (plan.width,))]
        rooms = {
            width_key: min(feature for feature, _ in spaces),
            f"{pitch_key} - {width_key}": min(between for _, between in spaces),
            "depth": height,
        }
        if floor > ROUND_OFF * thickness:
            rooms["thickness - depth"] = floor
        for key, room in rooms.items():
            if size > room * (1.0 + ROUND_OFF):
                raise refuse(
                    f"found {key} = {room:g} m, thinner than its elements (where a side halves it); allowed: "
                    f"at least the element size on the walls, {size:g} m (mesh_size of the pattern)"
                )

    def reaches_down(self, thickness: float) -> bool:
        """Whether the features reach the layer's lower face."""
        return self.height(thickness) > thickness * (1.0 - ROUND_OFF)

    def shapes(self, plan: Plan, lower: float, upper: float) -> list[Shape]:
        """The features between two heights [m]."""
        if self.is_round and plan.symmetry == "3d":
            radius = self.extent[1] / 2.0
            return [Cylinder((x, y, lower), upper - lower, radius) for x, y in self._centres(plan)]
        sides = [self._intervals(extent) for extent in plan.extents]
        if plan.dimension == 3 and not self.crossed:
            sides[1] = [(0.0, plan.depth)]
        return [
            Box((*(start for start, _ in place), lower), (*(end for _, end in place), upper))
            for place in itertools.product(*sides)
        ]

    def cross_section(self, plan: Plan) -> tuple[float, float]:
        """Area [m2] of the features seen from above and length [m] of their walls (2D: per metre or turn)."""
        spans = self._intervals(plan.width)
        if plan.symmetry == "axisymmetric":
            area = sum(math.pi * (end**2 - start**2) for start, end in spans)
            return area, sum(2.0 * math.pi * radius for radius in _walls(spans, plan.width))
        if self.is_round and plan.dimension == 3:
            radius, centres = self.extent[1] / 2.0, self._centres(plan)
            circles = sum(
                math.prod(
                    0.5 if min(place, extent - place) < ROUND_OFF * extent else 1.0
                    for place, extent in zip(centre, plan.extents, strict=True)
                )
                for centre in centres
            )
            return circles * math.pi * radius**2, circles * 2.0 * math.pi * radius
        crossed = self.crossed and plan.dimension == 3
        across = self._intervals(plan.depth) if crossed else [(0.0, plan.depth)]
        length, length_across = (sum(end - start for start, end in side) for side in (spans, across))
        walls = len(_walls(spans, plan.width)) * length_across
        return length * length_across, walls + len(_walls(across, plan.depth)) * length

    def _places(self, extent: float) -> FloatArray:
        pitch = self.repeat[1]
        count = round(2.0 * extent / pitch)
        first = 0 if self.on_axis else 1
        return np.arange(first, count + 1, 2, dtype=np.float64) * (extent / count)

    def _centres(self, plan: Plan) -> list[tuple[float, float]]:
        return [(float(x), float(y)) for x in self._places(plan.width) for y in self._places(plan.depth)]

    def _spaces(self, extent: float) -> tuple[float, float]:
        """The narrowest feature and the narrowest space between two, as the sides leave them."""
        ends = [0.0, *(end for interval in self._intervals(extent) for end in interval), extent]
        lengths = np.diff(ends)
        between = lengths[::2]
        return float(lengths[1::2].min()), float(between[between > ROUND_OFF * extent].min())

    def _intervals(self, extent: float) -> list[Interval]:
        half = self.extent[1] / 2.0
        return [
            (max(0.0, float(place) - half), min(extent, float(place) + half))
            for place in self._places(extent)
        ]


def _walls(intervals: list[Interval], extent: float) -> list[float]:
    """Ends of intervals that lie on no side."""
    return [end for interval in intervals for end in interval if 0.0 < end < extent]


class _Stripes(_Pattern):
    """Straight spaces in a layer, along y in 3D, rings around an axis."""

    width: Length
    spacing: Annotated[Length, Field(description="from the middle of one to that of the next")]

    @property
    def repeat(self) -> tuple[str, float]:
        """Key and value [m] of the distance between the features' centres."""
        return "spacing", self.spacing

    @property
    def extent(self) -> tuple[str, float]:
        """Key and value [m] of the width of one feature."""
        return "width", self.width


class Grooves(_Stripes):
    """Straight grooves in the upper face of a layer, along y in 3D, rings around an axis."""

    depth: Length

    def height(self, thickness: float) -> float:
        """Height of the features below the upper face of a layer of this thickness [m]."""
        return self.depth


class Cracks(_Stripes):
    """Vertical cracks from the upper face of a layer, open by their width before anything has happened."""

    depth: Annotated[Length | None, Field(description="through the whole layer if not given")] = None

    def height(self, thickness: float) -> float:
        """Height of the features below the upper face of a layer of this thickness [m]."""
        return thickness if self.depth is None else self.depth


class Islands(_Pattern):
    """Islands of the layer's material, as high as the layer, on the layer below.

    Stripes run along y in 3D and are rings around an axis. Squares and round columns, in 3D, stand on a
    square lattice; around an axis a round island is a disc, with half a pitch as the width of the model.
    """

    shape: Literal["stripe", "square", "round"] = "stripe"
    size: Annotated[Length, Field(description="width, edge or diameter of one")]
    pitch: Annotated[Length, Field(description="from the middle of one to that of the next")]

    @property
    def repeat(self) -> tuple[str, float]:
        """Key and value [m] of the distance between the features' centres."""
        return "pitch", self.pitch

    @property
    def extent(self) -> tuple[str, float]:
        """Key and value [m] of the width of one feature."""
        return "size", self.size

    @property
    def holds_material(self) -> bool:
        """Whether the features are the layer's material and the fill is around them, or the reverse."""
        return True

    @property
    def is_round(self) -> bool:
        """Whether the features are columns or, around the axis, a disc."""
        return self.shape == "round"

    @property
    def crossed(self) -> bool:
        """Whether the features repeat along y, too."""
        return self.shape != "stripe"

    def height(self, thickness: float) -> float:
        """Height of the features below the upper face of a layer of this thickness [m]."""
        return thickness

    def refuse_misfit(self, plan: Plan, thickness: float, size: float) -> None:
        """Refuse what does not fit the plan, the layer's thickness [m] or the element size [m]."""
        shapes = {"plane_strain": ("stripe",), "axisymmetric": ("stripe", "round")}.get(plan.symmetry)
        if shapes is not None and self.shape not in shapes:
            names = " or ".join(f'"{name}"' for name in shapes)
            raise refuse(f'found shape = "{self.shape}"; allowed: {names} with symmetry = "{plan.symmetry}"')
        if plan.symmetry == "axisymmetric" and self.is_round:
            if not self.on_axis:
                raise refuse("found a round island with on_axis = false; allowed: on_axis = true")
            if abs(plan.width / self.pitch - 0.5) > 1e-6:
                raise refuse(
                    f"found pitch = {self.pitch:g} m of round islands; allowed: twice the model's width, "
                    f"{2.0 * plan.width:g} m"
                )
        super().refuse_misfit(plan, thickness, size)


class Inclusion(BaseModel):
    """A sphere (in plane strain a fibre) or ellipsoid within a layer.

    Attributes:
        name: Its region; several may share one.
        centre: (x, z above the layer's lower face), in 3D (x, y, z) [m]. On a side, which halves it, or clear
            of it; on the axis of an axisymmetric model.
        radius: Or ``semi_axes`` along the coordinates [m].
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: RegionName
    centre: Annotated[tuple[Coordinate, ...], Field(min_length=2, max_length=3)]
    radius: Length | None = None
    semi_axes: Annotated[
        tuple[Length, ...] | None, Field(min_length=2, max_length=3, validate_default=True)
    ] = None

    @field_validator("semi_axes")
    @classmethod
    def _one_of_two(cls, semi_axes: Any, info: ValidationInfo) -> Any:
        if "radius" in info.data and (semi_axes is None) == (info.data["radius"] is None):
            found = "neither" if semi_axes is None else "both"
            raise refuse(f"found {found} of radius and semi_axes; allowed: one of them")
        return semi_axes

    @model_validator(mode="after")
    def _as_many_coordinates(self) -> Inclusion:
        if self.semi_axes is not None and len(self.semi_axes) != len(self.centre):
            raise refuse(
                f"found {len(self.semi_axes)} semi_axes; allowed: {len(self.centre)}, as many as centre has"
            )
        return self

    @property
    def axes(self) -> tuple[float, ...]:
        """Semi-axes along the coordinates [m]."""
        if self.semi_axes is not None:
            return self.semi_axes
        assert self.radius is not None
        return (self.radius,) * len(self.centre)

    def refuse_misfit(self, plan: Plan, thickness: float, size: float) -> None:
        """Refuse what does not lie within the layer, an element size [m] from its faces and the sides."""
        if len(self.centre) != plan.dimension:
            raise refuse(
                f"found a centre with {len(self.centre)} coordinates; allowed: {plan.dimension} with "
                f'symmetry = "{plan.symmetry}"'
            )
        if plan.symmetry == "axisymmetric" and (
            self.centre[0] != 0.0 or self.axes[0] > plan.width - size * (1.0 - ROUND_OFF)
        ):
            raise refuse(
                f"found a particle at r = {self.centre[0]:g} m of radius {self.axes[0]:g} m; allowed: on the "
                f"axis, below {plan.width - size:g} m"
            )
        if size > min(self.axes) / ELEMENTS_PER_RADIUS * (1.0 + ROUND_OFF):
            raise refuse(
                f"found a particle of radius {min(self.axes):g} m; allowed: at least {ELEMENTS_PER_RADIUS:g} "
                f"elements of {size:g} m"
            )
        names = ("x", "y", "z") if plan.dimension == 3 else ("x", "z")
        for name, place, axis, room in zip(
            names, self.centre, self.axes, (*plan.extents, thickness), strict=True
        ):
            on_side = name != "z" and min(abs(place), abs(place - room)) < ROUND_OFF * room
            if on_side and not plan.periodic and axis + size <= room * (1.0 + ROUND_OFF):
                continue
            if not (axis + size) * (1.0 - ROUND_OFF) <= place <= room - (axis + size) * (1.0 - ROUND_OFF):
                raise refuse(
                    f"found a particle with {name} = {place:g} m and radius {axis:g} m, which leaves the "
                    f"layer; allowed: from {axis + size:g} m to {room - axis - size:g} m, one element of "
                    f"{size:g} m from the faces" + ("" if name == "z" or plan.periodic else ", or on a side")
                )

    def overlaps(self, other: Inclusion, gap: float) -> bool:
        """Whether less than a gap [m] separates this from another one."""
        points = np.array(other.centre) + np.array(other.axes) * _directions(len(other.centre))
        inside = (((points - self.centre) / (np.array(self.axes) + gap)) ** 2).sum(axis=1)
        return bool(inside.min() < 1.0 - ROUND_OFF) or bool(
            (((np.array(other.centre) - self.centre) / np.array(self.axes)) ** 2).sum() < 1.0
        )

    def shape(self, lower: float) -> Shape:
        """The body in a layer whose lower face is at this height [m]."""
        return Ellipsoid((*self.centre[:-1], self.centre[-1] + lower), self.axes)

    def measure(self, plan: Plan) -> tuple[float, float]:
        """Volume [m3; plane strain: per metre of depth] and area of what lies within the model."""
        halves = math.prod(
            0.5 if min(abs(place), abs(place - extent)) < ROUND_OFF * extent else 1.0
            for place, extent in zip(self.centre, plan.extents, strict=False)
        )
        nodes, shares = np.polynomial.legendre.leggauss(60)
        angle, weights = math.pi / 4.0 * (nodes + 1.0), math.pi / 4.0 * shares  # from 0 to pi/2
        if plan.symmetry == "plane_strain":
            first, second = self.axes
            quarter = float(weights @ np.hypot(first * np.sin(angle), second * np.cos(angle)))
            return halves * math.pi * first * second, halves * 4.0 * quarter
        around_axis = plan.symmetry == "axisymmetric"
        first, second, third = (self.axes[0], *self.axes) if around_axis else self.axes
        halves = 1.0 if around_axis else halves
        theta, phi = angle[:, None], angle[None, :]
        element = np.sin(theta) * np.sqrt(
            (second * third * np.sin(theta) * np.cos(phi)) ** 2
            + (first * third * np.sin(theta) * np.sin(phi)) ** 2
            + (first * second * np.cos(theta)) ** 2
        )
        volume = 4.0 / 3.0 * math.pi * first * second * third
        return halves * volume, halves * 8.0 * float(weights @ element @ weights)


def _directions(dimension: int) -> FloatArray:
    """Points all over the unit circle or sphere."""
    around = np.linspace(0.0, 2.0 * math.pi, 73)
    if dimension == 2:
        return np.stack([np.cos(around), np.sin(around)], axis=1)
    theta, phi = (grid.ravel() for grid in np.meshgrid(around[:37], around, indexing="ij"))
    return np.stack([np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)], axis=1)

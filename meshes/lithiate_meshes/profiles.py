# SPDX-License-Identifier: LGPL-3.0-or-later
"""Shapes of the face between two layers: height above its mean plane as a function of the place.

The sides of a model are mirrors, or, with ``periodic``, copies of each other. A face must go with that, or
it would have a kink there that nobody asked for: mirrored models take faces that meet their sides at a right
angle (a rough face is a cosine series), periodic ones take faces with the period of the model (a rough face
is a full Fourier series).
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from lithiate_meshes.mesh_data import FloatArray
from lithiate_meshes.quantities import Length, quantity, refuse

_LENGTHS = ("um", "nm", "mm", "cm", "m", "pm")
Coordinate = Annotated[float, quantity("length", "m", "1 um", units=_LENGTHS)]
"""A length that may be zero or negative."""
Place = Annotated[float, quantity("length", "m", "1 um", units=_LENGTHS, ge=0)]
"""A length that may be zero."""
Angle = Annotated[float, quantity("angle", "rad", "90 deg", units=("deg", "rad"))]

LARGEST_SLOPE = 1.0
"""Steeper faces shear the elements on them too much."""
SMALLEST_REMAINING_SHARE = 0.25
"""Of a layer's thickness that must remain everywhere: its elements are flattened by this factor."""
ROUND_OFF = 1e-9
"""Bounds are meant to be reached, whatever the round-off."""
# Beyond this wave number times the correlation length lies half a percent of a rough face's variance.
_CUT_OFF = 4.0
_FEWEST_SAMPLES, _SAMPLES_PER_FEATURE = 200, 24
_MOST_SAMPLES = {2: 200_000, 3: 1_500}
_POINTS_AT_ONCE = 20_000


def whole(number: float) -> bool:
    """Whether a positive number is a whole one but for round-off."""
    return round(number) >= 1 and abs(number - round(number)) < 1e-6


@dataclass(frozen=True)
class Plan:
    """A model seen from above.

    Attributes:
        symmetry: "plane_strain", "axisymmetric" or "3d".
        width: Extent along x or r [m].
        depth: Extent along y [m]; 1 m in 2D.
        periodic: Whether opposite sides are copies of each other; else they are mirrors.
    """

    symmetry: str
    width: float
    depth: float = 1.0
    periodic: bool = False

    @property
    def dimension(self) -> int:
        """Number of coordinates of the model."""
        return 3 if self.symmetry == "3d" else 2

    @property
    def extents(self) -> tuple[float, ...]:
        """Width and, in 3D, depth [m]."""
        return (self.width, self.depth) if self.dimension == 3 else (self.width,)

    @property
    def area(self) -> float:
        """Area [m2; plane strain: per metre of depth]."""
        return math.pi * self.width**2 if self.symmetry == "axisymmetric" else self.width * self.depth

    @property
    def section(self) -> Plan:
        """The same plan with the areas of an axisymmetric model's section."""
        return Plan("plane_strain", self.width) if self.symmetry == "axisymmetric" else self


class FlatFace(BaseModel):
    """A plane."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shape: Literal["flat"] = "flat"

    @property
    def largest_element(self) -> float:
        """Element size that still resolves it [m]."""
        return math.inf

    def refuse_misfit(self, plan: Plan) -> None:
        """It fits any model."""

    def heights(self, plan: Plan, places: FloatArray) -> FloatArray:
        """Heights above the mean plane [m], shape (n,), at places [m], shape (n, 1) or (n, 2)."""
        return np.zeros(len(places))


class WavyFace(BaseModel):
    """amplitude cos(2 pi x / wavelength + phase), in 3D with wavelength_y also times cos(2 pi y / ...).

    A mirrored model holds a whole number of half waves and has the phase 0 or 180 deg; a periodic one holds a
    whole number of waves.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    shape: Literal["wavy"]
    amplitude: Annotated[Length, Field(description="height of a crest above the mean plane")]
    wavelength: Length
    wavelength_y: Annotated[
        Length | None, Field(description="along y in 3D; the waves are ridges along y if not given")
    ] = None
    phase: Angle = 0.0

    @property
    def largest_element(self) -> float:
        """Element size that still resolves it [m]."""
        return min(self.wavelength, self.wavelength_y or math.inf) / 8.0

    def refuse_misfit(self, plan: Plan) -> None:
        """Refuse waves that do not fit the model's sides."""
        if self.wavelength_y is not None and plan.dimension == 2:
            raise refuse(f'found wavelength_y = {self.wavelength_y:g} m; allowed: only with symmetry = "3d"')
        part, parts = (1.0, "wavelengths") if plan.periodic else (0.5, "half wavelengths")
        for name, length, key, extent in (
            ("wavelength", self.wavelength, "width", plan.width),
            ("wavelength_y", self.wavelength_y, "depth", plan.depth),
        ):
            if length is not None and not whole(extent / (part * length)):
                nearest = extent / (part * max(1, round(extent / (part * length))))
                raise refuse(
                    f"found {name} = {length:g} m; allowed: a whole number of {parts} in {key} = {extent:g} "
                    f"m, for example {nearest:g} m"
                )
        if not plan.periodic and abs(math.sin(self.phase)) > 1e-6:
            raise refuse(
                f"found phase = {self.phase:g} rad; allowed: 0 or pi, the face meets the mirrors at the "
                "sides at a right angle; any with periodic = true"
            )

    def heights(self, plan: Plan, places: FloatArray) -> FloatArray:
        """Heights above the mean plane [m], shape (n,), at places [m], shape (n, 1) or (n, 2)."""
        heights = self.amplitude * np.cos(2.0 * math.pi * places[:, 0] / self.wavelength + self.phase)
        if self.wavelength_y is not None:
            heights = heights * np.cos(2.0 * math.pi * places[:, 1] / self.wavelength_y)
        return np.asarray(heights)


class RoughFace(BaseModel):
    """A Gaussian random field with the correlation exp(-(distance / correlation_length)^2), seeded.

    Its mean is zero and its root mean square over the model (in an axisymmetric one along r) is exactly the
    roughness; wave numbers up to 4 / correlation_length take part.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    shape: Literal["rough"]
    roughness: Annotated[Length, Field(description="root mean square of the height")]
    correlation_length: Length
    seed: Annotated[int, Field(ge=0)] = 0

    @property
    def largest_element(self) -> float:
        """Element size that still resolves it [m]."""
        return self.correlation_length / 4.0

    def refuse_misfit(self, plan: Plan) -> None:
        """Refuse a model too small to hold a rough face, or too large for its detail."""
        for key, extent in zip(("width", "depth"), plan.extents, strict=False):
            smallest, largest = extent / 500.0, extent / (4.0 if plan.periodic else 2.0)
            if not smallest <= self.correlation_length <= largest * (1.0 + ROUND_OFF):
                raise refuse(
                    f"found correlation_length = {self.correlation_length:g} m; allowed: from {smallest:g} m "
                    f"to {largest:g} m, with {key} = {extent:g} m"
                )

    def heights(self, plan: Plan, places: FloatArray) -> FloatArray:
        """Heights above the mean plane [m], shape (n,), at places [m], shape (n, 1) or (n, 2)."""
        factors = _mode_factors(self, plan)
        heights = np.empty(len(places))
        for start in range(0, len(places), _POINTS_AT_ONCE):
            some = slice(start, start + _POINTS_AT_ONCE)
            modes = _modes(plan.width, self._count(plan.width), plan.periodic, places[some, 0])
            partial = modes @ factors
            if plan.dimension == 3:
                partial *= _modes(plan.depth, self._count(plan.depth), plan.periodic, places[some, 1])
            heights[some] = partial.sum(axis=1)
        return heights

    def _count(self, extent: float) -> int:
        """Waves (mirrored: half waves) in the extent up to the cut-off, of a periodic model too."""
        return math.floor(_CUT_OFF * extent / (math.pi * self.correlation_length))


def _modes(extent: float, half_waves: int, periodic: bool, places: FloatArray) -> FloatArray:
    """Values of the modes, shape (n, modes), each with the mean square 1 but the first, which is 1."""
    if not periodic:
        number = np.arange(half_waves + 1, dtype=np.float64)
        modes: FloatArray = np.cos(math.pi * number * places[:, None] / extent)
    else:
        number = np.arange(half_waves // 2 + 1, dtype=np.float64)
        angle = 2.0 * math.pi * number * (places[:, None] % extent) / extent
        modes = np.concatenate([np.cos(angle), np.sin(angle[:, 1:])], axis=1)
    modes[:, 1:] *= math.sqrt(2.0)
    return np.asarray(modes, dtype=np.float64)


def _wave_numbers(extent: float, half_waves: int, periodic: bool) -> FloatArray:
    if not periodic:
        return np.asarray(math.pi * np.arange(half_waves + 1) / extent, dtype=np.float64)
    waves = 2.0 * math.pi * np.arange(half_waves // 2 + 1, dtype=np.float64) / extent
    return np.asarray(np.concatenate([waves, waves[1:]]), dtype=np.float64)


@functools.lru_cache(maxsize=16)
def _mode_factors(face: RoughFace, plan: Plan) -> FloatArray:
    """Random factors of the modes along x (rows) and along y (columns; a single one in 2D)."""
    along = [_wave_numbers(extent, face._count(extent), plan.periodic) for extent in plan.extents]
    if plan.dimension == 2:
        along.append(np.zeros(1))
    square = along[0][:, None] ** 2 + along[1][None, :] ** 2
    factors = np.exp(-square * face.correlation_length**2 / 8.0)
    factors *= np.random.default_rng(face.seed).standard_normal(factors.shape)
    factors[0, 0] = 0.0
    factors[np.sqrt(square) * face.correlation_length > _CUT_OFF] = 0.0
    return np.asarray(factors * face.roughness / np.sqrt((factors**2).sum()))


class ProtrusionFace(BaseModel):
    """A plane with one smooth bump, height cos^2(pi rho / (2 radius)) within the radius of its position.

    In plane strain it is a ridge, around r > 0 of an axisymmetric model a ring. It stands on a side of the
    model, which halves it, or clear of it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    shape: Literal["protrusion"]
    height: Annotated[Coordinate, Field(description="into the layer above; a pit if negative")]
    radius: Annotated[Length, Field(description="of the foot; at half of it half the height remains")]
    position: Annotated[Place, Field(description="x or r of its centre")] = 0.0
    position_y: Annotated[Place | None, Field(description="y of its centre in 3D; 0 if not given")] = None

    @property
    def largest_element(self) -> float:
        """Element size that still resolves it [m]."""
        return self.radius / 4.0

    def refuse_misfit(self, plan: Plan) -> None:
        """Refuse a bump that does not fit the model's sides."""
        if self.position_y is not None and plan.dimension == 2:
            raise refuse(f'found position_y = {self.position_y:g} m; allowed: only with symmetry = "3d"')
        for key, extent, place in zip(
            ("position", "position_y"), plan.extents, (self.position, self.position_y or 0.0), strict=False
        ):
            room = extent / 2.0 if plan.periodic else extent
            if self.radius > room * (1.0 + ROUND_OFF):
                raise refuse(f"found radius = {self.radius:g} m; allowed: at most {room:g} m")
            margin = ROUND_OFF * extent
            on_side = min(abs(place), abs(place - extent)) <= margin
            clear = self.radius - margin <= place <= extent - self.radius + margin
            if place > extent + margin or not (on_side or clear or plan.periodic):
                raise refuse(
                    f"found {key} = {place:g} m; allowed: 0, {extent:g} m (halved by a side) or from the "
                    f"radius {self.radius:g} m to {extent - self.radius:g} m"
                )

    def heights(self, plan: Plan, places: FloatArray) -> FloatArray:
        """Heights above the mean plane [m], shape (n,), at places [m], shape (n, 1) or (n, 2)."""
        away = np.abs(places - np.array([self.position, self.position_y or 0.0])[: places.shape[1]])
        if plan.periodic:
            away = np.minimum(away, np.abs(np.array(plan.extents) - away))
        share = np.minimum(np.linalg.norm(away, axis=1) / self.radius, 1.0)
        return np.asarray(self.height * np.cos(math.pi / 2.0 * share) ** 2)


AnyFace = FlatFace | WavyFace | RoughFace | ProtrusionFace
Face = Annotated[AnyFace, Field(discriminator="shape")]


@dataclass(frozen=True)
class Sampling:
    """A regular grid of places on a plan, fine enough for the faces measured on it.

    Attributes:
        plan: The plan.
        counts: Intervals along x and, in 3D, y.
    """

    plan: Plan
    counts: tuple[int, ...]

    @classmethod
    def of(cls, plan: Plan, smallest_feature: float) -> Sampling:
        """The grid that resolves features of this size [m]."""
        most = _MOST_SAMPLES[plan.dimension]
        counts = (_SAMPLES_PER_FEATURE * extent / smallest_feature for extent in plan.extents)
        return cls(plan, tuple(math.ceil(min(most, max(_FEWEST_SAMPLES, count))) for count in counts))

    @property
    def axes(self) -> tuple[FloatArray, ...]:
        """Coordinates of the grid lines [m]."""
        return tuple(
            np.linspace(0.0, extent, count + 1, dtype=np.float64)
            for extent, count in zip(self.plan.extents, self.counts, strict=True)
        )

    def heights(self, face: AnyFace) -> FloatArray:
        """Heights of a face on the grid [m], one axis per coordinate."""
        return _sampled_heights(self, face)

    def integral(self, values: FloatArray) -> float:
        """Integral of values on the grid over the plan (an axisymmetric one: the full turn)."""
        axes = self.axes
        weights: FloatArray = np.ones(1)
        for axis in axes:
            ends: FloatArray = np.zeros(len(axis))
            ends[1:] += np.diff(axis) / 2.0
            ends[:-1] += np.diff(axis) / 2.0
            weights = np.multiply.outer(weights, ends)
        if self.plan.symmetry == "axisymmetric":
            weights = weights * 2.0 * math.pi * axes[0]
        return float((weights.reshape(values.shape) * values).sum())

    def area(self, heights: FloatArray) -> float:
        """Area of a face over the plan [m2; plane strain: per metre of depth]."""
        stretch = np.sqrt(1.0 + sum(slope**2 for slope in self._slopes(heights)))
        steps = math.prod(
            extent / count for extent, count in zip(self.plan.extents, self.counts, strict=True)
        )
        if self.plan.symmetry == "axisymmetric":
            radius = self.axes[0]
            stretch = stretch * math.pi * (radius[1:] + radius[:-1])
        return float(stretch.sum() * steps)

    def steepest(self, heights: FloatArray) -> tuple[float, str]:
        """The largest slope of a face, dimensionless, and where it is, for a message."""
        slope = np.sqrt(sum(part**2 for part in self._slopes(heights)))
        worst = np.unravel_index(int(np.argmax(slope)), slope.shape)
        return float(slope[worst]), self._place(worst)

    def thinnest(self, thickness: FloatArray) -> tuple[float, str]:
        """The smallest of thicknesses on the grid and where it is, for a message."""
        worst = np.unravel_index(int(np.argmin(thickness)), thickness.shape)
        return float(thickness[worst]), self._place(worst)

    def _slopes(self, heights: FloatArray) -> list[FloatArray]:
        """Slopes along every coordinate in the middle of every interval or rectangle of the grid."""
        slopes = []
        for number, axis in enumerate(self.axes):
            slope = np.diff(heights, axis=number) / (axis[1] - axis[0])
            for other in range(heights.ndim):
                if other != number:
                    after = np.moveaxis(slope, other, 0)
                    slope = np.moveaxis((after[1:] + after[:-1]) / 2.0, 0, other)
            slopes.append(slope)
        return slopes

    def _place(self, index: tuple[np.intp, ...]) -> str:
        names = {"axisymmetric": ("r",)}.get(self.plan.symmetry, ("x", "y"))
        values = [f"{name} = {axis[i]:.4g} m" for name, axis, i in zip(names, self.axes, index, strict=False)]
        return ", ".join(values)


@functools.lru_cache(maxsize=16)
def _sampled_heights(sampling: Sampling, face: AnyFace) -> FloatArray:
    axes = sampling.axes
    grid = np.stack([axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")], axis=1)
    return face.heights(sampling.plan, grid).reshape([len(axis) for axis in axes])

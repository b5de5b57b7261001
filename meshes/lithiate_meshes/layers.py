# SPDX-License-Identifier: LGPL-3.0-or-later
"""The layers of a stack: what one is, and what follows from a list of them without a mesh."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import math
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from lithiate_meshes.mesh_data import FloatArray
from lithiate_meshes.patterns import EMPTY, Cracks, Grooves, Inclusion, Islands, RegionName
from lithiate_meshes.profiles import AnyFace, Face, FlatFace, Plan, Sampling
from lithiate_meshes.quantities import Length, refuse
from lithiate_meshes.shapes import Box, Shape

FLAT = FlatFace()


class Layer(BaseModel):
    """One layer of a stack, a region of its name, and what it holds.

    With a pattern (``grooves``, ``cracks`` or ``islands``) or ``particles`` both its faces are flat.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: RegionName
    thickness: Annotated[Length, Field(description="between the mean planes of its faces")]
    mesh_size: Annotated[Length | None, Field(description="largest element size in it")] = None
    upper_face: Face = FLAT
    conformal: Annotated[
        bool, Field(description="whether its upper face repeats the one below: the same thickness all over")
    ] = False
    grooves: Grooves | None = None
    cracks: Cracks | None = None
    islands: Islands | None = None
    particles: tuple[Inclusion, ...] = ()

    @field_validator("name")
    @classmethod
    def _name_is_free(cls, name: str) -> str:
        if name == EMPTY:
            raise refuse(f'found "{EMPTY}"; allowed: any other name, "{EMPTY}" is a space without a mesh')
        return name

    @model_validator(mode="after")
    def _one_content(self) -> Layer:
        contents = [key for key in ("grooves", "cracks", "islands", "particles") if getattr(self, key)]
        if len(contents) > 1:
            raise refuse(
                f"found {' and '.join(contents)} in layer '{self.name}'; allowed: one of them in a layer"
            )
        if self.conformal and self.upper_face != FLAT:
            raise refuse(
                f"found an upper_face and conformal = true in layer '{self.name}'; allowed: one of them"
            )
        return self

    @property
    def pattern(self) -> Grooves | Cracks | Islands | None:
        """Its grooves, cracks or islands."""
        return self.grooves or self.cracks or self.islands

    @property
    def fill(self) -> str | None:
        """Region that fills the space in its pattern; "<layer>_gaps" for an empty one."""
        if self.pattern is None:
            return None
        return self.gaps if self.pattern.fill == EMPTY else self.pattern.fill

    @property
    def gaps(self) -> str:
        """Name of its empty space, if it has one."""
        return f"{self.name}_gaps"


@dataclass(frozen=True)
class Contact:
    """Where two regions meet.

    Attributes:
        regions: Their names in the order of the stack's regions.
        area: Area [m2; plane strain: per metre of depth].
        size: Element size on it [m].
        below: Number of the layer on whose upper face it lies, or None within a layer.
        within: Number of the layer in which it lies, or None between two.
    """

    regions: tuple[str, str]
    area: float
    size: float
    below: int | None = None
    within: int | None = None


@dataclass(frozen=True)
class LayerStack:
    """Layers on a plan with their element sizes: everything that follows from them without a mesh.

    Attributes:
        plan: The model seen from above.
        layers: From bottom to top.
        mesh_size: Element size on the interfaces [m].
        largest_size: Element size far from them [m].
        growth: By how much the size grows per distance.
    """

    plan: Plan
    layers: tuple[Layer, ...]
    mesh_size: float
    largest_size: float
    growth: float

    @functools.cached_property
    def levels(self) -> tuple[float, ...]:
        """Heights of the layers' mean planes [m], from 0."""
        return (0.0, *itertools.accumulate(layer.thickness for layer in self.layers))

    @functools.cached_property
    def faces(self) -> tuple[AnyFace, ...]:
        """The lowest face and the upper face of every layer, conformal ones replaced by what they repeat."""
        faces: list[AnyFace] = [FLAT]
        for layer in self.layers:
            faces.append(faces[-1] if layer.conformal else layer.upper_face)
        return tuple(faces)

    @functools.cached_property
    def empty(self) -> tuple[str, ...]:
        """The spaces without a mesh."""
        return tuple(layer.fill for layer in self.layers if layer.fill == layer.gaps)

    @functools.cached_property
    def all_regions(self) -> tuple[str, ...]:
        """The regions, empty ones included: from bottom to top, in a layer what lies inside first."""
        layers = {layer.name for layer in self.layers}
        names: list[str] = []
        for layer in self.layers:
            names += [particle.name for particle in layer.particles] + [layer.name]
            names += [layer.fill] if layer.fill is not None and layer.fill not in layers else []
        return tuple(dict.fromkeys(names))

    def sampling(self, plan: Plan) -> Sampling:
        """The grid on which faces are measured."""
        finest = min(self.plan.width, *(8.0 * face.largest_element for face in self.faces))
        return Sampling.of(plan, finest)

    def face_size(self, number: int) -> float:
        """Element size on the faces of a layer [m], without regard to its neighbours."""
        layer = self.layers[number]
        return min(self.mesh_size, layer.mesh_size or math.inf, layer.thickness / 2.0)

    def boundary_size(self, number: int) -> float:
        """Element size on the upper face of a layer [m]."""
        return min(self.face_size(row) for row in (number, number + 1) if row < len(self.layers))

    def wall_size(self, number: int) -> float:
        """Element size on the walls of a layer's pattern [m]."""
        pattern = self.layers[number].pattern
        own = None if pattern is None else pattern.mesh_size
        return self.face_size(number) if own is None else own

    def largest_in(self, number: int) -> float:
        """Largest element size in a layer [m]."""
        layer = self.layers[number]
        return min(layer.mesh_size or self.largest_size, layer.thickness, *self.plan.extents)

    def contacts(self, plan: Plan) -> list[Contact]:
        """Every contact between two regions, empty ones included, interface by interface in parts."""
        found: list[Contact] = []
        for number, layer in enumerate(self.layers):
            if number + 1 < len(self.layers):
                size = self.boundary_size(number)
                below, above = self._cut(plan, number, top=True), self._cut(plan, number + 1, top=False)
                # At most one of the two is divided, so the smaller one is what they share.
                for (lower, one), (upper, other) in itertools.product(below, above):
                    found.append(Contact((lower, upper), min(one, other), size, below=number))
            if layer.pattern is not None and layer.fill is not None:
                height, size = layer.pattern.height(layer.thickness), self.wall_size(number)
                area, walls = layer.pattern.cross_section(plan)
                floor = 0.0 if layer.pattern.reaches_down(layer.thickness) else area
                found.append(Contact((layer.name, layer.fill), walls * height + floor, size, within=number))
            for particle in layer.particles:
                area, size = particle.measure(plan)[1], self.face_size(number)
                found.append(Contact((particle.name, layer.name), area, size, within=number))
        order = {name: place for place, name in enumerate(self.all_regions)}
        contacts = []
        for contact in found:
            first, second = contact.regions
            if first != second:
                regions = (first, second) if order[first] < order[second] else (second, first)
                contacts.append(dataclasses.replace(contact, regions=regions))
        # An interface has one element size, the smallest that any part of it asks for.
        sizes: dict[tuple[str, str], float] = {}
        for contact in contacts:
            sizes[contact.regions] = min(contact.size, sizes.get(contact.regions, math.inf))
        return [dataclasses.replace(contact, size=sizes[contact.regions]) for contact in contacts]

    def pieces(self, plan: Plan) -> list[tuple[str, int, float]]:
        """What the layers are made of: region, layer and volume [m3; plane strain: per metre of depth]."""
        sampling, found = self.sampling(plan), []
        for number, layer in enumerate(self.layers):
            volume = plan.area * layer.thickness
            lower, upper = self.faces[number : number + 2]
            if lower != upper:
                volume += sampling.integral(sampling.heights(upper) - sampling.heights(lower))
            others = [(particle.name, particle.measure(plan)[0]) for particle in layer.particles]
            if layer.pattern is not None and layer.fill is not None:
                area = layer.pattern.cross_section(plan)[0]
                area = plan.area - area if layer.pattern.holds_material else area
                others.append((layer.fill, area * layer.pattern.height(layer.thickness)))
            found.append((layer.name, number, volume - sum(other for _, other in others)))
            found += [(name, number, other) for name, other in others]
        return found

    def parts(self) -> list[tuple[str, Shape]]:
        """The shapes with all faces flat, later ones in place of earlier ones."""
        parts: list[tuple[str, Shape]] = []
        corner, opposite = (0.0,) * len(self.plan.extents), self.plan.extents
        for layer, (lower, upper) in zip(self.layers, itertools.pairwise(self.levels), strict=True):
            box = Box((*corner, lower), (*opposite, upper))
            if layer.pattern is None or layer.fill is None:
                parts.append((layer.name, box))
            else:
                inside, around = layer.fill, layer.name
                if layer.pattern.holds_material:
                    inside, around = around, inside
                base = max(lower, upper - layer.pattern.height(layer.thickness))
                if layer.pattern.reaches_down(layer.thickness):
                    base = lower
                parts.append((around, box))
                parts += [(inside, shape) for shape in layer.pattern.shapes(self.plan, base, upper)]
            parts += [(particle.name, particle.shape(lower)) for particle in layer.particles]
        return parts

    def moved(self, points: FloatArray) -> FloatArray:
        """Points of the flat stack where they lie in the stack with its faces.

        The displacement along the stack is linear from one face of a layer to the other, so that both faces
        are met exactly.
        """
        if all(face == FLAT for face in self.faces):
            return points.copy()
        by_face = {face: face.heights(self.plan, points[:, :-1]) for face in set(self.faces)}
        heights = np.stack([by_face[face] for face in self.faces])
        levels, rows = np.array(self.levels), np.arange(len(points))
        layer = np.clip(np.searchsorted(levels, points[:, -1], side="right") - 1, 0, len(self.layers) - 1)
        share = (points[:, -1] - levels[layer]) / np.diff(levels)[layer]
        moved = points.copy()
        moved[:, -1] += (1.0 - share) * heights[layer, rows] + share * heights[layer + 1, rows]
        return moved

    def _cut(self, plan: Plan, number: int, top: bool) -> list[tuple[str, float]]:
        """Regions and areas at the top or the bottom of a layer."""
        layer = self.layers[number]
        divided = layer.pattern is not None and (top or layer.pattern.reaches_down(layer.thickness))
        if layer.pattern is None or layer.fill is None or not divided:
            return [(layer.name, self._face_area(plan, number + 1 if top else number))]
        area = layer.pattern.cross_section(plan)[0]
        names = (layer.name, layer.fill) if layer.pattern.holds_material else (layer.fill, layer.name)
        return [(names[0], area), (names[1], plan.area - area)]

    def _face_area(self, plan: Plan, number: int) -> float:
        if self.faces[number] == FLAT:
            return plan.area
        sampling = self.sampling(plan)
        return sampling.area(sampling.heights(self.faces[number]))

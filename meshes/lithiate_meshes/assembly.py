# SPDX-License-Identifier: LGPL-3.0-or-later
"""From shapes that belong to regions to a mesh with names: what every family meshed by gmsh shares.

A family lists shapes and the regions that they belong to; where shapes overlap, the later one wins. Cutting,
the naming of interfaces and outer surfaces, the grading of the element size and periodic faces follow here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType

import numpy as np

from lithiate_meshes.errors import InputError
from lithiate_meshes.gmsh_session import generate, gmsh_session, read_simplices
from lithiate_meshes.mesh_data import FloatArray, IndexArray, MeshData
from lithiate_meshes.shapes import Box, Clipped, Cylinder, Shape

# The kernel pads bounding boxes by about 1e-7 of the model's unit.
_PLANE_TOLERANCE = 1e-5
# Points at which gmsh samples a curve, or one direction of a face, to measure the distance from it.
_FEWEST_SAMPLES, _MOST_SAMPLES_ON_CURVE, _MOST_SAMPLES_ON_FACE = 20, 20_000, 400


@dataclass(frozen=True)
class Domain:
    """The block that a model fills.

    Attributes:
        symmetry: "plane_strain", "axisymmetric" or "3d".
        lower: Smallest coordinates [m], two or three.
        upper: Largest coordinates [m].
        cylinder: Whether a 3D model is no box but the quarter x >= 0, y >= 0 of a cylinder about z of radius
            ``upper[0]``.
    """

    symmetry: str
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    cylinder: bool = False

    @property
    def dimension(self) -> int:
        """Number of coordinates."""
        return len(self.lower)

    @property
    def planes(self) -> dict[str, tuple[int, float]]:
        """The flat outer faces: by name, which coordinate is constant there and its value [m]."""
        vertical = self.dimension - 1
        lower, upper = self.lower, self.upper
        if self.dimension == 2:
            sides = {"axis": (0, lower[0]), "side": (0, upper[0])}
        else:
            sides = {"symmetry_x": (0, lower[0]), "symmetry_y": (1, lower[1])}
            if not self.cylinder:
                sides |= {"side": (0, upper[0]), "side_y": (1, upper[1])}
        return {**sides, "bottom": (vertical, lower[vertical]), "top": (vertical, upper[vertical])}

    @property
    def surfaces(self) -> tuple[str, ...]:
        """Names of the outer faces, the mantle of a cylinder included."""
        if self.dimension == 2:
            return ("axis", "bottom", "side", "top")
        sides = ("side",) if self.cylinder else ("side", "side_y")
        return ("symmetry_x", "symmetry_y", "bottom", *sides, "top")

    @property
    def shape(self) -> Shape:
        """The block itself."""
        box = Box(self.lower, self.upper)
        if not self.cylinder:
            return box
        height = self.upper[2] - self.lower[2]
        return Clipped(box, Cylinder((0.0, 0.0, self.lower[2]), height, self.upper[0]))

    @property
    def platen_area(self) -> float:
        """Area of the face ``top`` [m2; plane strain: per metre of depth]."""
        widths = [high - low for low, high in zip(self.lower[:-1], self.upper[:-1], strict=True)]
        if self.symmetry == "axisymmetric":
            return math.pi * (self.upper[0] ** 2 - self.lower[0] ** 2)
        return math.pi / 4.0 * self.upper[0] ** 2 if self.cylinder else math.prod(widths)


@dataclass(frozen=True)
class Refinement:
    """Element size near interfaces or surfaces.

    Attributes:
        names: Interfaces ("A|B") or surfaces; what the model lacks is passed over.
        size: Element size there [m].
        growth: By how much the size grows per distance, dimensionless.
    """

    names: tuple[str, ...]
    size: float
    growth: float = 0.2


@dataclass(frozen=True)
class Assembly:
    """A model as shapes.

    Attributes:
        name: Of the model, for messages.
        domain: The block it fills.
        background: Region of whatever no shape covers.
        parts: (region, shape) in order; where shapes overlap the later one wins, outside the domain nothing
            remains.
        regions: All regions in the order in which they appear in the mesh; an interface is named after the
            earlier one first.
        sizes: Largest element size of every region [m].
        refinements: Smaller sizes near interfaces and surfaces.
        empty: Regions left without a mesh; the faces around one form the surface "<region>_wall".
        periodic: Coordinates (0 or 1) along which the two outer faces are meshed node for node alike.
    """

    name: str
    domain: Domain
    background: str
    parts: Sequence[tuple[str, Shape]]
    regions: tuple[str, ...]
    sizes: Mapping[str, float]
    refinements: Sequence[Refinement] = ()
    empty: frozenset[str] = frozenset()
    periodic: tuple[int, ...] = ()

    def build(self) -> MeshData:
        """Cut the shapes out of each other and mesh what results.

        Returns:
            The mesh in metres. Its names are those found: regions without a piece are left out.

        Raises:
            InputError: If gmsh is missing or fails, or the faces of a periodic model do not match.
        """
        domain = self.domain
        # gmsh's geometric tolerance is absolute: the model's unit is its extent.
        unit = max(high - low for low, high in zip(domain.lower, domain.upper, strict=True))
        with gmsh_session(self.name) as gmsh:
            pieces = self._cut(gmsh, unit)
            named = _name_faces(gmsh, self, pieces, unit)
            for region in sorted(self.empty & pieces.keys()):
                gmsh.model.occ.remove([(domain.dimension, tag) for tag in pieces.pop(region)], recursive=True)
            gmsh.model.occ.synchronize()
            self._set_sizes(gmsh, pieces, named, unit)
            for coordinate in self.periodic:
                _make_periodic(gmsh, domain, coordinate, named, unit)
            generate(gmsh, domain.dimension)
            regions = {name: pieces[name] for name in self.regions if name in pieces}
            points, cells, cell_tags, facets, facet_tags = read_simplices(
                gmsh, domain.dimension, regions, named.faces
            )
        tags = {name: tag for tag, name in enumerate(named.faces, start=1)}
        points = points * unit
        for name, (coordinate, value) in domain.planes.items():
            if name in tags:
                # Freed of the kernel's round-off: no r < 0.
                points[np.unique(facets[facet_tags == tags[name]]), coordinate] = value
        return MeshData(
            points=points,
            cells=cells,
            cell_tags=cell_tags,
            facets=facets,
            facet_tags=facet_tags,
            regions={name: tag for tag, name in enumerate(regions, start=1)},
            surfaces={name: tag for name, tag in tags.items() if "|" not in name},
            interfaces={name: tag for name, tag in tags.items() if "|" in name},
            symmetry=domain.symmetry,
        )

    def _cut(self, gmsh: ModuleType, unit: float) -> dict[str, list[int]]:
        """The entities that make up each region."""
        block = self.domain.shape.add(gmsh, unit)
        shapes = [(region, shape.add(gmsh, unit)) for region, shape in self.parts]
        tools = [entity for _, entities in shapes for entity in entities]
        if tools:
            _, parents = gmsh.model.occ.fragment(block, tools)
        else:
            parents = [block]
        inside = {entity for entities in parents[: len(block)] for entity in entities}
        region_of = dict.fromkeys(inside, self.background)
        following = iter(parents[len(block) :])
        outside: set[tuple[int, int]] = set()
        for region, entities in shapes:
            for _ in entities:
                for piece in next(following):
                    if piece in inside:
                        region_of[piece] = region
                    else:
                        outside.add(piece)
        gmsh.model.occ.remove(sorted(outside), recursive=True)
        gmsh.model.occ.synchronize()
        pieces: dict[str, list[int]] = {}
        for (_, tag), region in sorted(region_of.items()):
            pieces.setdefault(region, []).append(tag)
        return pieces

    def _set_sizes(
        self, gmsh: ModuleType, pieces: Mapping[str, list[int]], named: NamedFaces, unit: float
    ) -> None:
        """The smallest of the regions' largest sizes and of what grows away from every refined face."""
        dimension, add = self.domain.dimension, gmsh.model.mesh.field.add
        set_number, set_numbers = gmsh.model.mesh.field.setNumber, gmsh.model.mesh.field.setNumbers
        kind, faces = ("Surfaces", "Curves") if dimension == 2 else ("Volumes", "Surfaces")
        fields = []
        for region, tags in pieces.items():
            constant = add("Constant")
            set_numbers(constant, f"{kind}List", tags)
            set_number(constant, "VIn", self.sizes[region] / unit)
            set_number(constant, "VOut", 1e22)
            set_number(constant, "IncludeBoundary", 1)
            fields.append(constant)
        for refinement in self.refinements:
            tags = sorted({tag for name in refinement.names for tag in named.all_faces.get(name, ())})
            size = refinement.size / unit
            # Faces of different extent are sampled each to its own need.
            by_samples: dict[int, list[int]] = {}
            for tag in tags:
                by_samples.setdefault(_samples(gmsh, dimension - 1, tag, size), []).append(tag)
            for samples, group in sorted(by_samples.items()):
                distance = add("Distance")
                set_numbers(distance, f"{faces}List", group)
                set_number(distance, "Sampling", samples)
                growing = add("MathEval")
                gmsh.model.mesh.field.setString(growing, "F", f"{size!r}+{refinement.growth!r}*F{distance}")
                fields.append(growing)
        smallest = add("Min")
        set_numbers(smallest, "FieldsList", fields)
        gmsh.model.mesh.field.setAsBackgroundMesh(smallest)


@dataclass(frozen=True)
class NamedFaces:
    """gmsh's lines or faces by name.

    Attributes:
        faces: Those of the mesh: interfaces, outer surfaces, walls of empty regions.
        all_faces: Those and the faces that empty regions share with others, by interface name.
    """

    faces: dict[str, list[int]]
    all_faces: dict[str, list[int]] = field(default_factory=dict)


def _name_faces(
    gmsh: ModuleType, assembly: Assembly, pieces: Mapping[str, list[int]], unit: float
) -> NamedFaces:
    dimension = assembly.domain.dimension
    owners: dict[int, list[str]] = {}
    for region in assembly.regions:
        for tag in pieces.get(region, ()):
            for _, face in gmsh.model.getBoundary([(dimension, tag)], oriented=False):
                owners.setdefault(face, []).append(region)
    found: dict[str, list[int]] = {}
    everything: dict[str, list[int]] = {}
    for face in sorted(owners):
        around = owners[face]
        solid = [region for region in around if region not in assembly.empty]
        void = [region for region in around if region in assembly.empty]
        if len(around) == 2 and around[0] != around[1]:
            everything.setdefault("|".join(around), []).append(face)
        if len(around) == 2 and len(solid) == 1:
            found.setdefault(f"{void[0]}_wall", []).append(face)
        elif len(around) == 2 and len(solid) == 2 and solid[0] != solid[1]:
            found.setdefault("|".join(solid), []).append(face)
        elif len(around) == 1 and solid:
            found.setdefault(_outer_name(gmsh, assembly.domain, face, unit), []).append(face)
    surfaces = [name for name in assembly.domain.surfaces if name in found]
    walls = sorted(name for name in found if "|" not in name and name not in surfaces)
    interfaces = sorted(
        (name for name in found if "|" in name),
        key=lambda name: [assembly.regions.index(side) for side in name.split("|")],
    )
    faces = {name: found[name] for name in (*surfaces, *walls, *interfaces)}
    return NamedFaces(faces, everything | faces)


def _outer_name(gmsh: ModuleType, domain: Domain, face: int, unit: float) -> str:
    bounds = np.array(gmsh.model.getBoundingBox(domain.dimension - 1, face)).reshape(2, 3)
    for name, (coordinate, value) in domain.planes.items():
        if np.all(np.abs(bounds[:, coordinate] - value / unit) < _PLANE_TOLERANCE):
            return name
    if domain.cylinder:
        return "side"
    raise InputError("an outer face of the model lies on none of its planes; shapes may touch in a point")


def _samples(gmsh: ModuleType, dimension: int, tag: int, size: float) -> int:
    """Samples along a curve, or along each direction of a face, half an element size apart."""
    bounds = np.array(gmsh.model.getBoundingBox(dimension, tag)).reshape(2, 3)
    extent = float(np.linalg.norm(bounds[1] - bounds[0]))
    most = _MOST_SAMPLES_ON_CURVE if dimension == 1 else _MOST_SAMPLES_ON_FACE
    # Rounded up to a power of two, so that many equal faces share one field whatever the round-off.
    return int(min(most, 2 ** math.ceil(math.log2(max(_FEWEST_SAMPLES, 2.0 * extent / size)))))


def _make_periodic(gmsh: ModuleType, domain: Domain, coordinate: int, named: NamedFaces, unit: float) -> None:
    """Mesh the face at the upper end of a coordinate as a copy of the one at the lower end."""
    lower_name, upper_name = (
        next(name for name, plane in domain.planes.items() if plane == (coordinate, ends[coordinate]))
        for ends in (domain.lower, domain.upper)
    )
    shift = np.zeros(3)
    shift[coordinate] = (domain.upper[coordinate] - domain.lower[coordinate]) / unit
    dimension = domain.dimension - 1
    boxes = {
        name: {
            tag: np.array(gmsh.model.getBoundingBox(dimension, tag)).reshape(2, 3)
            for tag in named.faces.get(name, ())
        }
        for name in (lower_name, upper_name)
    }
    affine = np.eye(4)
    affine[:3, 3] = shift
    for upper, box in boxes[upper_name].items():
        partner = [
            lower
            for lower, other in boxes[lower_name].items()
            if np.all(np.abs(other + shift - box) < _PLANE_TOLERANCE)
        ]
        if len(partner) != 1:
            raise InputError(
                f"the faces '{lower_name}' and '{upper_name}' are cut differently and cannot match"
            )
        gmsh.model.mesh.setPeriodic(dimension, [upper], partner, affine.ravel().tolist())


def matching_points(mesh: MeshData, first: str, second: str) -> IndexArray:
    """Pairs of points of two opposite outer faces that agree but for one coordinate.

    Args:
        mesh: The mesh.
        first: Name of one surface.
        second: Name of the other.

    Returns:
        Numbers of the points, shape (n, 2), in the order of the first face.

    Raises:
        InputError: If the faces do not match point for point, with the largest distance found.
    """
    sides = [np.unique(mesh.facets_of(name)) for name in (first, second)]
    spread = [np.ptp(mesh.points[side], axis=0) for side in sides]
    along = [axis for axis in range(mesh.dimension) if axis != int(np.argmin(spread[0]))]
    ordered: list[FloatArray] = []
    extent = float(np.ptp(mesh.points, axis=0).max())
    for number, side in enumerate(sides):
        keys = np.round(mesh.points[side][:, along] / (1e-7 * extent))
        order = np.lexsort(keys.T)
        sides[number] = side[order]
        ordered.append(mesh.points[sides[number]][:, along])
    if len(sides[0]) != len(sides[1]):
        raise InputError(
            f"the faces '{first}' and '{second}' hold {len(sides[0])} and {len(sides[1])} points: no match"
        )
    distance = float(np.abs(ordered[0] - ordered[1]).max())
    if distance > 1e-6 * extent:
        raise InputError(f"the faces '{first}' and '{second}' differ by up to {distance:.3g} m")
    return np.stack(sides, axis=1)

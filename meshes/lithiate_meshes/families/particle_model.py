# SPDX-License-Identifier: LGPL-3.0-or-later
"""From shapes of particles to a graded mesh, however they are arranged."""

from __future__ import annotations

from typing import Protocol

from lithiate_meshes.assembly import Assembly, Domain, Refinement
from lithiate_meshes.families.limits import graded_cells
from lithiate_meshes.mesh_data import MeshData
from lithiate_meshes.quality import scaled_jacobian
from lithiate_meshes.shapes import Shape

ELECTROLYTE = "electrolyte"
# Where a face has a smaller size than mesh_size, elements grow fast up to mesh_size, and slowly from there.
_GROWTH_FROM_FINE_FACES, _GROWTH = 0.2, 0.06
# A mesh with a flat tetrahedron is made again with elements a little smaller, which then lie differently.
_SIZE_FACTORS, _GOOD_ENOUGH = (1.0, 0.95, 0.9), 0.14


class ParticleModel(Protocol):
    """Particles and what is around them, as shapes and exact sizes."""

    @property
    def domain(self) -> Domain:
        """The block."""

    @property
    def periodic(self) -> tuple[int, ...]:
        """Coordinates along which the block repeats."""

    @property
    def mesh_size(self) -> float:
        """Element size on interfaces, unless a face has its own [m]."""

    @property
    def largest_size(self) -> float:
        """Largest element size [m]."""

    @property
    def names(self) -> tuple[str, ...]:
        """All regions in the order in which interfaces name them, empty ones included."""

    @property
    def empty(self) -> frozenset[str]:
        """Regions without a mesh."""

    def parts(self) -> list[tuple[str, Shape]]:
        """Regions and shapes, the later over the earlier; the electrolyte is what remains."""

    def sizes(self, section: bool = False) -> tuple[dict[str, float], dict[str, float]]:
        """Exact volumes of the regions and areas of the faces between two of them, empty ones included.

        Args:
            section: Whether an axisymmetric model is measured as its plane section.
        """

    def face_size(self, name: str) -> float:
        """Element size on the face between two regions [m]."""


def estimated_cells(model: ParticleModel) -> dict[str, int]:
    """Number of elements of each region, within a factor of two."""
    section = model.domain.symmetry == "axisymmetric"
    volumes, areas = model.sizes(section)
    cells = {}
    for region, volume in volumes.items():
        if region in model.empty:
            continue
        faces = {name: area for name, area in areas.items() if region in name.split("|")}
        # Every face refines its share of the region.
        cells[region] = sum(
            graded_cells(
                volume * area / sum(faces.values()),
                area,
                model.face_size(name),
                _GROWTH if model.face_size(name) >= model.mesh_size else _GROWTH_FROM_FINE_FACES,
                model.largest_size,
                model.domain.dimension,
            )
            for name, area in faces.items()
        )
    return cells


def build(model: ParticleModel) -> MeshData:
    """Mesh a model; see :meth:`lithiate_meshes.assembly.Assembly.build`."""
    parts = model.parts()
    meshes = []
    for factor in _SIZE_FACTORS:
        meshes.append(_assembly(model, parts, factor).build())
        if _quality(meshes[-1]) > _GOOD_ENOUGH:
            break
    return max(meshes, key=_quality)


def _quality(mesh: MeshData) -> float:
    return float(scaled_jacobian(mesh.points, mesh.cells).min())


def _assembly(model: ParticleModel, parts: list[tuple[str, Shape]], factor: float) -> Assembly:
    """The model with all element sizes multiplied by a factor."""
    _, areas = model.sizes()
    refinements = [Refinement(tuple(areas), model.mesh_size * factor, _GROWTH)]
    fine = {name: model.face_size(name) for name in areas if model.face_size(name) < model.mesh_size}
    for size in sorted(set(fine.values())):
        names = tuple(name for name in fine if fine[name] == size)
        refinements.append(Refinement(names, size * factor, _GROWTH_FROM_FINE_FACES))
    return Assembly(
        name="particles in their block",
        domain=model.domain,
        background=ELECTROLYTE,
        parts=parts,
        regions=model.names,
        sizes=dict.fromkeys(model.names, model.largest_size * factor),
        refinements=refinements,
        empty=model.empty,
        periodic=model.periodic,
    )

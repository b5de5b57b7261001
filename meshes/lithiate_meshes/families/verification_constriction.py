# SPDX-License-Identifier: LGPL-3.0-or-later
"""A block that touches at spots only: the constriction of a current, and bodies joined at their spots."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from lithiate_meshes.families.limits import AREA_OF_TRIANGLE, VOLUME_OF_TETRAHEDRON, refuse_too_many_cells
from lithiate_meshes.families.verification_grids import ROUND_OFF, cells_around, open_faces
from lithiate_meshes.families.verification_spots import SpotModel, SpotPattern
from lithiate_meshes.gmsh_session import generate, gmsh_session, read_simplices
from lithiate_meshes.mesh_data import FloatArray, MeshData
from lithiate_meshes.quantities import Length, quantity, refuse

_INTERFACE = "electrode|electrolyte"
_UNCOVERED = ("uncovered_electrode", "uncovered_electrolyte")
_SHAPES = {"plane_strain": ("stripe",), "axisymmetric": ("round",), "3d": ("round", "square")}
# By dimension. On one round spot in 2D linear elements miss 1/(4 conductivity radius) by 1.2 % with 32 of
# them per radius at the edge, by 0.4 % with 128 (at 0.2: 1.7 and 0.9 %); in 3D 0.1 takes too many elements.
_GROWTH = {2: 0.1, 3: 0.2}
# A polygon of this many edges per radius has 1 % less area than its circle.
_ELEMENTS_PER_RADIUS = 4.0
# Sizes below this share of a spot are refused for the number of elements, before anything overflows.
_SMALLEST_SIZE = 1e-9


class SpotContactGeometry(BaseModel):
    """Equal contact spots that share ``coverage`` of a face.

    The whole face reaches from -width to width in x (plane strain; 3d: also in y) and holds ``spots`` spots
    in rows or at random. Symmetry leaves the half x >= 0 or the quarter x >= 0, y >= 0; in axisymmetric
    models the face is a disc of radius ``width`` with one spot at its centre. The face is at height 0.

    ``problem = "constriction"`` is one region ``electrolyte`` of ``height`` on that face. Surfaces: ``axis``
    (in 3D ``symmetry_x`` and ``symmetry_y``), ``bottom`` (the face without its spots), ``spots``, ``side``
    (x or r = width), in 3D ``side_y``, and ``top``.

    ``problem = "spot_contact"`` is a region ``electrode`` of ``height`` below and a region ``electrolyte`` of
    ``upper_height`` above that face. The interface ``electrode|electrolyte`` is the spots; the rest of the
    face is open, with the surfaces ``uncovered_electrode`` and ``uncovered_electrolyte``, and ``bottom`` is
    that of the electrode.

    Elements have ``mesh_size`` at the edges of the spots and grow by a tenth (3d: a fifth) of the distance
    from them. The current density is singular there: a resistance within 2 % needs about 32 elements per
    half-width of a spot.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    family: Literal["verification"]
    problem: Literal["constriction", "spot_contact"]
    symmetry: Literal["plane_strain", "axisymmetric", "3d"] = "axisymmetric"
    shape: Annotated[
        Literal["round", "square", "stripe"],
        Field(description='of the spots; "stripe" in "plane_strain", "round" elsewhere if not given'),
    ] = "round"
    width: Annotated[Length, Field(description="half of the face's width; radius of an axisymmetric model")]
    height: Annotated[Length, Field(description="of the block, or of the lower one of two")]
    upper_height: Annotated[
        Length | None,
        Field(description='of the upper block, needed by (only) "spot_contact"', validate_default=True),
    ] = None
    arrangement: Annotated[
        Literal["regular", "random"], Field(description='"regular" puts the spots in even rows')
    ] = "regular"
    seed: Annotated[int, Field(ge=0, description='of the places, with arrangement = "random"')] = 0
    spots: Annotated[int, Field(ge=1, description="number of spots on the whole face")] = 1
    coverage: Annotated[
        float,
        quantity("number", "", "0.1", gt=0.0, lt=1.0),
        Field(description="area of the spots over that of the face"),
    ]
    mesh_size: Annotated[Length, Field(description="element size at the edges of the spots")]

    @model_validator(mode="before")
    @classmethod
    def _shape_follows_symmetry(cls, data: Any) -> Any:
        if isinstance(data, Mapping) and data.get("shape") is None:
            return {**data, "shape": "stripe" if data.get("symmetry") == "plane_strain" else "round"}
        return data

    @field_validator("shape")
    @classmethod
    def _shape_exists_in_symmetry(cls, shape: str, info: ValidationInfo) -> str:
        symmetry = info.data.get("symmetry")
        if symmetry is not None and shape not in _SHAPES[symmetry]:
            allowed = " or ".join(f'"{name}"' for name in _SHAPES[symmetry])
            raise refuse(f'found "{shape}"; allowed: {allowed}, with symmetry = "{symmetry}"')
        return shape

    @field_validator("upper_height")
    @classmethod
    def _upper_height_as_problem_says(cls, height: float | None, info: ValidationInfo) -> float | None:
        problem = info.data.get("problem")
        if problem is None or (height is not None) == (problem == "spot_contact"):
            return height
        if height is None:
            raise refuse('found nothing; allowed: a length, with problem = "spot_contact"')
        raise refuse(f'found {height:g} m; allowed: only with problem = "spot_contact"')

    @field_validator("spots")
    @classmethod
    def _spots_fit_the_symmetry(cls, spots: int, info: ValidationInfo) -> int:
        symmetry, arrangement = info.data.get("symmetry"), info.data.get("arrangement")
        if symmetry == "axisymmetric" and spots != 1:
            raise refuse(f'found {spots}; allowed: 1, with symmetry = "axisymmetric"')
        if symmetry == "3d" and arrangement == "regular" and math.isqrt(spots) ** 2 != spots:
            raise refuse(f'found {spots}; allowed: 1, 4, 9, 16, ..., with arrangement = "regular"')
        if arrangement == "random" and symmetry in ("plane_strain", "3d"):
            parts = 4 if symmetry == "3d" else 2
            if spots % parts:
                raise refuse(
                    f'found {spots}; allowed: multiples of {parts}, with arrangement = "random": '
                    f"1/{parts} of the face is modelled, with whole spots"
                )
        return spots

    @field_validator("arrangement")
    @classmethod
    def _one_spot_is_in_the_centre(cls, arrangement: str, info: ValidationInfo) -> str:
        if arrangement == "random" and info.data.get("symmetry") == "axisymmetric":
            raise refuse('found "random"; allowed: "regular", with symmetry = "axisymmetric"')
        return arrangement

    @field_validator("mesh_size")
    @classmethod
    def _mesh_size_fits(cls, mesh_size: float, info: ValidationInfo) -> float:
        given = info.data
        for name in ("height", "upper_height"):
            if given.get(name) is not None and mesh_size > given[name] / 2.0 * ROUND_OFF:
                raise refuse(
                    f"found {mesh_size:g} m; allowed: at most half of {name} = {given[name] / 2.0:g} m"
                )
        needed = ("symmetry", "shape", "width", "spots", "coverage", "arrangement", "seed")
        if any(name not in given for name in needed):
            return mesh_size
        pattern = _pattern({name: given[name] for name in needed}, mesh_size)
        limit = pattern.half_size / _ELEMENTS_PER_RADIUS
        if mesh_size > limit * ROUND_OFF:
            raise refuse(
                f"found {mesh_size:g} m; allowed: at most a quarter of the half-width of a spot = {limit:g} m"
            )
        if not pattern.random and mesh_size > pattern.gap / 2.0 * ROUND_OFF:
            raise refuse(
                f"found {mesh_size:g} m; allowed: at most half of the gap between spots = "
                f"{pattern.gap / 2.0:g} m at this coverage"
                + (" (they overlap)" if pattern.gap <= 0.0 else "")
            )
        return mesh_size

    @model_validator(mode="after")
    def _can_be_meshed(self) -> SpotContactGeometry:
        refuse_too_many_cells(self.estimated_cells(), self.mesh_size)
        if self.arrangement == "random":
            parts = 4 if self.symmetry == "3d" else 2
            found = parts * len(self.pattern.centres)
            if found < self.spots:
                raise refuse(
                    f"found room for {found} of spots = {self.spots} at random, at least "
                    f"{self.pattern.clearance:g} m (two elements) apart; allowed: a smaller coverage, fewer "
                    'spots, another seed, or arrangement = "regular"'
                )
        return self

    @property
    def pattern(self) -> SpotPattern:
        """Places and sizes of the spots."""
        return _pattern(self.__dict__, self.mesh_size)

    @property
    def spot_half_width(self) -> float:
        """Radius of a round spot, half the side of a square one or half the width of a stripe [m]."""
        return self.pattern.half_size

    @property
    def regions(self) -> tuple[str, ...]:
        """Names of the regions."""
        return ("electrode", "electrolyte") if self.problem == "spot_contact" else ("electrolyte",)

    @property
    def surfaces(self) -> tuple[str, ...]:
        """Names of the outer surfaces."""
        planes = ("symmetry_x", "symmetry_y") if self.symmetry == "3d" else ("axis",)
        sides = ("side", "side_y") if self.symmetry == "3d" else ("side",)
        if self.problem == "spot_contact":
            return (*planes, "bottom", *sides, "top", *_UNCOVERED)
        return (*planes, "bottom", "spots", *sides, "top")

    @property
    def interfaces(self) -> tuple[str, ...]:
        """Names of the interfaces."""
        return (_INTERFACE,) if self.problem == "spot_contact" else ()

    @property
    def platen_area(self) -> float:
        """Area of ``top`` [m2; plane strain: per metre of depth]."""
        width = self.width
        return {"plane_strain": width, "axisymmetric": math.pi * width**2, "3d": width**2}[self.symmetry]

    def region_volumes(self) -> dict[str, float]:
        """Exact volumes of the regions [m3; plane strain: per metre of depth]."""
        return {
            name: self.platen_area * height
            for name, height in zip(self.regions, self._heights(), strict=True)
        }

    def interface_areas(self) -> dict[str, float]:
        """Exact area of the spots of two blocks [m2; plane strain: per metre of depth]."""
        return dict.fromkeys(self.interfaces, self.coverage * self.platen_area)

    def interface_mesh_size(self, name: str) -> float:
        """Element size at the edges of the interface of this name [m]."""
        return dict.fromkeys(self.interfaces, self.mesh_size)[name]

    def estimated_cells(self) -> dict[str, int]:
        """Number of elements of each region, within a factor of two."""
        pattern = self.pattern
        spot = pattern.half_size
        near = max(self.mesh_size / spot, _SMALLEST_SIZE)
        far = max(self._largest_size() / spot, near)
        share = pattern.modelled_count
        if self.symmetry == "3d":
            rim = 8.0 if self.shape == "square" else 2.0 * math.pi
            unit = VOLUME_OF_TETRAHEDRON
        else:
            rim, unit = 2.0 if self.symmetry == "plane_strain" else 1.0, AREA_OF_TRIANGLE

        # Far away the points at one distance from all spots are a plane, of which each spot has its share.
        farthest = (self.width / spot) ** pattern.across / share

        def level_set(distance: FloatArray) -> FloatArray:
            if self.symmetry == "3d":
                around = np.maximum(rim * math.pi * distance, 2.0 * math.pi * distance**2)
            else:
                around = math.pi * np.maximum(rim * np.minimum(distance, 1.0), rim / 2.0 * distance)
            return np.minimum(around, farthest)

        dimension = pattern.across + 1
        cells = {}
        for name, height in zip(self.regions, self._heights(), strict=True):
            of_one = cells_around(
                level_set,
                farthest * height / spot,
                lambda distance: np.minimum(far, near + _GROWTH[dimension] * distance),
                unit,
                dimension,
                2.0 * max(self.width, height) / spot,
            )
            cells[name] = math.ceil(of_one * share)
        return cells

    def build(self) -> MeshData:
        """Mesh the model with gmsh in units of the width: its geometric tolerance is absolute.

        Raises:
            InputError: If gmsh is missing or fails.
        """
        pair = self.problem == "spot_contact"
        heights = self._heights()
        model = SpotModel(
            pattern=self.pattern,
            regions=self.regions,
            lower=heights[0] if pair else 0.0,
            upper=heights[-1],
            covered=_INTERFACE if pair else "spots",
            uncovered=_UNCOVERED[0] if pair else "bottom",
        )
        dimension = model.pattern.across + 1
        with gmsh_session("block with contact spots") as gmsh:
            pieces, faces = model.add(gmsh, self.mesh_size, _GROWTH[dimension], self._largest_size())
            generate(gmsh, dimension)
            names = [name for name in (*self.surfaces, *self.interfaces) if name in faces]
            boundaries = {name: faces[name] for name in names}
            points, cells, cell_tags, facets, facet_tags = read_simplices(gmsh, dimension, pieces, boundaries)
        points = points * self.width
        tags = {name: tag for tag, name in enumerate(names, start=1)}
        planes = {"axis": (0, 0.0), "symmetry_x": (0, 0.0), "symmetry_y": (1, 0.0)}
        planes |= {model.covered: (dimension - 1, 0.0), model.uncovered: (dimension - 1, 0.0)}
        for name in tags.keys() & planes.keys():
            # Freed of the kernel's round-off: no r < 0, and one height of all spots.
            coordinate, value = planes[name]
            points[np.unique(facets[facet_tags == tags[name]]), coordinate] = value
        mesh = MeshData(
            points=points,
            cells=cells,
            cell_tags=cell_tags,
            facets=facets,
            facet_tags=facet_tags,
            regions={name: tag for tag, name in enumerate(self.regions, start=1)},
            surfaces={name: tag for name, tag in tags.items() if name != _INTERFACE},
            interfaces={name: tags[name] for name in self.interfaces},
            symmetry=self.symmetry,
        )
        return open_faces(mesh, _INTERFACE, _UNCOVERED, 0.0, self.surfaces) if pair else mesh

    def _heights(self) -> list[float]:
        return [height for height in (self.height, self.upper_height) if height is not None]

    def _largest_size(self) -> float:
        return max(self.mesh_size, min(self.width, *self._heights()) / 5.0)


def _pattern(given: Mapping[str, Any], mesh_size: float) -> SpotPattern:
    return SpotPattern(
        symmetry=given["symmetry"],
        shape=given["shape"],
        width=given["width"],
        count=given["spots"],
        coverage=given["coverage"],
        random=given["arrangement"] == "random",
        seed=given["seed"],
        clearance=2.0 * mesh_size,
    )

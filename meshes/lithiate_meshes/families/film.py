# SPDX-License-Identifier: LGPL-3.0-or-later
"""A film under an electrolyte: the stack that most cases are about, in a few keys."""

from __future__ import annotations

import functools
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from lithiate_meshes.families.stack import DEFAULT_GROWTH, Growth, StackGeometry
from lithiate_meshes.layers import FLAT, Layer
from lithiate_meshes.mesh_data import MeshData
from lithiate_meshes.patterns import Cracks, Grooves, Islands
from lithiate_meshes.profiles import Face
from lithiate_meshes.quantities import Length, refuse


class FilmGeometry(BaseModel):
    """collector (if given), film, interlayer (if given), electrolyte and cathode (if given), bottom to top.

    Regions have these names, interfaces are named "lower|upper". The interlayer follows the film's face and
    has the same thickness all over. Everything else is as in :class:`StackGeometry`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    family: Literal["film"]
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
    collector_thickness: Length | None = None
    film_thickness: Length
    interlayer_thickness: Annotated[
        Length | None, Field(description="meshed with two elements across or more, whatever mesh_size is")
    ] = None
    electrolyte_thickness: Length
    cathode_thickness: Length | None = None
    face: Annotated[Face, Field(description="upper face of the film")] = FLAT
    grooves: Annotated[Grooves | None, Field(description="in the film")] = None
    cracks: Annotated[Cracks | None, Field(description="in the film")] = None
    islands: Annotated[Islands | None, Field(description="of the film's material")] = None

    @model_validator(mode="after")
    def _stack_is_possible(self) -> FilmGeometry:
        try:
            self.stack_geometry  # noqa: B018 -- validates
        except ValidationError as error:
            finding = error.errors()[0]
            place = ".".join(str(part) for part in finding["loc"])
            raise refuse(f"{place}: {finding['msg']}" if place else finding["msg"]) from None
        return self

    @functools.cached_property
    def stack_geometry(self) -> StackGeometry:
        """The stack that this film is."""
        layers: list[dict[str, object]] = []
        for name in ("collector", "film", "interlayer", "electrolyte", "cathode"):
            thickness = getattr(self, f"{name}_thickness")
            if thickness is not None:
                layers.append({"name": name, "thickness": thickness})
            if name == "film":
                contents = {"grooves": self.grooves, "cracks": self.cracks, "islands": self.islands}
                layers[-1].update(contents, upper_face=self.face)
            if name == "interlayer" and thickness is not None:
                layers[-1]["conformal"] = True
                if self.mesh_size > thickness / 2.0:
                    layers[-1]["mesh_size"] = thickness / 2.0
        return StackGeometry(
            family="stack",
            symmetry=self.symmetry,
            periodic=self.periodic,
            width=self.width,
            depth=self.depth,
            mesh_size=self.mesh_size,
            mesh_size_far=self.mesh_size_far,
            growth=self.growth,
            layers=tuple(Layer.model_validate(layer) for layer in layers),
        )

    @property
    def regions(self) -> tuple[str, ...]:
        """Names of the regions, from bottom to top."""
        return self.stack_geometry.regions

    @property
    def surfaces(self) -> tuple[str, ...]:
        """Names of the outer surfaces."""
        return self.stack_geometry.surfaces

    @property
    def interfaces(self) -> tuple[str, ...]:
        """Names "lower|upper" of the interfaces."""
        return self.stack_geometry.interfaces

    @property
    def platen_area(self) -> float:
        """Area of the face ``top`` of the model [m2; plane strain: per metre of depth]."""
        return self.stack_geometry.platen_area

    def region_volumes(self) -> dict[str, float]:
        """Volumes of the regions [m3; plane strain: per metre of depth]."""
        return self.stack_geometry.region_volumes()

    def interface_areas(self) -> dict[str, float]:
        """Areas of the interfaces [m2; plane strain: per metre of depth]."""
        return self.stack_geometry.interface_areas()

    def interface_mesh_size(self, name: str) -> float:
        """Element size on an interface [m].

        Args:
            name: Of the interface, one of :attr:`interfaces`.
        """
        return self.stack_geometry.interface_mesh_size(name)

    def estimated_cells(self) -> dict[str, int]:
        """Number of elements per region that a mesh will have, within a factor of two."""
        return self.stack_geometry.estimated_cells()

    def build(self) -> MeshData:
        """Make the mesh.

        Raises:
            InputError: If gmsh is missing or fails.
        """
        return self.stack_geometry.build()

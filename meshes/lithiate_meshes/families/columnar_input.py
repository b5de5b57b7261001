# SPDX-License-Identifier: LGPL-3.0-or-later
"""The keys of a columnar layer, and which of them go together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from lithiate_meshes.families.columnar_limits import MOST_COLUMNS, smallest_contact_depth
from lithiate_meshes.quantities import Length, quantity, refuse

ROUND_OFF = 1.0 + 1e-9
"""Bounds are meant to be reached, whatever the round-off."""


class ColumnarInput(BaseModel):
    """What a case file says about a columnar layer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    family: Literal["columnar"]
    symmetry: Literal["plane_strain", "axisymmetric", "3d"] = "axisymmetric"
    packing: Annotated[
        Literal["square", "hexagonal", "random"] | None,
        Field(description='arrangement in "3d"; "square" if not given'),
    ] = None
    column_diameter: Annotated[Length, Field(description="at the base; in plane strain the width")]
    diameter_spread: Annotated[
        float,
        quantity("number", "", "0.1", ge=0.0, le=0.5),
        Field(description="diameters of a random packing lie evenly within 1 +- this times column_diameter"),
    ] = 0.0
    taper: Annotated[
        float,
        quantity("number", "", "0.9", ge=0.2, le=2.0),
        Field(description="diameter where the shaft ends over that at the base"),
    ] = 1.0
    coating_thickness: Length | None = None
    coated_caps: Annotated[bool, Field(description="whether the coating covers the caps, too")] = False
    gap: Annotated[
        Length | None,
        Field(description="between neighbours at the base, without coating; if random the smallest"),
    ] = None
    spacing: Annotated[
        Length | None,
        Field(description="from axis to axis of neighbours, instead of gap", validate_default=True),
    ] = None
    column_height: Annotated[Length, Field(description="from base to summit, cap included")]
    gaps: Literal["empty", "filled"] = "empty"
    cap: Literal["flat", "dome"] = "flat"
    cap_height: Annotated[
        Length | None, Field(description='needed by (only) cap = "dome"', validate_default=True)
    ] = None
    contact_depth: Annotated[
        Length | None,
        Field(
            description="of the electrolyte's lower face below the summit, coating included; needed by "
            '(only) cap = "dome"',
            validate_default=True,
        ),
    ] = None
    foil_thickness: Annotated[Length | None, Field(description="no foil if not given")] = None
    electrolyte_thickness: Annotated[Length, Field(description="from its lower face to the top")]
    count_x: Annotated[
        int, Field(ge=1, le=1000, description="cells along x: half a spacing, or if periodic a whole one")
    ] = 1
    count_y: Annotated[int, Field(ge=1, le=1000, description='cells along y, in "3d"')] = 1
    column_count: Annotated[
        int | None,
        Field(ge=1, le=MOST_COLUMNS, description="columns of a random packing", validate_default=True),
    ] = None
    width: Annotated[Length | None, Field(description="of the box of a random packing")] = None
    coverage: Annotated[
        Annotated[float, quantity("number", "", "0.5", gt=0.0, lt=1.0)] | None,
        Field(
            description="share of the foil under the columns of a random packing, instead of width",
            validate_default=True,
        ),
    ] = None
    seed: Annotated[int, Field(ge=0, description="of the random numbers of a random packing")] = 0
    periodic: Annotated[
        bool, Field(description="whether opposite side faces are meshed node for node alike")
    ] = False
    mesh_size: Annotated[Length, Field(description="element size on interfaces and in the gaps' walls")]
    mesh_size_far: Annotated[
        Length | None,
        Field(description="largest element size; a sixth of electrolyte_thickness, within the cell"),
    ] = None

    @model_validator(mode="before")
    @classmethod
    def _default_packing(cls, data: Any) -> Any:
        if isinstance(data, Mapping) and data.get("symmetry") == "3d" and data.get("packing") is None:
            return {**data, "packing": "square"}
        return data

    @field_validator("packing")
    @classmethod
    def _packing_needs_three_dimensions(cls, packing: str | None, info: ValidationInfo) -> str | None:
        symmetry = info.data.get("symmetry")
        if packing is not None and symmetry in ("plane_strain", "axisymmetric"):
            raise refuse(
                f'found "{packing}"; allowed: only with symmetry = "3d", found symmetry = "{symmetry}"'
            )
        return packing

    @field_validator("diameter_spread", "width", "seed", "column_count", "coverage")
    @classmethod
    def _only_random_packings_have(cls, value: float | None, info: ValidationInfo) -> float | None:
        if value and "packing" in info.data and info.data["packing"] != "random":
            raise refuse(f'found {value:g}; allowed: only with packing = "random"')
        return value

    @field_validator("coated_caps")
    @classmethod
    def _coated_with_something(cls, coated_caps: bool, info: ValidationInfo) -> bool:
        if coated_caps and info.data.get("coating_thickness", 1.0) is None:
            raise refuse("found true; allowed: only with a coating_thickness")
        return coated_caps

    @field_validator("gap", "spacing")
    @classmethod
    def _columns_are_apart(cls, length: float | None, info: ValidationInfo) -> float | None:
        data = info.data
        if length is None or not {"column_diameter", "diameter_spread", "taper"} <= data.keys():
            return length
        thickest = data["column_diameter"] * (1.0 + data["diameter_spread"])
        coating = data.get("coating_thickness") or 0.0
        needed = thickest * max(0.0, data["taper"] - 1.0) + 2.0 * coating
        needed += data["column_diameter"] if info.field_name == "spacing" else 0.0
        if length <= needed * ROUND_OFF:
            raise refuse(
                f"found {length:g} m; neighbouring columns would touch or overlap by {needed - length:g} m; "
                f"allowed: more than {needed:g} m, what column_diameter = {data['column_diameter']:g} m, "
                f"taper = {data['taper']:g} and twice coating_thickness = {coating:g} m take"
            )
        return length

    @field_validator("spacing")
    @classmethod
    def _gap_or_spacing(cls, spacing: float | None, info: ValidationInfo) -> float | None:
        if not {"packing", "gap"} <= info.data.keys():
            return spacing
        gap, random = info.data["gap"], info.data["packing"] == "random"
        if random and (spacing is not None or gap is None):
            raise refuse('allowed with packing = "random": gap, the smallest between columns, and no spacing')
        if (gap is None) == (spacing is None):
            found = "neither" if gap is None else "both"
            raise refuse(f"found {found} of gap and spacing; allowed: exactly one of them")
        return spacing

    @field_validator("cap_height", "contact_depth")
    @classmethod
    def _cap_as_asked(cls, length: float | None, info: ValidationInfo) -> float | None:
        cap, height = info.data.get("cap"), info.data.get("column_height")
        if cap == "flat" and length is not None:
            raise refuse(f'found {length:g} m; allowed: only with cap = "dome"')
        if cap == "dome" and length is None:
            raise refuse('found nothing; allowed: a length, with cap = "dome"')
        if info.field_name == "cap_height" and length is not None and height is not None and length >= height:
            raise refuse(f"found {length:g} m; allowed: less than column_height = {height:g} m")
        return length

    @field_validator("contact_depth")
    @classmethod
    def _contact_is_on_the_cap(cls, depth: float | None, info: ValidationInfo) -> float | None:
        data = info.data
        if (
            depth is None
            or not {"column_diameter", "taper", "cap_height", "coated_caps", "gaps"} <= data.keys()
        ):
            return depth
        coating = (data.get("coating_thickness") or 0.0) if data["coated_caps"] else 0.0
        whole = data["cap_height"] + coating
        if depth > whole * ROUND_OFF:
            raise refuse(f"found {depth:g} m; allowed: at most the height of the cap, {whole:g} m")
        widest = 1.0 + data.get("diameter_spread", 0.0)
        radius = data["column_diameter"] / 2.0 * widest * data["taper"] + coating
        smallest = smallest_contact_depth(radius, whole)
        if data["gaps"] == "filled" and depth < smallest / ROUND_OFF:
            raise refuse(
                f"found {depth:g} m; the filled gaps would end in too sharp an edge between cap and "
                f"electrolyte; allowed: at least {smallest:g} m"
            )
        return min(depth, whole)

    @field_validator("electrolyte_thickness")
    @classmethod
    def _electrolyte_covers_caps(cls, thickness: float, info: ValidationInfo) -> float:
        depth = info.data.get("contact_depth") or 0.0
        if thickness <= depth:
            raise refuse(
                f"found {thickness:g} m; the caps would reach through it; allowed: more than contact_depth = "
                f"{depth:g} m"
            )
        return thickness

    @field_validator("count_x", "count_y")
    @classmethod
    def _cells_as_symmetry_has_them(cls, count: int, info: ValidationInfo) -> int:
        if count == 1 or not {"symmetry", "packing"} <= info.data.keys():
            return count
        symmetry, packing = info.data["symmetry"], info.data["packing"]
        if packing == "random" or symmetry == "axisymmetric":
            raise refuse(f"found {count}; allowed: 1, in an axisymmetric model or a random packing")
        if info.field_name == "count_y" and symmetry == "plane_strain":
            raise refuse(f'found {count}; allowed: 1, with symmetry = "plane_strain"')
        return count

    @field_validator("coverage")
    @classmethod
    def _random_packing_is_described(cls, coverage: float | None, info: ValidationInfo) -> float | None:
        data = info.data
        if data.get("packing") != "random" or not {"column_count", "width"} <= data.keys():
            return coverage
        if (coverage is None) == (data["width"] is None):
            found = "neither" if coverage is None else "both"
            raise refuse(f"found {found} of width and coverage; allowed: exactly one of them")
        return coverage

    @field_validator("column_count")
    @classmethod
    def _random_packing_is_counted(cls, count: int | None, info: ValidationInfo) -> int | None:
        if count is None and info.data.get("packing") == "random":
            raise refuse('found nothing; allowed: a number of columns, with packing = "random"')
        return count

    @field_validator("periodic")
    @classmethod
    def _periodic_needs_opposite_sides(cls, periodic: bool, info: ValidationInfo) -> bool:
        if periodic and info.data.get("symmetry") == "axisymmetric":
            raise refuse('found true; allowed: false, with symmetry = "axisymmetric"')
        return periodic

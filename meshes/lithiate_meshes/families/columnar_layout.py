# SPDX-License-Identifier: LGPL-3.0-or-later
"""Where the parts of a columnar layer are, and how large: what is meshed, and what it must amount to."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from lithiate_meshes.assembly import Domain
from lithiate_meshes.columns import Column, Joined
from lithiate_meshes.shapes import Box, Clipped, Shape

_LAYERS = ("foil", "columns", "coating", "gaps", "electrolyte")
NOTHING = 1e-9
"""A part below this share of the model is round-off of a bound that was met."""

Place = tuple[float, ...]


@dataclass(frozen=True)
class ColumnarLayout:
    """Columns in their box.

    Attributes:
        symmetry: "plane_strain", "axisymmetric" or "3d".
        widths: Extents of the box along all coordinates but the vertical one [m].
        columns: Every column that reaches into the box and where it stands [m].
        numbers: Columns and how many of them are in the box; of ridges, how many halves.
        foil: Thickness of the foil [m], 0 for none.
        coating: Thickness of the coating [m], 0 for none.
        coated_caps: Whether it covers the caps.
        contact_depth: Of the electrolyte's lower face below the summit [m].
        electrolyte: Thickness of the electrolyte from its lower face [m].
        filled: Whether the gaps are meshed.
    """

    symmetry: str
    widths: tuple[float, ...]
    columns: tuple[tuple[Column, Place], ...]
    numbers: tuple[tuple[Column, float], ...]
    foil: float
    coating: float
    coated_caps: bool
    contact_depth: float
    electrolyte: float
    filled: bool

    @property
    def regions(self) -> tuple[str, ...]:
        """Names of the regions, the gaps only if they are meshed."""
        present = {"foil": self.foil > 0.0, "coating": self.coating > 0.0, "gaps": self.filled}
        return tuple(name for name in _LAYERS if present.get(name, True))

    @property
    def contact_level(self) -> float:
        """Height of the electrolyte's lower face [m]."""
        return self.foil + self.tip(self.numbers[0][0]).height - self.contact_depth

    @property
    def domain(self) -> Domain:
        """The box."""
        top = self.contact_level + self.electrolyte
        return Domain(self.symmetry, (0.0,) * (len(self.widths) + 1), (*self.widths, top))

    def section(self) -> ColumnarLayout:
        """The same as a section through the axis, where sizes are lengths and areas; in 3D itself."""
        if self.symmetry == "3d":
            return self
        numbers = tuple((replace(column, is_round=False), number) for column, number in self.numbers)
        return replace(self, symmetry="plane_strain", numbers=numbers)

    def parts(self) -> list[tuple[str, Shape]]:
        """Regions and shapes, the later over the earlier; the electrolyte is what remains."""
        corner, level = (0.0,) * len(self.widths), self.contact_level
        columns = [self._shape(column, place) for column, place in self.columns]
        coatings = [
            self._shape(column.coated(self.coating, self.coated_caps), place)
            for column, place in self.columns
            if self.coating > 0.0
        ]
        gaps: Shape = Box((*corner, self.foil), (*self.widths, level))
        if self.contact_depth > 0.0:
            # The electrolyte's lower face must not go on through the caps and cut them.
            gaps = Clipped(gaps, Joined(tuple(coatings if self.coated_caps else columns)), keep="outside")
        foil: list[Shape] = [Box((*corner, 0.0), (*self.widths, self.foil))] if self.foil > 0.0 else []
        named: dict[str, list[Shape]] = {
            "gaps": [gaps],
            "foil": foil,
            "coating": coatings,
            "columns": columns,
        }
        return [(region, shape) for region, shapes in named.items() for shape in shapes]

    def _shape(self, column: Column, place: Place) -> Shape:
        """A column, its seam far from the sides of the box, near which it would make small elements."""
        if len(place) == 1:
            return column.shape(place, self.foil)

        def clearance(seam: float) -> float:
            x, y = (
                coordinate + column.base_radius * turn(seam)
                for coordinate, turn in zip(place, (math.cos, math.sin), strict=True)
            )
            return min(abs(x), abs(x - self.widths[0]), abs(y), abs(y - self.widths[1]))

        seam = max((math.pi / 12.0 * step + 0.1 for step in range(24)), key=clearance)
        return column.shape(place, self.foil, seam)

    def faces(self) -> dict[str, float]:
        """Areas where two regions, empty gaps included, meet, by "A|B" [m2; plane strain: per metre]."""
        areas = dict.fromkeys(map("|".join, itertools.combinations(_LAYERS, 2)), 0.0)
        platen = self.domain.platen_area
        under_electrolyte, on_foil = 0.0, 0.0
        for column, number in self.numbers:
            body = self._body(column)
            areas["foil|columns"] += number * column.disc(column.base_radius)
            areas["foil|coating"] += number * (body.disc(body.base_radius) - column.disc(column.base_radius))
            on_foil += number * body.disc(body.base_radius)
            side = "coating" if self.coating > 0.0 else "columns"
            areas[f"{side}|gaps"] += number * body.shaft_area()
            if self.coating > 0.0:
                areas["columns|coating"] += number * column.shaft_area()
            under_electrolyte += number * self._add_cap(areas, column, number)
        areas["gaps|electrolyte"] = platen - under_electrolyte
        areas["foil|gaps"] = platen - on_foil
        if self.foil == 0.0:
            areas = {name: area for name, area in areas.items() if not name.startswith("foil|")}
        return {name: area for name, area in areas.items() if area > NOTHING * platen}

    def volumes(self) -> dict[str, float]:
        """Volumes of the regions, those of empty gaps included [m3; plane strain: per metre]."""
        platen, depth = self.domain.platen_area, self.contact_depth
        volumes = dict.fromkeys(_LAYERS, 0.0) | {"foil": platen * self.foil}
        in_electrolyte = 0.0
        for column, number in self.numbers:
            inner = column.shaft_volume() + column.cap_volume(column.cap_height)
            volumes["columns"] += number * inner
            if self.coating > 0.0:
                body = self._body(column)
                covered = inner if self.coated_caps else column.shaft_volume()
                outer = body.shaft_volume() + body.cap_volume(body.cap_height)
                volumes["coating"] += number * (outer - covered)
            in_electrolyte += number * self.tip(column).cap_volume(depth)
        layer = platen * (self.contact_level - self.foil)
        volumes["gaps"] = layer + in_electrolyte - volumes["columns"] - volumes["coating"]
        volumes["electrolyte"] = platen * self.electrolyte - in_electrolyte
        return {name: volume for name, volume in volumes.items() if name in self.regions or name == "gaps"}

    def radii(self, column: Column) -> tuple[float, float]:
        """Smallest and largest radius of a column, its coating and its contact with the electrolyte [m]."""
        body, tip = self._body(column), self.tip(column)
        contact = tip.cap_radius(self.contact_depth)
        return min(column.base_radius, column.top_radius, contact), body.largest_radius

    def _body(self, column: Column) -> Column:
        """What stands in the gaps: the column with its coating."""
        return column.coated(self.coating, self.coated_caps) if self.coating > 0.0 else column

    def tip(self, column: Column) -> Column:
        """What reaches the electrolyte first."""
        return self._body(column) if self.coated_caps else column

    def _add_cap(self, areas: dict[str, float], column: Column, number: float) -> float:
        """Add the faces at the upper end of one column; returns its section at the electrolyte."""
        tip, body, depth = self.tip(column), self._body(column), self.contact_depth
        name = "coating" if self.coated_caps else "columns"
        touching = tip.cap_area(depth)
        areas[f"{name}|electrolyte"] += number * touching
        areas[f"{name}|gaps"] += number * (tip.cap_area(tip.cap_height) - touching)
        section = tip.disc(tip.cap_radius(depth))
        if self.coated_caps:
            areas["columns|coating"] += number * column.cap_area(column.cap_height)
            return section
        ring = body.disc(body.top_radius) - column.disc(column.top_radius)
        if column.cap_height - depth > NOTHING * column.height:
            areas["coating|gaps"] += number * ring
            return section
        areas["coating|electrolyte"] += number * ring
        return section + ring


def mirrored(
    packing: str, spacing: float, counts: tuple[int, ...], periodic: bool
) -> tuple[tuple[float, ...], list[Place], float]:
    """Regular columns in the smallest box that mirror symmetry, or periodic repetition, leaves.

    Args:
        packing: "row" (of ridges), "square" or "hexagonal".
        spacing: Between the axes of neighbours [m].
        counts: Cells along each horizontal coordinate.
        periodic: Whether a cell is a whole period; else it ends at the planes of mirror symmetry.

    Returns:
        Widths of the box [m], places of all columns in it or on its sides [m], and how many columns it holds
        (of ridges, how many halves).
    """
    # In half spacings; two columns of a hexagonal cell are in opposite corners.
    sides = (1.0, math.sqrt(3.0)) if packing == "hexagonal" else (1.0,) * len(counts)
    halves = [count * (2 if periodic else 1) for count in counts]
    widths = tuple(side * half * spacing / 2.0 for side, half in zip(sides, halves, strict=True))
    # Whole ridges and square arrays stand clear of the sides if the box repeats.
    start = 1 if periodic and packing != "hexagonal" else 0
    steps: Iterable[tuple[int, ...]] = itertools.product(*(range(start, half + 1) for half in halves))
    if packing == "hexagonal":
        steps = (step for step in steps if step[0] % 2 == step[1] % 2)
    else:
        steps = (step for step in steps if all(place % 2 == start for place in step))
    places = [tuple(s * n * spacing / 2.0 for s, n in zip(sides, step, strict=True)) for step in steps]
    shares = {"row": 1.0, "square": 0.25, "hexagonal": 0.5}
    return widths, places, shares[packing] * math.prod(halves)


def images(place: Place, reach: float, width: float) -> list[Place]:
    """All places in which a column in a box that repeats reaches into the box.

    Args:
        place: Of the column in the square [0, width]^2 [m].
        reach: Its largest radius [m].
        width: Of the square [m].
    """
    found = []
    for shift in itertools.product((-width, 0.0, width), repeat=2):
        moved = tuple(coordinate + step for coordinate, step in zip(place, shift, strict=True))
        outside = [max(0.0, -coordinate, coordinate - width) for coordinate in moved]
        if math.hypot(*outside) < reach:
            found.append(moved)
    return found

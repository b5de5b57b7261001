# SPDX-License-Identifier: LGPL-3.0-or-later
"""gmsh's mesh files, version 2 and 4.1, text and binary, read without gmsh.

A case with such a file can then be checked where gmsh is not installed. Format:
https://gmsh.info/doc/texinfo/gmsh.html#Gmsh-file-formats
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from lithiate_meshes.errors import InputError
from lithiate_meshes.mesh_data import FloatArray, IndexArray

# Names (those of meshio) and numbers of nodes of gmsh's element types.
_ELEMENT_TYPES = {
    1: ("line", 2), 2: ("triangle", 3), 3: ("quad", 4), 4: ("tetra", 4), 5: ("hexahedron", 8),
    6: ("wedge", 6), 7: ("pyramid", 5), 8: ("line3", 3), 9: ("triangle6", 6), 10: ("quad9", 9),
    11: ("tetra10", 10), 12: ("hexahedron27", 27), 13: ("wedge18", 18), 14: ("pyramid14", 14),
    15: ("vertex", 1), 16: ("quad8", 8), 17: ("hexahedron20", 20), 18: ("wedge15", 15),
    19: ("pyramid13", 13), 21: ("triangle10", 10), 26: ("line4", 4), 29: ("tetra20", 20),
}  # fmt: skip
_NAME_LINE = re.compile(r'\s*(\d+)\s+(-?\d+)\s+"(.*)"\s*')
# Rows of text that are looked at in one go.
_ROWS_AT_ONCE = 100_000


@dataclass
class RawMesh:
    """What a mesh file holds, as it holds it.

    Attributes:
        points: Coordinates in the file's unit, shape (n, 3).
        elements: By type ("line", "triangle", "tetra", "quad", ...): numbers of the points, shape (m, k), and
            the physical group of each element, shape (m,), 0 for none.
        names: Names of the groups by dimension and tag, in the order of the file.
    """

    points: FloatArray
    elements: dict[str, tuple[IndexArray, IndexArray]]
    names: dict[tuple[int, int], str]


def read_msh(path: Path) -> RawMesh:
    """Read a gmsh mesh file.

    Args:
        path: The file.

    Returns:
        Its content. An element in several physical groups appears once for each.

    Raises:
        InputError: If the file is no such mesh, is incomplete, or is of another version.
        OSError: If it cannot be read.
    """
    data = path.read_bytes()
    try:
        return _Reader(data).read()
    except InputError as error:
        raise InputError(f"{path}: {error.message}") from None
    except (ValueError, IndexError, KeyError, OverflowError, MemoryError) as error:
        raise InputError(f"{path}: damaged, or no mesh of gmsh ({error})") from None


@dataclass
class _Reader:
    """A walk through the sections of a file."""

    data: bytes
    place: int = 0
    version: str = ""
    binary: bool = False
    names: dict[tuple[int, int], str] = field(default_factory=dict)
    groups: dict[tuple[int, int], list[int]] = field(default_factory=dict)
    node_tags: IndexArray | None = None
    points: FloatArray | None = None
    blocks: dict[str, list[tuple[IndexArray, IndexArray]]] = field(default_factory=dict)

    def read(self) -> RawMesh:
        """Go through all sections, in whichever order they stand.

        Returns:
            Points in the file's unit, elements by kind with their groups, and the groups' names.

        Raises:
            InputError: If the file is none of gmsh's, is cut, or is of a kind that is not read.
        """
        if not self.data.lstrip().startswith((b"$MeshFormat", b"$Comments")):
            raise InputError("found a file that does not start with $MeshFormat; allowed: a mesh of gmsh")
        while (line := self._line()) is not None:
            if line:
                self._section(line)
        if self.points is None or self.node_tags is None or not self.blocks:
            raise InputError("found no nodes or no elements; allowed: a complete mesh")
        elements = {}
        order = np.argsort(self.node_tags, kind="stable")
        ordered = self.node_tags[order]
        for kind, blocks in self.blocks.items():
            nodes = np.concatenate([block[0] for block in blocks])
            rows = np.minimum(np.searchsorted(ordered, nodes), len(ordered) - 1)
            if not np.array_equal(ordered[rows], nodes):
                raise InputError("found elements with nodes that the file does not hold")
            elements[kind] = (order[rows], np.concatenate([block[1] for block in blocks]))
        return RawMesh(self.points, elements, self.names)

    def _line(self) -> str | None:
        """The next line; None at the end."""
        if self.place >= len(self.data):
            return None
        end = self.data.find(b"\n", self.place)
        end = len(self.data) if end < 0 else end
        line = self.data[self.place : end].decode("utf-8", errors="replace").strip()
        self.place = end + 1
        return line

    def _section(self, line: str) -> None:
        if not line.startswith("$"):
            raise InputError(f"found the line {line[:40]!r} between its sections")
        name = line[1:]
        if self.version.startswith("2") and name == "Elements":
            self._elements_2()
        elif self.version.startswith("2") and name == "Nodes":
            self._nodes_2()
        elif name in (known := {
            "MeshFormat": self._format, "PhysicalNames": self._names, "Entities": self._entities,
            "PartitionedEntities": self._partitioned, "Nodes": self._nodes, "Elements": self._elements,
        }):  # fmt: skip
            known[name]()
        self._leave(name)

    def _leave(self, name: str) -> None:
        mark = f"$End{name}".encode()
        end = self.data.find(mark, self.place)
        if end < 0:
            raise InputError(f"the section ${name} has no end; allowed: a complete file")
        self.place = end + len(mark)
        self._line()

    def _format(self) -> None:
        version, kind, size = (self._line() or "").split()[:3]
        if version not in ("2", "2.1", "2.2", "4.1"):
            raise InputError(
                f"found format version {version}; allowed: 2.2 or 4.1 (gmsh saves it with -format msh41)"
            )
        self.version, self.binary = version, kind == "1"
        if size != "8":
            raise InputError(f"found numbers of {size} bytes; allowed: 8")
        if self.binary and self.data[self.place : self.place + 4] != np.int32(1).astype("<i4").tobytes():
            raise InputError("found a binary file in another byte order; allowed: little-endian, or text")

    def _names(self) -> None:
        for _ in range(int(self._line() or "0")):
            match = _NAME_LINE.fullmatch(line := self._line() or "")
            if match is None:
                raise InputError(f"found {line[:60]!r} among the names of the physical groups")
            self.names[int(match[1]), abs(int(match[2]))] = match[3]

    def _partitioned(self) -> None:
        raise InputError("found a partitioned mesh; allowed: one that is not (gmsh -part 0)")

    def _numbers(self, name: str) -> _Numbers:
        """The numbers from here to the end of a section."""
        if self.binary:
            return _Numbers(self, None)
        end = self.data.find(f"$End{name}".encode(), self.place)
        text = self.data[self.place : end] if end >= 0 else b""
        return _Numbers(self, np.fromstring(text.decode("ascii", errors="replace"), sep=" "))

    def _nodes_2(self) -> None:
        count = int(self._line() or "0")
        numbers = self._numbers("Nodes")
        rows = numbers.records(count, [("tag", "<i4"), ("x", "<f8", (3,))])
        self.node_tags, self.points = rows["tag"].astype(np.int64), np.ascontiguousarray(rows["x"])

    def _elements_2(self) -> None:
        left = int(self._line() or "0")
        numbers = self._numbers("Elements")
        while left > 0:
            rows: npt.NDArray[Any]
            if self.binary:
                kind, count, tags = (int(number) for number in numbers.take(3, "<i4"))
                name, nodes = _element_type(kind)
                if count < 1:
                    raise InputError(f"found a block of {count} elements; allowed: 1 or more")
                rows = numbers.take(count * (1 + tags + nodes), "<i4").reshape(count, -1)
                first_tag = 1
            else:
                kind, tags = (int(number) for number in numbers.ahead(3)[1:])
                name, nodes = _element_type(kind)
                rows = numbers.alike(3 + tags + nodes, min(left, _ROWS_AT_ONCE))
                count, first_tag = len(rows), 3
            group = np.abs(rows[:, first_tag]) if tags else np.zeros(count)
            self._add(name, rows[:, -nodes:], group)
            left -= count

    def _entities(self) -> None:
        numbers = self._numbers("Entities")
        for dimension, count in enumerate(numbers.take(4, "<u8")):
            for _ in range(int(count)):
                tag = int(numbers.take(1, "<i4")[0])
                numbers.take(6 if dimension else 3, "<f8")
                groups = numbers.take(int(numbers.take(1, "<u8")[0]), "<i4")
                self.groups[dimension, tag] = [abs(int(group)) for group in groups]
                if dimension:
                    numbers.take(int(numbers.take(1, "<u8")[0]), "<i4")

    def _nodes(self) -> None:
        numbers = self._numbers("Nodes")
        blocks, *_ = (int(number) for number in numbers.take(4, "<u8"))
        tags: list[npt.NDArray[Any]] = [np.empty(0, dtype=np.int64)]
        points: list[npt.NDArray[Any]] = [np.empty((0, 3))]
        for _ in range(blocks):
            dimension, _, parametric = (int(number) for number in numbers.take(3, "<i4"))
            count = int(numbers.take(1, "<u8")[0])
            width = 3 + (dimension if parametric else 0)
            tags.append(numbers.take(count, "<u8").astype(np.int64))
            points.append(numbers.take(count * width, "<f8").reshape(count, width)[:, :3])
        self.node_tags, self.points = np.concatenate(tags), np.concatenate(points)

    def _elements(self) -> None:
        numbers = self._numbers("Elements")
        blocks, *_ = (int(number) for number in numbers.take(4, "<u8"))
        for _ in range(blocks):
            dimension, entity, kind = (int(number) for number in numbers.take(3, "<i4"))
            count = int(numbers.take(1, "<u8")[0])
            name, nodes = _element_type(kind)
            rows = numbers.take(count * (1 + nodes), "<u8").reshape(count, -1)
            for group in self.groups.get((dimension, entity)) or [0]:
                self._add(name, rows[:, 1:], np.full(count, group))

    def _add(self, name: str, nodes: npt.NDArray[Any], group: npt.NDArray[Any]) -> None:
        self.blocks.setdefault(name, []).append((nodes.astype(np.int64), group.astype(np.int64)))


def _element_type(number: int) -> tuple[str, int]:
    if number not in _ELEMENT_TYPES:
        raise InputError(f"found elements of gmsh's type {number}; allowed: linear triangles and tetrahedra")
    return _ELEMENT_TYPES[number]


@dataclass
class _Numbers:
    """The numbers of a section one after the other, from text or from the reader's bytes."""

    reader: _Reader
    text: FloatArray | None
    position: int = 0

    def take(self, count: int, kind: str) -> npt.NDArray[Any]:
        """The next numbers of a type."""
        if self.text is not None:
            found = self.ahead(count)
            self.position += count
            return found.astype(kind)
        return self.records(count, kind)

    def ahead(self, count: int) -> FloatArray:
        """The next numbers of a text, which are not used up."""
        assert self.text is not None
        found = self.text[self.position : self.position + count]
        if len(found) < count:
            raise InputError("ends in the middle of a section; allowed: a complete file")
        return found

    def records(self, count: int, kind: Any) -> npt.NDArray[Any]:
        """The next records of a structured type; each is as many numbers in a text."""
        dtype = np.dtype(kind)
        if self.text is not None:
            widths = [int(np.prod(dtype[name].shape, dtype=int)) for name in dtype.names or ()]
            rows = self.ahead(count * sum(widths)).reshape(count, -1)
            self.position += rows.size
            found = np.empty(count, dtype=dtype)
            columns = np.split(rows, np.cumsum(widths)[:-1], axis=1)
            for name, column in zip(dtype.names or (), columns, strict=True):
                found[name] = column.reshape(found[name].shape)
            return found
        size = count * dtype.itemsize
        if self.reader.place + size > len(self.reader.data):
            raise InputError("ends in the middle of a section; allowed: a complete file")
        found = np.frombuffer(self.reader.data, dtype, count, self.reader.place)
        self.reader.place += size
        return found

    def alike(self, width: int, most: int) -> FloatArray:
        """The next rows of a text that begin with an element of the same type and number of tags."""
        self.ahead(width)
        assert self.text is not None
        stop = self.position + width * min(most, (len(self.text) - self.position) // width)
        rows: FloatArray = self.text[self.position : stop].reshape(-1, width)
        differs = np.any(rows[:, 1:3] != rows[0, 1:3], axis=1)
        rows = rows[: int(np.argmax(differs))] if differs.any() else rows
        self.position += rows.size
        return rows

# SPDX-License-Identifier: LGPL-3.0-or-later
"""Pictures of a mesh before anything is computed on it: regions, elements, thin layers, quality."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle
from numpy.typing import NDArray

from lithiate_post.section import axis_names
from lithiate_post.style import BLACK, BLUE, GREEN, MICRO, ORANGE, OUTLINE, PURPLE, RED, SKY, new_figure, save
from lithiate_post.style import style as picture_style

_COLOURS = (BLUE, GREEN, ORANGE, PURPLE, SKY, RED, "#999999", "#6B4C9A", "#8C6D31")
# The region that embeds the others.
_MATRIX_COLOUR = "#F3DFA8"
_THIN = 1.0 / 40.0
_MOST_ZOOMS = 2
_PANEL = 4.2
# Title and legend need this much, however narrow the model [inch].
_NARROWEST = 4.8
# Edges of elements vanish where they would blacken the picture.
_INCHES_OF_CLEAR_EDGE = 0.05


def _view(towards: Sequence[float]) -> NDArray[np.float64]:
    """Unit vectors to the right, up and towards a viewer, as rows; z is up."""
    viewer = np.array(towards) / np.linalg.norm(towards)
    right = np.cross([0.0, 0.0, 1.0], viewer)
    right /= np.linalg.norm(right)
    return np.stack([right, np.cross(viewer, right), viewer])


_VIEW = _view((-1.0, -1.5, 0.9))
_LIGHT = np.array([-0.35, -0.75, 0.55])


class MeshLike(Protocol):
    """What is drawn: linear simplices with named regions and interfaces, in metres."""

    @property
    def points(self) -> NDArray[np.float64]:
        """Coordinates [m], shape (n, 2) or (n, 3)."""

    @property
    def cells(self) -> NDArray[np.int64]:
        """Vertex numbers, shape (m, 3) or (m, 4)."""

    @property
    def cell_tags(self) -> NDArray[np.int32]:
        """Region tag of every cell."""

    @property
    def facets(self) -> NDArray[np.int64]:
        """Vertex numbers of the facets of surfaces and interfaces."""

    @property
    def facet_tags(self) -> NDArray[np.int32]:
        """Tag of every facet."""

    @property
    def regions(self) -> dict[str, int]:
        """Tags of the regions by name."""

    @property
    def interfaces(self) -> dict[str, int]:
        """Tags of the interfaces by name."""

    @property
    def symmetry(self) -> str:
        """As "plane_strain", "axisymmetric" or "3d"."""


def draw_mesh(mesh: MeshLike, path: Path, title: str) -> Path:
    """Draw regions and elements; thin layers once more, enlarged. In 3D the model, and without its matrix.

    Args:
        mesh: what to draw.
        path: the picture to write.
        title: heads the picture.

    Returns:
        The path.

    """
    with picture_style():
        figure = _flat(mesh, title) if mesh.points.shape[1] == 2 else _solid(mesh, title)
        return save(figure, path)


def draw_quality(mesh: MeshLike, histogram: Mapping[str, Any], path: Path, title: str) -> Path:
    """Draw how many elements of each region have which scaled Jacobian.

    Args:
        mesh: gives the colours of the regions.
        histogram: "edges", and "counts_by_region" by name.
        path: the picture to write.
        title: heads the picture.

    Returns:
        The path.
    """
    edges = np.array(histogram["edges"])
    with picture_style():
        figure = new_figure(5.0, 3.2)
        axes = figure.add_subplot()
        bottom = np.zeros(len(edges) - 1)
        for name, colour in region_colours(mesh).items():
            counts = histogram["counts_by_region"][name]
            axes.bar(
                edges[:-1], counts, np.diff(edges), bottom, align="edge", color=colour, label=name,
                edgecolor=OUTLINE, linewidth=0.4,
            )  # fmt: skip
            bottom += counts
        axes.axvline(0.1, color=RED, linewidth=1.0, linestyle="--")
        axes.text(0.105, 0.98, "refused below", color=RED, fontsize=7.5, va="top",
                  transform=axes.get_xaxis_transform())  # fmt: skip
        axes.set(xlim=(0.0, 1.0), xlabel="scaled Jacobian [-]", ylabel="number of elements", title=title)
        axes.legend(loc="upper left", bbox_to_anchor=(0.1, 0.92))
        return save(figure, path)


def show_mesh(mesh: MeshLike, title: str) -> None:
    """Open a window with the mesh and wait until it is closed.

    Args:
        mesh: what to show.
        title: of the window.

    Raises:
        ImportError: pyvista is missing.
    """
    import pyvista

    plotter = pyvista.Plotter(title=title)
    _add_regions(pyvista, plotter, mesh, list(mesh.regions))
    plotter.add_legend(list(region_colours(mesh).items()), bcolor="white")
    plotter.show_grid(xtitle="µm", ytitle="µm", ztitle="µm")
    if mesh.points.shape[1] == 2:
        plotter.view_xy()
    plotter.show()


def region_colours(mesh: MeshLike) -> dict[str, str]:
    """Colours by region: a light one for the largest of several, the others in order."""
    matrix = _matrix(mesh)
    others = (name for name in mesh.regions if name != matrix)
    colours = {name: _COLOURS[number % len(_COLOURS)] for number, name in enumerate(others)}
    return {name: colours.get(name, _MATRIX_COLOUR) for name in mesh.regions}


@dataclass(frozen=True)
class Window:
    """A part of a picture [m]: centre, width and height."""

    centre: tuple[float, float]
    width: float
    height: float

    @property
    def limits(self) -> tuple[float, float, float, float]:
        """Left, right, bottom, top."""
        x, y = self.centre
        return x - self.width / 2, x + self.width / 2, y - self.height / 2, y + self.height / 2


def thin_windows(mesh: MeshLike) -> list[Window]:
    """Where to look closer: at regions thinner than a fortieth of a 2D model, the thinnest first.

    The thickness of a layer is twice its area over its circumference. A window is twenty of them wide and is
    put into the middle of the layer.

    Args:
        mesh: a mesh in 2D.
    """
    extent = float(np.ptp(mesh.points, axis=0).max())
    thin = []
    for tag in mesh.regions.values():
        cells = mesh.cells[mesh.cell_tags == tag]
        thickness = _thickness(mesh.points, cells)
        if thickness < _THIN * extent:
            thin.append((thickness, cells))
    windows: list[Window] = []
    for thickness, cells in sorted(thin, key=lambda item: item[0]):
        centroids = mesh.points[cells].mean(axis=1)
        middle = (centroids.min(axis=0) + centroids.max(axis=0)) / 2
        x, y = centroids[np.argmin(np.linalg.norm(centroids - middle, axis=1))]
        width = min(20.0 * thickness, extent / 4)
        window = Window((float(x), float(y)), width, width)
        seen = any(_inside(other, x, y) and other.width > 4 * thickness for other in windows)
        if not seen and len(windows) < _MOST_ZOOMS:
            windows.append(window)
    return windows


def _inside(window: Window, x: float, y: float) -> bool:
    left, right, bottom, top = window.limits
    return left <= x <= right and bottom <= y <= top


def _thickness(points: NDArray[np.float64], cells: NDArray[np.int64]) -> float:
    corners = points[cells]
    first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    area = np.abs(first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]).sum() / 2
    edges = np.sort(np.concatenate([cells[:, [0, 1]], cells[:, [1, 2]], cells[:, [2, 0]]]), axis=1)
    unique, count = np.unique(edges, axis=0, return_counts=True)
    outline = unique[count == 1]
    return float(2 * area / np.linalg.norm(points[outline[:, 0]] - points[outline[:, 1]], axis=1).sum())


def _flat(mesh: MeshLike, title: str) -> Figure:
    """The whole model, and thin layers in panels of their own."""
    low, high = mesh.points.min(axis=0), mesh.points.max(axis=0)
    whole = Window(
        (float(low[0] + high[0]) / 2, float(low[1] + high[1]) / 2),
        float(high[0] - low[0]) * 1.04,
        float(high[1] - low[1]) * 1.04,
    )
    windows = thin_windows(mesh)
    aspect = min(max(whole.height / whole.width, 0.25), 4.0)
    width, height = (_PANEL, _PANEL * aspect) if aspect < 1.3 else (_PANEL * 1.3 / aspect, _PANEL * 1.3)
    zoomed = 3.0
    across = max(width + 0.9 + (zoomed + 0.7) * len(windows), _NARROWEST)
    figure = new_figure(across, max(height, zoomed if windows else 1.6) + 1.5)
    ratios = [width, *[zoomed] * len(windows)]
    panels = figure.subplots(1, 1 + len(windows), squeeze=False, width_ratios=ratios)[0]
    names = axis_names(mesh.symmetry)
    for axes, window in zip(panels, [whole, *windows], strict=True):
        _draw_window(axes, mesh, window, width if window is whole else zoomed)
        unit, factor = ("µm", MICRO) if window.width > 0.5e-6 else ("nm", 1e9)
        axes.xaxis.set_major_formatter(lambda value, _, factor=factor: f"{value * factor:.5g}")
        axes.yaxis.set_major_formatter(lambda value, _, factor=factor: f"{value * factor:.5g}")
        axes.locator_params(nbins=5)
        axes.set(xlabel=f"{names[0]} [{unit}]", ylabel=f"{names[1]} [{unit}]")
    for number, (axes, window) in enumerate(zip(panels[1:], windows, strict=True)):
        mark = chr(ord("A") + number)
        left, _, bottom, _ = window.limits
        panels[0].add_patch(
            Rectangle((left, bottom), window.width, window.height, fill=False, edgecolor=RED, linewidth=1.2)
        )
        panels[0].annotate(
            mark, window.centre, (9, 9), textcoords="offset points", color=RED, fontweight="bold"
        )
        axes.set_title(f"{mark}: {_length(window.width)} wide", color=RED)
    figure.suptitle(f"{title}: {len(mesh.cells):,} elements", fontsize=10)
    _legend(figure, mesh)
    return figure


def _draw_window(axes: Axes, mesh: MeshLike, window: Window, inches: float) -> None:
    left, right, bottom, top = window.limits
    corners = mesh.points[mesh.cells]
    low, high = corners.min(axis=1), corners.max(axis=1)
    shown = (high[:, 0] > left) & (low[:, 0] < right) & (high[:, 1] > bottom) & (low[:, 1] < top)
    per_metre = inches / window.width
    for name, colour in region_colours(mesh).items():
        triangles = corners[shown & (mesh.cell_tags == mesh.regions[name])]
        if not len(triangles):
            continue
        edges = np.linalg.norm(triangles - np.roll(triangles, 1, axis=1), axis=2).mean(axis=1) * per_metre
        clear = np.clip(edges / _INCHES_OF_CLEAR_EDGE, 0.0, 1.0)
        # Faces in their own colour below, or the background shines through the seams.
        axes.add_collection(
            PolyCollection(list(triangles), facecolors=colour, edgecolors=colour, linewidths=0.2)
        )
        axes.add_collection(
            PolyCollection(
                list(triangles), facecolors="none", edgecolors=OUTLINE, linewidths=0.05 + 0.3 * clear
            )
        )
    for tag in mesh.interfaces.values():
        lines = mesh.points[mesh.facets[mesh.facet_tags == tag]]
        axes.add_collection(LineCollection(list(lines), colors=BLACK, linewidths=1.0, capstyle="round"))
    axes.set(xlim=(left, right), ylim=(bottom, top), aspect="equal")


def _legend(figure: Figure, mesh: MeshLike) -> None:
    handles = [
        Patch(facecolor=colour, edgecolor=OUTLINE, linewidth=0.5, label=name)
        for name, colour in region_colours(mesh).items()
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=min(len(handles), 4))


def _length(metres: float) -> str:
    return f"{metres * MICRO:.3g} µm" if metres >= 0.5e-6 else f"{metres * 1e9:.3g} nm"


def _solid(mesh: MeshLike, title: str) -> Figure:
    """The model seen onto its symmetry planes, and the same without the region that embeds the others."""
    views = [list(mesh.regions)]
    if matrix := _matrix(mesh):
        views.append([name for name in mesh.regions if name != matrix])
    low, high = mesh.points.min(axis=0), mesh.points.max(axis=0)
    silhouette = _on_screen(np.array(list(itertools.product(*zip(low, high, strict=True)))))[:, :2]
    margin = 0.09 * np.ptp(silhouette, axis=0).max()
    across, up = np.ptp(silhouette, axis=0) + 2 * margin
    height = min(max(_PANEL * up / across, 1.5), 7.0)
    figure = new_figure(_PANEL * len(views), height + 0.9)
    panels = figure.subplots(1, len(views), squeeze=False)[0]
    for axes, names in zip(panels, views, strict=True):
        _draw_skin(axes, mesh, names)
        _label_edges(axes, low, high)
        left, bottom = silhouette.min(axis=0) - margin
        right, top = silhouette.max(axis=0) + margin
        axes.set(xlim=(left, right), ylim=(bottom, top), aspect="equal")
        axes.set_axis_off()
        if len(names) < len(mesh.regions):
            axes.set_title(f"without {matrix}")
    figure.suptitle(f"{title}: {len(mesh.cells):,} elements", fontsize=10)
    _legend(figure, mesh)
    return figure


def _on_screen(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """To the right, up, and towards the viewer, who sees both symmetry planes and the top face."""
    return places @ _VIEW.T


def _draw_skin(axes: Axes, mesh: MeshLike, names: Sequence[str]) -> None:
    """The faces of some regions that look at the viewer, the far ones first.

    Drawn here rather than by a renderer, which would need a screen or end the process without one.
    """
    shown = np.isin(mesh.cell_tags, [mesh.regions[name] for name in names])
    faces, inner, tags = _skin(mesh.cells[shown], mesh.cell_tags[shown])
    corners = mesh.points[faces]
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals = np.asarray(across, dtype=np.float64)
    normals /= np.sqrt(np.einsum("ij,ij->i", normals, normals))[:, None]
    inwards = np.einsum("ij,ij->i", normals, mesh.points[inner] - corners[:, 0]) > 0.0
    normals[inwards] *= -1.0
    screen = _on_screen(corners)
    facing = _on_screen(normals)[:, 2] > 0.0
    order = np.flatnonzero(facing)[np.argsort(screen[facing, :, 2].mean(axis=1), kind="stable")]
    colours = np.zeros((len(faces), 3))
    for name, colour in region_colours(mesh).items():
        colours[tags == mesh.regions[name]] = to_rgb(colour)
    # Faces that look away from the light are darker.
    brightness = 0.72 + 0.28 * np.clip(normals @ _LIGHT, 0.0, 1.0)
    edge = np.linalg.norm(corners[:, 1] - corners[:, 0], axis=1).mean() / np.ptp(mesh.points, axis=0).max()
    width = 0.05 + 0.25 * min(1.0, edge * _PANEL / _INCHES_OF_CLEAR_EDGE)
    axes.add_collection(
        PolyCollection(
            list(screen[order, :, :2]), facecolors=(colours * brightness[:, None])[order],
            edgecolors=OUTLINE, linewidths=width,
        )
    )  # fmt: skip


def _skin(
    cells: NDArray[np.int64], tags: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]:
    """Faces that belong to one cell only, the fourth vertex of that cell, and its tag."""
    faces = np.concatenate([np.delete(cells, corner, axis=1) for corner in range(4)])
    _, first, count = np.unique(np.sort(faces, axis=1), axis=0, return_index=True, return_counts=True)
    first = first[count == 1]
    return faces[first], cells.T.reshape(-1)[first], np.tile(tags, 4)[first]


def _label_edges(axes: Axes, low: NDArray[np.float64], high: NDArray[np.float64]) -> None:
    """The extent of the model beside three edges of the block around it."""
    corner = np.array([low[0], low[1], low[2]])
    ends = (
        (corner, np.array([high[0], low[1], low[2]]), (0.0, -8.0), "left", "top"),
        (corner, np.array([low[0], high[1], low[2]]), (0.0, -8.0), "right", "top"),
        (
            np.array([low[0], high[1], low[2]]),
            np.array([low[0], high[1], high[2]]),
            (-6.0, 0.0),
            "right",
            "center",
        ),
    )
    for name, (first, second, offset, across, up) in zip("xyz", ends, strict=True):
        line = _on_screen(np.array([first, second]))[:, :2]
        axes.plot(*line.T, color=BLACK, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0)
        axes.annotate(
            f"{name}: {_length(float(np.abs(second - first).max()))}", line.mean(axis=0), offset,
            textcoords="offset points", ha=across, va=up, fontsize=8.0,
        )  # fmt: skip


def _matrix(mesh: MeshLike) -> str:
    """The electrolyte, or else the largest region, if others are left to be seen without it."""
    if len(mesh.regions) < 2:
        return ""
    if "electrolyte" in mesh.regions:
        return "electrolyte"
    corners = mesh.points[mesh.cells]
    volumes = np.abs(np.linalg.det(corners[:, 1:] - corners[:, :1]))
    return max(mesh.regions, key=lambda name: float(volumes[mesh.cell_tags == mesh.regions[name]].sum()))


def _add_regions(pyvista: Any, plotter: Any, mesh: MeshLike, names: Sequence[str]) -> None:
    """The outsides of regions with their elements' edges, in um."""
    points = np.zeros((len(mesh.points), 3))
    points[:, : mesh.points.shape[1]] = mesh.points * MICRO
    kind = pyvista.CellType.TETRA if mesh.cells.shape[1] == 4 else pyvista.CellType.TRIANGLE
    for name, colour in region_colours(mesh).items():
        if name in names:
            cells = mesh.cells[mesh.cell_tags == mesh.regions[name]]
            grid = pyvista.UnstructuredGrid({kind: cells}, points)
            plotter.add_mesh(
                grid.extract_surface(), color=colour, show_edges=True, edge_color=OUTLINE, line_width=0.6
            )

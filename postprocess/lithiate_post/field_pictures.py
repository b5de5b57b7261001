"""Fields on the deformed shape, at five states of a run."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.colors import ListedColormap, LogNorm, Normalize
from matplotlib.tri import Triangulation
from numpy.typing import NDArray

from lithiate_post.errors import ResultError
from lithiate_post.folder import ResultFolder
from lithiate_post.section import Section, axis_names, mirrors, section_of
from lithiate_post.states import State, choose_states
from lithiate_post.style import BACKGROUND_BODY, MICRO, OUTLINE, new_figure, save, style

_PERCENTILES = (1.0, 99.0)
_LOG_RATIO = 10.0
# Notes under the picture: size of the letters, and how many fit.
_NOTE_SIZE, _LETTERS_PER_INCH = 7.5, 17.0
# A model taller than so many widths is cut to what matters, a panel taller than this [inch] shrinks.
_TALL, _LARGEST_PANEL = 3.0, 4.0
# Half the frame around a contact, in widths of the zone of small elements that is made for it.
_AROUND_CONTACT = 1.5
# Free height above a body that ends within it, over that.
_ABOVE = 0.05
# Width of a colour bar over that of a panel.
_BAR = 0.06


@dataclass(frozen=True)
class Row:
    """One quantity, drawn at all states with one colour scale.

    Attributes:
        field: name of the field.
        name: at the colour bar.
        unit: at the colour bar.
        factor: from SI to that unit.
        colours: name of the colour map.
        centred: zero is the middle of the scale.
        share: a share of a whole: the scale is 0 to 1.
        logarithmic: on a logarithmic scale where regions differ by more than a factor of ten.
    """

    field: str
    name: str
    unit: str
    factor: float
    colours: str
    centred: bool = False
    share: bool = False
    logarithmic: bool = False


ROWS = (
    Row("stoichiometry", "lithium stoichiometry", "-", 1.0, "viridis", share=True),
    Row("hydrostatic_stress", "hydrostatic stress", "MPa", 1e-6, "coolwarm", centred=True),
    Row("von_mises_stress", "von Mises stress", "MPa", 1e-6, "cividis", logarithmic=True),
    Row("equivalent_plastic_strain", "equivalent plastic strain", "-", 1.0, "magma_r"),
)


@dataclass(frozen=True)
class Snapshot:
    """All bodies of a result at one state, whole, in the plane of the picture."""

    state: State
    bodies: dict[str, Section]


def snapshots(result: ResultFolder) -> list[Snapshot]:
    """The bodies of a result at its five states.

    Raises:
        ResultError: no fields were written.
    """
    if not result.regions:
        raise ResultError(f"{result.path}: no fields were written")
    family = str(result.case.get("geometry", {}).get("family", ""))
    across, up = mirrors(result.symmetry, family)
    return [
        Snapshot(
            state,
            {
                name: section_of(series.read(state.frame.index), result.symmetry).mirrored(across, up)
                for name, series in result.regions.items()
            },
        )
        for state in choose_states(result.frames)
    ]


def draw_fields(result: ResultFolder, path: Path) -> Path:
    """Draw stoichiometry, stresses and plastic strain at five states on the deformed shape, true to scale.

    Args:
        result: the folder read.
        path: the picture to write.

    Returns:
        The path.

    Raises:
        ResultError: no fields were written.
    """
    states = snapshots(result)
    rows = [row for row in ROWS if _says_something(row, states)]
    if not rows:
        raise ResultError(f"{result.path}: none of the fields that are drawn was written")
    (low, high), cut_off = _window(states, result.case.get("geometry", {}).get("contact_width"))
    shown = [_within(snapshot, low, high) for snapshot in states] if cut_off == _BODY_CUT else states
    panel = 1.9
    tall = min(panel * (high[1] - low[1]) / (high[0] - low[0]), _LARGEST_PANEL)
    with style():
        figure = new_figure(panel * len(states) + 1.7, tall * len(rows) + 1.15)
        # Bars have a column of their own: the titles of narrow panels are wider than these.
        slots = figure.subplots(
            len(rows), len(states) + 1, squeeze=False, width_ratios=[*[1.0] * len(states), _BAR]
        )
        grid = slots[:, :-1]
        for axes in grid.flat:
            axes.sharex(grid[0, 0])
            axes.sharey(grid[0, 0])
            axes.label_outer()
        names = axis_names(result.symmetry)
        ranges: list[str] = []
        notes = [cut_off] if cut_off else []
        for row, panels, place in zip(rows, grid, slots[:, -1], strict=True):
            scale, extend, note = colour_scale(row, shown)
            for axes, snapshot in zip(panels, states, strict=True):
                _draw_panel(axes, snapshot, row, scale)
                axes.set_frame_on(False)
                axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), aspect="equal")
            bar = figure.colorbar(ScalarMappable(scale, row.colours), cax=place, extend=extend)
            # A label longer than the bar would run into those of its neighbours.
            bar.set_label(textwrap.fill(f"{row.name} [{row.unit}]", max(12, int(_LETTERS_PER_INCH * tall))))
            ranges += [note] if note else []
            bar.outline.set_visible(False)
            panels[0].set_ylabel(f"{names[1]} [µm]")
        for axes, snapshot in zip(grid[0], states, strict=True):
            axes.set_title(snapshot.state.label)
        for axes in grid[-1]:
            axes.set_xlabel(f"{names[0]} [µm]")
        if ranges:
            low_share, high_share = _PERCENTILES
            part = "of each body" if shown is states else "of what is shown"
            note = f"Colours span percentiles {low_share:.0f} to {high_share:.0f} {part}; in full: "
            notes.append(note + "; ".join(ranges) + ".")
        if notes:
            width = int(_LETTERS_PER_INCH * figure.get_figwidth())
            text = "\n".join(line for note in notes for line in textwrap.wrap(note, width))
            figure.supxlabel(text, fontsize=_NOTE_SIZE, x=0.01, ha="left")
        return save(figure, path)


def _says_something(row: Row, states: list[Snapshot]) -> bool:
    """Whether a field was written; one of the plastic strain only where there is any."""
    found = [_values(body, row) for snapshot in states for body in snapshot.bodies.values()]
    written = [values for values in found if values is not None]
    if row.field == "equivalent_plastic_strain":
        return any(bool((values > 0.0).any()) for values in written)
    return bool(written)


def _values(body: Section, row: Row) -> NDArray[np.float64] | None:
    values = body.point_data.get(row.field)
    if values is None:
        values = body.cell_data.get(row.field)
    return None if values is None else values * row.factor


def _extent(states: list[Snapshot]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lower left and upper right corner of everything drawn, with a margin [µm]."""
    points = np.concatenate([body.points for snapshot in states for body in snapshot.bodies.values()]) * MICRO
    margin = 0.02 * np.ptp(points, axis=0).max()
    return points.min(axis=0) - margin, points.max(axis=0) + margin


_LAYERS_CUT = "The thick layers around are cut off."
_BODY_CUT = "The body is cut off away from the contact."


def _window(
    states: list[Snapshot], contact_width: float | None
) -> tuple[tuple[NDArray[np.float64], NDArray[np.float64]], str]:
    """Corners of what is shown [µm], and what that leaves out, in words.

    Of a body with a zone for a contact at the origin this zone is shown, and what is close to it. Of a tall
    and narrow model the bodies that store lithium are shown, with as much around them as they are wide.
    """
    low, high = _extent(states)
    if contact_width is not None:
        reach = _AROUND_CONTACT * contact_width * MICRO
        top = max(body.points[:, 1].max() for snapshot in states for body in snapshot.bodies.values())
        high[1] = top * MICRO + _ABOVE * reach
        return (np.maximum(low, -reach), np.minimum(high, reach)), _BODY_CUT
    width = high[0] - low[0]
    storing = [
        body.points[:, 1] * MICRO
        for snapshot in states
        for body in snapshot.bodies.values()
        if "stoichiometry" in body.point_data
    ]
    if not storing or high[1] - low[1] <= _TALL * width:
        return (low, high), ""
    heights = np.concatenate(storing)
    bottom, top = max(low[1], heights.min() - width), min(high[1], heights.max() + width)
    cut_off = _LAYERS_CUT if bottom > low[1] or top < high[1] else ""
    return (np.array([low[0], bottom]), np.array([high[0], top])), cut_off


def _within(snapshot: Snapshot, low: NDArray[np.float64], high: NDArray[np.float64]) -> Snapshot:
    """The bodies of a snapshot without what lies outside corners [µm]."""
    bodies = {name: body.within(low / MICRO, high / MICRO) for name, body in snapshot.bodies.items()}
    return replace(snapshot, bodies={name: body for name, body in bodies.items() if len(body.cells)})


def colour_scale(row: Row, states: list[Snapshot]) -> tuple[Normalize, str, str]:
    """The colour scale of a row, one for all its panels.

    Returns:
        The scale; which of its ends values exceed ("neither", "min", "max" or "both"); and, where they do,
        the range of all values in words.
    """
    if row.share:
        return Normalize(0.0, 1.0), "neither", ""
    # Per body and state: over everything at once, a small body would vanish in the tail of a large one.
    bodies: dict[str, list[NDArray[np.float64]]] = {}
    for snapshot in states:
        for name, body in snapshot.bodies.items():
            values = _values(body, row)
            if values is not None:
                bodies.setdefault(name, []).append(values)
    limits = {
        name: np.array([np.nanpercentile(v, _PERCENTILES) for v in parts]) for name, parts in bodies.items()
    }
    low = float(min(found[:, 0].min() for found in limits.values()))
    highs = [float(found[:, 1].max()) for found in limits.values()]
    high = max(highs)
    everything = np.concatenate([values for parts in bodies.values() for values in parts])
    smallest, largest = float(np.nanmin(everything)), float(np.nanmax(everything))
    scale: Normalize
    if row.centred:
        high = max(abs(low), abs(high)) or 1.0
        low, scale = -high, Normalize(-high, high)
    elif row.logarithmic and min(highs) > 0.0 and high > _LOG_RATIO * min(highs):
        low = max(low, 1e-3 * high)
        scale = LogNorm(low, high)
    else:
        low, high = 0.0, high or 1.0
        scale = Normalize(low, high)
    extend = {(False, False): "neither", (True, False): "min", (False, True): "max", (True, True): "both"}
    beyond = extend[smallest < low, largest > high]
    if beyond == "neither":
        return scale, beyond, ""
    return scale, beyond, f"{row.name} {smallest:.3g} to {largest:.3g} {row.unit.strip('-')}".rstrip()


def _draw_panel(axes: Axes, snapshot: Snapshot, row: Row, scale: Normalize) -> None:
    for body in snapshot.bodies.values():
        points = body.points * MICRO
        triangles = Triangulation(points[:, 0], points[:, 1], body.cells)
        values = _values(body, row)
        if values is None:
            axes.tripcolor(triangles, np.zeros(len(points)), cmap=ListedColormap([BACKGROUND_BODY]))
        elif len(values) == len(points):
            axes.tripcolor(triangles, values, norm=scale, cmap=row.colours, shading="gouraud")
        else:
            # Edges in the colour of their face: without them the background shines through the seams.
            axes.tripcolor(
                triangles, facecolors=values, norm=scale, cmap=row.colours, edgecolors="face", linewidth=0.2
            )
        axes.add_collection(LineCollection(list(points[body.outline()]), colors=OUTLINE, linewidths=0.6))
        if "stoichiometry" in body.point_data:  # where the storing body stood before the run
            undeformed = list(body.reference[body.outline()] * MICRO)
            axes.add_collection(
                LineCollection(undeformed, colors=OUTLINE, linewidths=0.6, linestyles=(0, (5, 4)))
            )

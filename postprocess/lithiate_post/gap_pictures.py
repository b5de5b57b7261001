"""The interface at five states of a run: how far it is open, and what that does along it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import SubFigure
from numpy.typing import NDArray

from lithiate_post.errors import ResultError
from lithiate_post.folder import ResultFolder
from lithiate_post.section import Section, axis_names, section_of
from lithiate_post.states import State, choose_states
from lithiate_post.style import LINE_STYLES, MICRO, OUTLINE, STATES, letter, new_figure, save, style

# field, title with unit, factor from SI to that unit
_PROFILES = (
    ("gap", "gap [nm]", 1e9),
    ("contact_area_fraction", "contact-area fraction [-]", 1.0),
    ("contact_pressure", "contact pressure [MPa]", 1e-6),
    ("current_density", "current density [A/m²]", 1.0),
)
_BODY_COLOURS = {True: "#9CC3DE", False: "#E4E4E4"}  # stores lithium or not
# A close-up narrower than this share of the interface's size would show single elements.
_SMALLEST_WINDOW = 0.04


@dataclass(frozen=True)
class Place:
    """Where each interval of an interface is: the angle on a circle around the origin, else arc length."""

    values: NDArray[np.float64]
    label: str


def place_along(interface: Section, symmetry: str) -> Place:
    """Where each interval is along an interface, in the undeformed shape.

    On a circle around the origin, the angle from the axis of the stack pressure, 0 to 90 degrees; on any
    other curve the arc length [um] from its first to its last interval, in the order of their distance
    along the longer side of the curve's bounding box.
    """
    ends = interface.reference[interface.cells]
    centres = ends.mean(axis=1)
    radii = np.linalg.norm(interface.reference[np.unique(interface.cells)], axis=1)
    if np.ptp(radii) < 0.02 * radii.mean():
        degrees = np.degrees(np.arctan2(np.abs(centres[:, 0]), np.abs(centres[:, 1])))
        return Place(degrees, f"angle from the {axis_names(symmetry)[1]} axis [°]")
    order = np.argsort(centres[:, int(np.argmax(np.ptp(centres, axis=0)))], kind="stable")
    lengths = np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1)[order]
    along = np.empty(len(order))
    along[order] = np.cumsum(lengths) - lengths / 2
    return Place(along * MICRO, "arc length [µm]")


def draw_gap(result: ResultFolder, name: str, path: Path) -> Path:
    """Draw a close-up of an interface, true to scale, and its gap, contact, pressure and current along it.

    Args:
        result: the folder read.
        name: the interface, "particle|electrolyte".
        path: the picture to write.

    Returns:
        The path.

    Raises:
        ResultError: there is no such interface, or none of its fields that are drawn was written.
    """
    series = result.interface(name)
    states = choose_states(result.frames)
    sections = [section_of(series.read(state.frame.index), result.symmetry) for state in states]
    profiles = [profile for profile in _PROFILES if profile[0] in sections[0].cell_data]
    if not profiles:
        raise ResultError(f"{result.path}: nothing to draw along the interface {name!r}")
    with style():
        figure = new_figure(11.2, 5.9)
        upper, lower = figure.subfigures(2, 1, height_ratios=(1.0, 1.05))
        _draw_close_ups(upper, result, name.split("|"), states, sections)
        panels = lower.subplots(1, len(profiles), squeeze=False)[0]
        for index, (axes, profile) in enumerate(zip(panels, profiles, strict=True)):
            letter(axes, index, profile[1])
            _draw_profile(axes, profile, states, sections, result.symmetry)
        handles, labels = panels[0].get_legend_handles_labels()
        lower.legend(handles, labels, loc="outside lower center", ncols=len(states))
        return save(figure, path)


def _draw_profile(
    axes: Axes, profile: tuple[str, str, float], states: list[State], sections: list[Section], symmetry: str
) -> None:
    field, _, factor = profile
    for number, (state, section) in enumerate(zip(states, sections, strict=True)):
        place = place_along(section, symmetry)
        order = np.argsort(place.values)
        axes.plot(
            place.values[order],
            section.cell_data[field][order] * factor,
            color=STATES[number],
            linestyle=LINE_STYLES[number],
            label=state.name,
        )
        axes.set_xlabel(place.label)
    if place.label.startswith("angle"):
        axes.set(xlim=(0, 90), xticks=[0, 30, 60, 90])
    if field == "contact_area_fraction":
        axes.set_ylim(-0.03, 1.03)
    elif field != "current_density":
        axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
    if field == "current_density":
        axes.axhline(0.0, color=OUTLINE, linewidth=0.6, zorder=0)


def _draw_close_ups(
    figure: SubFigure, result: ResultFolder, sides: list[str], states: list[State], sections: list[Section]
) -> None:
    """Both bodies around the place where the gap is widest in any of the states, in one window for all."""
    drawn = [
        [section_of(result.region(side).read(state.frame.index), result.symmetry) for side in sides]
        for state in states
    ]
    lower, upper = _window(sections, np.concatenate([body.points for bodies in drawn for body in bodies]))
    names = axis_names(result.symmetry)
    panels = figure.subplots(1, len(states), squeeze=False, sharex=True, sharey=True)[0]
    for axes, state, bodies in zip(panels, states, drawn, strict=True):
        for body in bodies:
            points = body.points * MICRO
            colour = _BODY_COLOURS["stoichiometry" in body.point_data]
            axes.add_collection(
                PolyCollection(list(points[body.cells]), facecolors=colour, edgecolors=colour, linewidths=0.3)
            )
            axes.add_collection(LineCollection(list(points[body.outline()]), colors=OUTLINE, linewidths=0.8))
        axes.set(xlim=(lower[0], upper[0]), ylim=(lower[1], upper[1]), aspect="equal")
        axes.spines[:].set_visible(True)
        axes.locator_params(nbins=4)
        axes.set_title(state.label)
        axes.set_xlabel(f"{names[0]} [µm]")
    panels[0].set_ylabel(f"{names[1]} [µm]")


def _window(
    sections: list[Section], points: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lower left and upper right corner of the close-up [um], inside the model.

    It holds the path of the interval that opens widest, and a few times its gap around it.
    """
    gaps = np.array([section.cell_data.get("gap", np.zeros(len(section.cells))) for section in sections])
    widest = int(np.argmax(gaps.max(axis=0)))
    path = np.array([section.points[section.cells[widest]].mean(axis=0) for section in sections])
    size = np.ptp(sections[0].points, axis=0).max()
    half = max(_SMALLEST_WINDOW * size, 3.0 * gaps.max(), 0.75 * np.ptp(path, axis=0).max())
    lowest, highest = points.min(axis=0), points.max(axis=0)
    half = min(half, (highest - lowest).min() / 2)
    middle = np.clip((path.min(axis=0) + path.max(axis=0)) / 2, lowest + half, highest - half)
    return (middle - half) * MICRO, (middle + half) * MICRO

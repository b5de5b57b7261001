# SPDX-License-Identifier: LGPL-3.0-or-later
"""Which layers cannot be meshed as asked for, and what they are told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pydantic_core import PydanticCustomError

from lithiate_meshes.layers import FLAT, Layer, LayerStack
from lithiate_meshes.patterns import EMPTY
from lithiate_meshes.profiles import LARGEST_SLOPE, ROUND_OFF, SMALLEST_REMAINING_SHARE
from lithiate_meshes.quantities import refuse


@contextmanager
def _within(place: str) -> Iterator[None]:
    """Say in a refusal from within where it belongs."""
    try:
        yield
    except PydanticCustomError as error:
        raise refuse(f"{place}: {error.message()}") from None


def refuse_impossible_layers(stack: LayerStack) -> None:
    """Refuse layers that cannot be meshed as asked for.

    Args:
        stack: Layers with their element sizes.

    Raises:
        PydanticCustomError: Naming the layer, what was found and the limit that was hit.
    """
    _refuse_names(stack)
    for number, layer in enumerate(stack.layers):
        with _within(f"layer '{layer.name}'"):
            _refuse_thin_layer(stack, layer)
            _refuse_pattern(stack, number)
            _refuse_particles(stack, number)
            with _within("upper_face"):
                _refuse_face(stack, number)
    for number, layer in enumerate(stack.layers):
        with _within(f"layer '{layer.name}'"):
            _refuse_crossing(stack, number)


def _refuse_names(stack: LayerStack) -> None:
    names = [layer.name for layer in stack.layers]
    for name in names:
        if names.count(name) > 1:
            raise refuse(f"found two layers '{name}'; allowed: a name of its own for every layer")
    taken = {particle.name for layer in stack.layers for particle in layer.particles}
    fills = {layer.fill for layer in stack.layers if layer.fill is not None and layer.fill != layer.gaps}
    for name in sorted(taken & ({*names} | fills)):
        raise refuse(
            f"found particles '{name}' and a layer or filling of that name; allowed: another name for the "
            "particles"
        )
    for layer in stack.layers:
        if layer.fill == layer.gaps and layer.gaps in taken | fills | {*names}:
            raise refuse(
                f"found a region '{layer.gaps}'; allowed: another name, the empty space of '{layer.name}' "
                "has this one"
            )
        if layer.fill == layer.name:
            raise refuse(f"layer '{layer.name}': found fill = \"{layer.fill}\"; allowed: another region")


def _refuse_thin_layer(stack: LayerStack, layer: Layer) -> None:
    size = stack.mesh_size if layer.mesh_size is None else layer.mesh_size
    if size > layer.thickness * (1.0 + ROUND_OFF):
        where = "mesh_size of the geometry" if layer.mesh_size is None else "its mesh_size"
        raise refuse(
            f"found a thickness of {layer.thickness:g} m, thinner than its elements; allowed: at least "
            f"{size:g} m, {where}; a mesh_size of its own, for example {layer.thickness / 2.0:g} m, "
            "refines it"
        )


def _refuse_pattern(stack: LayerStack, number: int) -> None:
    layer, last = stack.layers[number], len(stack.layers) - 1
    if layer.pattern is None:
        return
    layer.pattern.refuse_misfit(stack.plan, layer.thickness, stack.wall_size(number))
    if number == last and layer.fill == layer.gaps:
        raise refuse(f'found fill = "{EMPTY}" in the uppermost layer; allowed: a region, top is a whole face')
    if number < last:
        above = stack.layers[number + 1]
        if above.pattern is not None and above.pattern.reaches_down(above.thickness):
            raise refuse(
                f"found a pattern that meets the one of layer '{above.name}'; allowed: a layer, or a part of "
                "one, without a pattern between them"
            )


def _refuse_particles(stack: LayerStack, number: int) -> None:
    layer, size = stack.layers[number], stack.face_size(number)
    for place, particle in enumerate(layer.particles):
        with _within(f"particles.{place}"):
            particle.refuse_misfit(stack.plan, layer.thickness, size)
            for other in range(place):
                if particle.overlaps(layer.particles[other], size):
                    raise refuse(
                        f"found a particle that overlaps particles.{other} or comes closer than an element; "
                        f"allowed: a distance of at least {size:g} m"
                    )


def _refuse_face(stack: LayerStack, number: int) -> None:
    face, layer = stack.faces[number + 1], stack.layers[number]
    if layer.conformal and number == 0:
        raise refuse("found conformal = true in the lowest layer; allowed: false, the bottom is flat")
    if face == FLAT:
        return
    if number + 1 == len(stack.layers):
        raise refuse(
            f'found shape = "{face.shape}" in the uppermost layer; allowed: "flat", the top of a model is'
        )
    for neighbour in stack.layers[number : number + 2]:
        if neighbour.pattern is not None or neighbour.particles:
            raise refuse(
                f'found shape = "{face.shape}" next to the pattern or the particles of layer '
                f"'{neighbour.name}'; allowed: \"flat\""
            )
    face.refuse_misfit(stack.plan)
    size = stack.boundary_size(number)
    if size > face.largest_element * (1.0 + ROUND_OFF):
        raise refuse(
            f"found elements of {size:g} m on it; allowed: at most {face.largest_element:g} m, which "
            "resolves it (mesh_size of the geometry or of the layer)"
        )
    sampling = stack.sampling(stack.plan)
    slope, place = sampling.steepest(sampling.heights(face))
    if slope > LARGEST_SLOPE:
        raise refuse(f"found a slope of {slope:.3g} at {place}; allowed: at most {LARGEST_SLOPE:g}")


def _refuse_crossing(stack: LayerStack, number: int) -> None:
    lower, upper = stack.faces[number : number + 2]
    if lower == upper:
        return
    sampling, thickness = stack.sampling(stack.plan), stack.layers[number].thickness
    found, place = sampling.thinnest(thickness + sampling.heights(upper) - sampling.heights(lower))
    if found < SMALLEST_REMAINING_SHARE * thickness:
        raise refuse(
            f"found a thickness between its faces of {found:.4g} m at {place}; allowed: at least "
            f"{SMALLEST_REMAINING_SHARE * thickness:.4g} m, {SMALLEST_REMAINING_SHARE:g} of its thickness "
            f"{thickness:g} m"
        )

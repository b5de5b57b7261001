# SPDX-License-Identifier: LGPL-3.0-or-later
"""Element quality of triangles and tetrahedra."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt


def scaled_jacobian(points: npt.NDArray[np.float64], cells: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Scaled Jacobian of every simplex: 1 for the equilateral one, 0 for a flat one, negative if inverted.

    At every corner the determinant of the edge vectors that leave it is divided by the product of their
    lengths; the smallest of these, times 2/sqrt(3) (triangle) or sqrt(2) (tetrahedron), is the value of the
    element. The determinant is the same at every corner, so only the largest product of lengths is needed.

    Args:
        points: Coordinates, shape (n, d) with d = 2 or 3, any unit of length.
        cells: Vertex numbers, shape (m, d + 1).

    Returns:
        One value per cell, shape (m,), dimensionless, at most 1. A cell with two coinciding vertices gets 0.

    Raises:
        ValueError: If the cells are not the simplices of the space the points lie in.

    Reference:
        Stimpson et al., The Verdict geometric quality library, SAND2007-1751 (2007), sections 3.14 and 5.12.
    """
    dimension = points.shape[1]
    if dimension not in (2, 3) or cells.shape[1] != dimension + 1:
        raise ValueError(f"cells with {cells.shape[1]} vertices are no simplices in {dimension} dimensions")
    corners = points[cells]
    determinant = np.linalg.det(corners[:, 1:] - corners[:, :1])
    lengths = np.linalg.norm(corners[:, :, None] - corners[:, None, :], axis=-1)
    # A vertex has distance 0 to itself: with 1 in its place the product runs over the edges leaving the
    # vertex.
    lengths[:, range(dimension + 1), range(dimension + 1)] = 1.0
    largest_product = lengths.prod(axis=2).max(axis=1)
    normalisation = 2.0 / math.sqrt(3.0) if dimension == 2 else math.sqrt(2.0)
    quality: npt.NDArray[np.float64] = np.zeros(len(cells))
    np.divide(normalisation * determinant, largest_product, out=quality, where=largest_product > 0.0)
    return quality

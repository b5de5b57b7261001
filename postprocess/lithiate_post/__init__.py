"""Read what a Lithiate run wrote, and draw it.

    import lithiate_post

    result = lithiate_post.open("results/particle_si_lpscl")
    result.history["voltage [V]"]                      # one value per accepted step
    half = result.region("particle").at(state_of_charge=0.5)
    half.point_data["stoichiometry"], half.deformed    # values, deformed point coordinates [m]

Pictures are drawn by `lithiate_post.pictures.draw_all`, or ``python -m lithiate_post FOLDER``.
"""

from lithiate_post.errors import ResultError
from lithiate_post.folder import FieldSeries, ResultFolder
from lithiate_post.folder import open_folder as open
from lithiate_post.states import Frame
from lithiate_post.xdmf import Fields

__all__ = ["FieldSeries", "Fields", "Frame", "ResultError", "ResultFolder", "open"]

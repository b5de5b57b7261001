"""``[load]``: what is done to a verification problem, in place of a protocol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated

from lithiate_meshes.quantities import CurrentDensity, Length, quantity, refuse, shown
from pydantic import Field, PlainValidator, WithJsonSchema

from lithiate.materials.properties import Frozen, Stoichiometry

FillingRate = Annotated[float, quantity("rate of filling", "1/s", "7.898e-5 1/s", units=("1/s", "1/h"), gt=0)]
LithiumPerSilicon = Annotated[float, quantity("lithium per silicon", "", "3.75", gt=0, le=10)]

Force = Annotated[float, quantity("force", "N", "1 mN", units=("N", "mN", "uN"), gt=0)]

_TIME = quantity("time", "s", "2 h", units=("h", "min", "s", "day"), gt=0)


def _end(value: object) -> float | str:
    """A number as it is, a time with a unit as a string in seconds."""
    if isinstance(value, str):
        return f"{_TIME.parse(value)!r} s"
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < float("inf"):
        return float(value)
    raise refuse(f'found {shown(value)}; allowed: a number > 0, or a time > 0 with a unit such as "2 h"')


End = Annotated[
    float | str,
    PlainValidator(_end),
    WithJsonSchema({"anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"type": "string"}]}),
]


class Load(Frozen):
    """``[load]``: what drives a verification problem; which keys belong to which is in the messages."""

    current_density: CurrentDensity | None = Field(
        default=None, description="sphere: into its surface, per area as built, insertion positive"
    )
    surface_stoichiometry: Stoichiometry | None = Field(
        default=None, description="sphere: held on its surface from time zero on"
    )
    lithium_per_silicon_rate: FillingRate | None = Field(
        default=None, description="film: growth of x in Li_x Si per time"
    )
    largest_lithium_per_silicon: LithiumPerSilicon = Field(
        default=3.75, description="film: x of the full material, c = 1"
    )
    end: End | None = Field(
        default=None,
        description='film: x at the end as a number, or a time with a unit such as "2 h"; sphere: a time (if '
        "not given, the last of output.times)",
    )
    turn: Annotated[float, quantity("number", "", "1.0", gt=0)] | None = Field(
        default=None, description="film: after the end, lithium is taken out at the same rate down to this x"
    )
    opening: Length | None = Field(
        default=None,
        description="double cantilever: of the loaded ends, where the run ends; if not given, where a sharp "
        "crack would have grown by two arm heights",
    )

    force: Force | None = Field(
        default=None,
        description="Hertz contact: on the whole sphere, or on the whole cylinder per length (a number, "
        "N/m); indentation: the largest on the cone",
    )
    flux: CurrentDensity | None = Field(
        default=None,
        description="two blocks: mean current density through the interface, from the lower to the upper one",
    )

    @property
    def end_with_unit(self) -> float | None:
        """The end as a time [s] where it was given with a unit."""
        return float(self.end.removesuffix(" s")) if isinstance(self.end, str) else None

    @property
    def end_as_number(self) -> float | None:
        """The end where it was given as a bare number."""
        return self.end if isinstance(self.end, float) else None


@dataclass(frozen=True)
class VerificationProblem:
    """What a problem of the verification family needs from its case and gives in its result.

    Attributes:
        columns: names and units of its own columns of the history.
        summary: names and units of quantities that are in the summary alone.
        needs: keys of ``[load]`` that must be given.
        one_of: keys of ``[load]`` of which exactly one must be given.
        may: keys of ``[load]`` that may be given.
        stack_pressure: whether a platen presses on it.
        mean_filling: whether it starts from ``initial.mean_filling``.
        balances: which balances are checked.
    """

    columns: Mapping[str, str]
    summary: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    stack_pressure: bool = False
    mean_filling: bool = False
    balances: tuple[str, ...] = ()

    @property
    def keys_of_load(self) -> tuple[str, ...]:
        """Keys of ``[load]`` that it reads."""
        return (*self.needs, *self.one_of, *self.may)


PROBLEMS: Mapping[str, VerificationProblem] = {
    "sphere": VerificationProblem(
        columns={
            "surface_stoichiometry": "-",
            "centre_stoichiometry": "-",
            "centre_radial_stress": "Pa",
            "surface_hoop_stress": "Pa",
        },
        one_of=("current_density", "surface_stoichiometry"),
        may=("end",),
        balances=("lithium_balance_error",),
    ),
    "core_shell": VerificationProblem(
        columns={
            "core_stoichiometry": "-",
            "shell_stoichiometry": "-",
            "core_hydrostatic_stress": "Pa",
            "shell_inner_hoop_stress": "Pa",
            "shell_outer_hoop_stress": "Pa",
            "voltage": "V",
            "outer_displacement_ratio": "-",
        },
        mean_filling=True,
        balances=("lithium_balance_error",),
    ),
    "block": VerificationProblem(
        columns={
            "lithium_per_silicon": "-",
            "in_plane_stress": "Pa",
            "in_plane_kirchhoff_stress": "Pa",
            "thickness_ratio": "-",
            "stack_pressure": "Pa",
        },
        needs=("lithium_per_silicon_rate", "end"),
        may=("largest_lithium_per_silicon", "turn"),
        stack_pressure=True,
        balances=("force_balance_error",),
    ),
    "hollow_sphere": VerificationProblem(
        columns={"inner_pressure": "Pa", "plastic_radius": "m", "inner_displacement": "m"},
        summary={"first_yield_pressure": "Pa", "limit_pressure": "Pa"},
        balances=("energy_balance_error",),
    ),
    "hertz": VerificationProblem(
        columns={
            "contact_radius": "m",
            "largest_contact_pressure": "Pa",
            "approach": "m",
        },
        needs=("force",),
        balances=("force_balance_error",),
    ),
    "indentation": VerificationProblem(
        columns={"force": "N", "depth": "m", "contact_radius": "m"},
        summary={
            "largest_depth": "m",
            "residual_depth": "m",
            "recovered_depth_share": "-",
            "hardness": "Pa",
        },
        needs=("force",),
        balances=("force_balance_error", "energy_balance_error"),
    ),
    "double_cantilever": VerificationProblem(
        columns={"load_per_width": "N/m", "opening": "m", "crack_length": "m"},
        may=("opening",),
        balances=("energy_balance_error",),
    ),
    "constriction": VerificationProblem(
        columns={"potential_difference": "V", "current_density": "A/m2"},
        summary={
            "effective_resistance": "ohm cm2",
            "constriction_resistance": "ohm cm2",
            "effective_conductivity": "S/m",
            "spot_half_width": "m",
        },
        balances=("charge_balance_error",),
    ),
    "two_blocks": VerificationProblem(
        columns={"interface_flux": "A/m2"},
        summary={"error_l2.electrolyte_potential": "-", "interface_flux_error": "-"},
        needs=("flux",),
        balances=("charge_balance_error",),
    ),
}
"""By ``geometry.problem``."""

STORING_BLOCKS = replace(
    PROBLEMS["two_blocks"],
    summary={
        "error_l2.lithium_concentration": "-",
        "error_l2.chemical_potential": "-",
        "interface_flux_error": "-",
    },
    balances=("lithium_balance_error",),
)
"""Two blocks that store lithium in place of conducting ions."""

"""``[interfaces."A|B".film_growth]``: a side reaction that makes film between electrode and electrolyte."""

from __future__ import annotations

from typing import Annotated

from lithiate_meshes.quantities import (
    Conductivity,
    CurrentDensity,
    Diffusivity,
    Length,
    Voltage,
    quantity,
)
from pydantic import Field, model_validator

from lithiate.materials.functions import refuse_key
from lithiate.materials.properties import Frozen

FilmMolarVolume = Annotated[
    float,
    quantity("molar volume", "m^3/mol", "20 cm^3/mol", units=("m^3/mol", "cm^3/mol", "l/mol"), gt=0),
]
TransferCoefficient = Annotated[float, quantity("number", "", "0.5", gt=0, lt=1)]


class FilmGrowth(Frozen):
    """Growth limited by kinetics, by diffusion through the film, or by both in series."""

    molar_volume: FilmMolarVolume = Field(description="volume of film per mole of electrons")
    ionic_conductivity: Conductivity = Field(
        description="of the film: thickness over it adds to film_resistance"
    )
    initial_thickness: Length = Field(description="of the film as built")
    exchange_current_density: CurrentDensity | None = Field(
        default=None, description="i_0 of the side reaction per true contact area; kinetics of Tafel"
    )
    potential: Voltage | None = Field(
        default=None,
        description="equilibrium potential of the side reaction against lithium; needed with its i_0",
    )
    transfer_coefficient: TransferCoefficient = Field(
        default=0.5, description="cathodic, of the side reaction"
    )
    parabolic_constant: Diffusivity | None = Field(
        default=None, description="K in dL/dt = K / L, growth limited by diffusion through the film"
    )

    @model_validator(mode="after")
    def _something_limits(self) -> FilmGrowth:
        if self.exchange_current_density is None and self.parabolic_constant is None:
            raise refuse_key(
                "exchange_current_density",
                "missing; allowed: exchange_current_density and potential of the side reaction, or "
                "parabolic_constant, or all three",
            )
        if self.exchange_current_density is not None and self.potential is None:
            raise refuse_key("potential", "missing; needed because exchange_current_density is given")
        if self.exchange_current_density is None and self.potential is not None:
            text = f"found {self.potential:g} V; allowed: only with exchange_current_density"
            raise refuse_key("potential", f"{text}; diffusion knows no potential")
        default = type(self).model_fields["transfer_coefficient"].default
        if self.exchange_current_density is None and self.transfer_coefficient != default:
            text = f"found {self.transfer_coefficient:g}; allowed: only with exchange_current_density"
            raise refuse_key("transfer_coefficient", text)
        return self

"""Properties inside forms have the values, and the derivatives, that NumPy gives outside."""

import basix.ufl
import numpy as np
import pytest
import ufl
from dolfinx import fem
from dolfinx import mesh as dolfinx_mesh
from lithiate.materials import MaterialCard, library_card
from lithiate.materials.parameters import SolidParameters, StorageParameters
from lithiate.scaling import GAS_CONSTANT, Units
from mpi4py import MPI

UNITS = Units(1e-6, 3600.0, 3e5, 330.0)
FILLINGS = np.linspace(0.003, 0.997, 41)
FORMS = {
    "linear": {"unlithiated": 80e9, "lithiated": 41e9},
    "table": {"stoichiometry": [0, 0.2, 0.45, 0.6, 1], "value": [80e9, 50e9, 50e9, 45e9, 41e9]},
    "formula": {"formula": "96 * (1 - 0.57 * c) * exp(-T / 900) + tanh(3 * c) * log(2 + c)", "unit": "GPa"},
}


def value_of(expression: object, variable: object, filling: float) -> float:
    """A scalar UFL expression of one variable, evaluated where no mesh is needed."""
    return float(ufl.algorithms.apply_derivatives.apply_derivatives(expression)((), {variable: filling}))


@pytest.mark.parametrize("form", FORMS)
def test_a_property_in_a_form_is_the_one_outside(form: str) -> None:
    card = MaterialCard.model_validate(
        {"name": "x", "youngs_modulus": FORMS[form], "poisson_ratio": 0.3, "yield_stress": FORMS[form]}
    )
    coefficient = ufl.Constant(ufl.Mesh(basix.ufl.element("P", "interval", 1, shape=(1,))))
    variable = ufl.variable(coefficient)
    solid = SolidParameters(card, UNITS)
    outside = card.youngs_modulus.at(FILLINGS, UNITS.temperature) / UNITS.stress
    for law in (solid.youngs_modulus, solid.yield_stress):
        inside = [value_of(law(variable), coefficient, filling) for filling in FILLINGS]
        assert np.allclose(inside, outside, rtol=1e-12, atol=0)
    slope = ufl.diff(solid.youngs_modulus(variable), variable)
    found = [value_of(slope, coefficient, filling) for filling in FILLINGS]
    step = 1e-5
    ends = [card.youngs_modulus.at(FILLINGS + side * step, UNITS.temperature) for side in (1, -1)]
    assert np.allclose(found, (ends[0] - ends[1]) / (2 * step) / UNITS.stress, rtol=1e-6, atol=1e-5)


def test_what_conducts_and_diffuses_in_a_form_is_warm() -> None:
    """kappa and D of a run at 330 K against those stated at 298.15 K."""
    energies = {"ionic_conductivity_activation_energy": 30e3, "diffusivity_activation_energy": 20e3}
    stated = library_card("a-Si").model_copy(update={"ionic_conductivity": 0.2})
    warm = stated.model_copy(update=energies)
    factors = [np.exp(-energy / GAS_CONSTANT * (1 / 330 - 1 / 298.15)) for energy in energies.values()]
    found = [SolidParameters(card, UNITS).ionic_conductivity[0] for card in (warm, stated)]
    assert found[0] / found[1] == pytest.approx(factors[0], rel=1e-12)
    mobilities = [StorageParameters(card, UNITS, 0.1).mobility(0.5) for card in (warm, stated)]
    assert float(mobilities[0]) / float(mobilities[1]) == pytest.approx(factors[1], rel=1e-12)


@pytest.mark.parametrize("form", ["table", "formula"])
def test_forms_of_a_property_can_be_compiled_and_differentiated_twice(form: str) -> None:
    """int E(c) c^2 dx and its derivatives on a line where c is the same everywhere, also on a flat piece."""
    card = MaterialCard.model_validate({"name": "x", "youngs_modulus": FORMS[form], "poisson_ratio": 0.3})
    space = fem.functionspace(dolfinx_mesh.create_unit_interval(MPI.COMM_SELF, 1), ("P", 1))
    stoichiometry, test, trial = fem.Function(space), ufl.TestFunction(space), ufl.TrialFunction(space)
    modulus = SolidParameters(card, UNITS).youngs_modulus(stoichiometry)
    energy = modulus * stoichiometry**2 * ufl.dx
    slope = ufl.derivative(energy, stoichiometry, test)
    forms = [fem.form(item) for item in (energy, slope, ufl.derivative(slope, stoichiometry, trial))]

    def outside(filling: float) -> float:
        return float(card.youngs_modulus.at(filling, UNITS.temperature)) / UNITS.stress * filling**2

    for filling in (0.1, 0.33, 0.52, 0.9):
        stoichiometry.x.array[:] = filling
        step = 1e-4
        low, middle, high = (outside(filling + side * step) for side in (-1, 0, 1))
        assert fem.assemble_scalar(forms[0]) == pytest.approx(middle, rel=1e-12)
        assert fem.assemble_vector(forms[1]).array.sum() == pytest.approx((high - low) / 2 / step, rel=1e-5)
        curvature = (high - 2 * middle + low) / step**2
        assert fem.assemble_matrix(forms[2]).data.sum() == pytest.approx(curvature, rel=1e-4)

"""A finished run is only worth what others can read of it: every file is opened again, as a user would."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import h5py
import lithiate_post
import meshio
import numpy as np
import pytest
from lithiate.case import known_quantities, load_case
from lithiate_meshes import build_mesh
from running import SHORT, read_history, run_case

REGION_POINT_DATA = {
    "particle": {
        "displacement",
        "lithium_concentration",
        "stoichiometry",
        "chemical_potential",
        "electrode_potential",
    },
    "electrolyte": {"displacement", "electrolyte_potential"},
}
REGION_CELL_DATA = {
    "hydrostatic_stress",
    "von_mises_stress",
    "equivalent_plastic_strain",
    "largest_principal_stress",
}
INTERFACE_CELL_DATA = {
    "gap",
    "slip",
    "contact_pressure",
    "damage",
    "contact_area_fraction",
    "current_density",
    "overpotential",
}


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files") / "result"
    finished = run_case(folder, *SHORT)
    assert finished.returncode == 0, finished.stderr
    assert finished.stderr == ""
    return folder


def test_the_resolved_case_is_the_case_that_ran(result: Path) -> None:
    resolved = load_case(result / "case.resolved.toml")
    assert resolved.geometry.mesh_size == pytest.approx(0.25e-6)
    assert tomllib.loads((result / "case.resolved.toml").read_text(encoding="utf-8"))["title"]


@pytest.mark.parametrize("name", ["particle", "electrolyte", "particle__electrolyte"])
def test_fields_read_back(result: Path, name: str) -> None:
    names, rows = read_history(result)
    times = set(rows[:, names.index("time [s]")])
    mesh = build_mesh(load_case(result / "case.resolved.toml").geometry)
    if name in mesh.regions:
        cells = mesh.cells[mesh.cell_tags == mesh.regions[name]]
        point_names, cell_names = REGION_POINT_DATA[name], REGION_CELL_DATA
    else:
        cells = mesh.facets[mesh.facet_tags == mesh.interfaces["particle|electrolyte"]]
        point_names, cell_names = {"displacement"}, INTERFACE_CELL_DATA
    with meshio.xdmf.TimeSeriesReader(result / f"{name}.xdmf") as reader:
        points, blocks = reader.read_points_cells()
        assert len(points) == len(np.unique(cells))
        assert sum(len(block.data) for block in blocks) == len(cells)
        assert np.abs(points[:, :2]).max() == pytest.approx(np.abs(mesh.points[np.unique(cells)]).max())
        assert reader.num_steps >= 5
        for step in range(reader.num_steps):
            time, point_data, cell_data = reader.read_data(step)
            assert any(time == pytest.approx(row, abs=1e-9 * max(times)) for row in times)
            assert set(point_data) == point_names
            assert set(cell_data) == cell_names
            assert point_data["displacement"].shape == (len(points), 3)
            for values in (*point_data.values(), *(item[0] for item in cell_data.values())):
                assert np.isfinite(values).all()


def test_fields_agree_with_the_history(result: Path) -> None:
    """The same quantity by two ways: platen displacement, mean stoichiometry and voltage."""
    names, rows = read_history(result)
    last = dict(zip(names, rows[-1], strict=True))
    opened = lithiate_post.open(result)
    electrolyte = opened.region("electrolyte").read(-1)
    top = electrolyte.points[:, 1] == electrolyte.points[:, 1].max()
    lift = electrolyte.point_data["displacement"][top, 1]
    assert np.ptp(lift) < 1e-15, "the platen is rigid"
    assert lift.mean() == pytest.approx(last["thickness [m]"] - 2e-6, abs=1e-14)
    particle = opened.region("particle").read(-1)
    filling = particle.point_data["stoichiometry"]
    assert filling.min() <= last["mean_stoichiometry.particle [-]"] <= filling.max()
    assert particle.point_data["electrode_potential"][0] == pytest.approx(last["voltage [V]"])


def test_summary_and_history_hold_what_is_promised(result: Path) -> None:
    case = load_case(result / "case.resolved.toml")
    names, rows = read_history(result)
    units = known_quantities(case)
    summary = json.loads((result / "summary.json").read_text(encoding="utf-8"))
    assert summary["status"] == "completed"
    assert set(summary["quantities"]) == set(units)
    last = dict(zip(names, rows[-1], strict=True))
    for name, unit in units.items():
        assert summary["quantities"][name]["unit"] == unit
        column = f"{name} [{unit}]"
        if column in last:
            assert summary["quantities"][name]["value"] == pytest.approx(last[column], nan_ok=True)
    assert [item["quantity"] for item in summary["expectations"]] == [e.quantity for e in case.expectation]
    assert summary["cycles"][0]["lithiation_capacity"] > 0
    assert set(summary["balances"]) == {
        f"{name}_balance_error" for name in ("lithium", "charge", "force", "energy")
    }
    assert summary["assumed_values"]
    assert np.all(np.diff(rows[:, names.index("time [s]")]) > 0)
    provenance = json.loads((result / "provenance.json").read_text(encoding="utf-8"))
    assert provenance["ranks"] == 1
    assert provenance["versions"]["fenics-dolfinx"]


def test_steps_land_on_what_was_asked_for(result: Path) -> None:
    names, rows = read_history(result)
    charge = rows[:, names.index("state_of_charge [-]")]
    for target in (0.07, 0.1, 0.09):
        assert np.abs(charge - target).min() < 1e-9


def test_pictures_are_drawn(result: Path) -> None:
    for name in ("fields.png", "gap.png", "history.png"):
        assert (result / "pictures" / name).stat().st_size > 20_000


def test_hdf5_is_in_si_and_double(result: Path) -> None:
    with h5py.File(result / "particle.h5") as file:
        kinds: set[str] = set()
        file.visititems(lambda _, item: kinds.add(item.dtype.str) if isinstance(item, h5py.Dataset) else None)
    assert "<f8" in kinds
    assert "<f4" not in kinds


def test_an_output_time_at_the_end_of_a_step_does_not_hide_the_end(tmp_path: Path) -> None:
    """0.1 h + 0.2 h is not 0.3 h in floating point: the rest would go on for ever."""
    finished = run_case(
        tmp_path / "result",
        'geometry.mesh_size="0.3 um"',
        'protocol.0.until={time = "360 s"}',
        'protocol.1.until.time="720 s"',
        'protocol.2.until={time = "60 s"}',
        "output.times=[1080]",
        "output.states_of_charge=[]",
        "output.pictures=false",
        "solver.tolerance=1e-2",
    )
    assert finished.returncode == 0, finished.stderr
    names, rows = read_history(tmp_path / "result")
    assert rows[-1, names.index("time [s]")] == pytest.approx(1140)

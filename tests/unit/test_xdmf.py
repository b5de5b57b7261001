"""What a run writes must be readable by others, at any moment, whatever happened to the run."""

import os
import subprocess
import sys

import meshio
import numpy as np
import pytest
from lithiate.output.xdmf import XdmfSeries
from lithiate_post.xdmf import XdmfFile

POINTS = {
    "interval": np.array([[0.0, 0, 0], [1e-6, 0, 0], [2e-6, 1e-7, 0]]),
    "triangle": np.array([[0.0, 0, 0], [1e-6, 0, 0], [0, 1e-6, 0], [1e-6, 1e-6, 0]]),
    "tetrahedron": np.array([[0.0, 0, 0], [1e-6, 0, 0], [0, 1e-6, 0], [0, 0, 1e-6], [1e-6, 1e-6, 1e-6]]),
}
CELLS = {
    "interval": np.array([[0, 1], [1, 2]]),
    "triangle": np.array([[0, 1, 2], [1, 3, 2]]),
    "tetrahedron": np.array([[0, 1, 2, 3], [1, 2, 3, 4]]),
}
MESHIO_NAMES = {"interval": "line", "triangle": "triangle", "tetrahedron": "tetra"}
TIMES = (0.0, 1.0 / 3.0, 36000.123456789)


def fields(cell_type, number):
    """Fields of a step, different in every step, point and cell."""
    count, cells = len(POINTS[cell_type]), len(CELLS[cell_type])
    values = 1e-9 * (number + 1) * np.arange(1, 3 * count + 1) / 7
    points = {"displacement": values.reshape(count, 3), "stoichiometry": values[:count] * 1e8}
    return points, {"gap": values[:cells], "damage": values[-cells:]}


def write_series(path, cell_type="triangle", times=TIMES):
    series = XdmfSeries(path, POINTS[cell_type], CELLS[cell_type], cell_type)
    for number, time in enumerate(times):
        series.write(time, *fields(cell_type, number))
    return series


def assert_equal_data(found, expected):
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        np.testing.assert_array_equal(found[name], values)


@pytest.mark.parametrize("cell_type", POINTS)
def test_meshio_reads_back_points_cells_names_times_and_values(tmp_path, cell_type):
    series = write_series(tmp_path / "particle__electrolyte", cell_type)
    with meshio.xdmf.TimeSeriesReader(series.xdmf_path) as reader:
        points, cells = reader.read_points_cells()
        np.testing.assert_array_equal(points, POINTS[cell_type])
        assert [block.type for block in cells] == [MESHIO_NAMES[cell_type]]
        np.testing.assert_array_equal(cells[0].data, CELLS[cell_type])
        assert reader.num_steps == len(TIMES)
        for number, time in enumerate(TIMES):
            point_data, cell_data = fields(cell_type, number)
            found_time, found_points, found_cells = reader.read_data(number)
            assert found_time == time
            assert_equal_data(found_points, point_data)
            assert_equal_data({name: blocks[0] for name, blocks in found_cells.items()}, cell_data)


@pytest.mark.parametrize("cell_type", POINTS)
def test_the_package_reads_back_what_the_solver_wrote(tmp_path, cell_type):
    file = XdmfFile(write_series(tmp_path / "particle", cell_type).xdmf_path)
    assert tuple(file.times) == TIMES
    for number in range(len(TIMES)):
        found = file.read(number)
        point_data, cell_data = fields(cell_type, number)
        assert found.cell_type == cell_type
        np.testing.assert_array_equal(found.points, POINTS[cell_type])
        np.testing.assert_array_equal(found.cells, CELLS[cell_type])
        np.testing.assert_array_equal(found.deformed, POINTS[cell_type] + point_data["displacement"])
        assert_equal_data(found.point_data, point_data)
        assert_equal_data(found.cell_data, cell_data)


def test_every_step_carries_its_own_mesh_reference_and_all_attributes(tmp_path):
    """ParaView colours a warped shape, and pyvista opens the file at all, only in this layout."""
    text = write_series(tmp_path / "particle").xdmf_path.read_text()
    assert "include" not in text
    assert text.count('CollectionType="Temporal"') == 1
    for part in (
        'GridType="Uniform"',
        "<Topology",
        "<Geometry",
        "<Time",
        'Name="gap"',
        'AttributeType="Vector"',
    ):
        assert text.count(part) == len(TIMES), part
    assert str(tmp_path) not in text  # a moved folder must still open


def test_a_crash_between_the_two_files_leaves_the_earlier_steps(tmp_path, monkeypatch):
    series = write_series(tmp_path / "particle", times=TIMES[:2])

    def crash(source, target):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", crash)
        with pytest.raises(KeyboardInterrupt):
            series.write(TIMES[2], *fields("triangle", 0))
    with meshio.xdmf.TimeSeriesReader(series.xdmf_path) as reader:
        reader.read_points_cells()
        assert [reader.read_data(number)[0] for number in range(reader.num_steps)] == list(TIMES[:2])

    # The run may write its last good state after all.
    series.write(TIMES[2], *fields("triangle", 2))
    file = XdmfFile(series.xdmf_path)
    assert tuple(file.times) == TIMES
    assert_equal_data(file.read(2).point_data, fields("triangle", 2)[0])


def test_a_crash_inside_the_data_file_leaves_the_earlier_steps(tmp_path, monkeypatch):
    series = write_series(tmp_path / "particle", times=TIMES[:2])
    import h5py

    original = h5py.Group.__setitem__

    def crash(group, name, values):
        original(group, name, values)
        raise OSError("no space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(h5py.Group, "__setitem__", crash)
        with pytest.raises(OSError, match="no space"):
            series.write(TIMES[2], *fields("triangle", 0))
    series.write(TIMES[2], *fields("triangle", 2))
    file = XdmfFile(series.xdmf_path)
    assert tuple(file.times) == TIMES
    assert_equal_data(file.read(1).cell_data, fields("triangle", 1)[1])
    assert_equal_data(file.read(2).cell_data, fields("triangle", 2)[1])


def test_a_reader_that_holds_the_file_open_does_not_stop_the_run(tmp_path):
    """ParaView open on a run in progress holds a lock, from a process of its own."""
    series = write_series(tmp_path / "particle", times=TIMES[:1])
    hold = "import h5py, sys; file = h5py.File(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(series.h5_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as viewer:
        assert viewer.stdout.readline().strip() == b"open"
        series.write(TIMES[1], *fields("triangle", 1))
        viewer.stdin.close()
    assert tuple(XdmfFile(series.xdmf_path).times) == TIMES[:2]


def test_existing_files_are_kept_unless_overwritten(tmp_path):
    write_series(tmp_path / "particle")
    with pytest.raises(FileExistsError, match="particle.xdmf"):
        write_series(tmp_path / "particle")
    assert len(XdmfFile(tmp_path / "particle.xdmf").times) == len(TIMES)
    XdmfSeries(tmp_path / "particle", POINTS["triangle"], CELLS["triangle"], "triangle", overwrite=True)
    assert not (tmp_path / "particle.xdmf").exists()  # the old one would point into the new data


@pytest.mark.parametrize(
    ("time", "point_data", "cell_data", "complaint"),
    [
        (0.0, {"a": np.zeros(4)}, {"b": np.zeros(2)}, "does not follow"),
        (float("nan"), {"a": np.zeros(4)}, {"b": np.zeros(2)}, "does not follow"),
        (1.0, {"a": np.zeros(2)}, {"b": np.zeros(2)}, r"a has shape \(2,\)"),
        (1.0, {"a": np.zeros((4, 2))}, {"b": np.zeros(2)}, r"a has shape \(4, 2\)"),
        (1.0, {"a": np.zeros(4)}, {"b": np.zeros(4)}, r"b has shape \(4,\)"),
        (1.0, {"a": np.zeros(4)}, {}, r"differ.*\['b'\]"),
        (1.0, {"a": np.zeros(4), "c": np.zeros(4)}, {"b": np.zeros(2)}, r"differ.*\['c'\]"),
        (1.0, {"a/b": np.zeros(4)}, {"b": np.zeros(2)}, "cannot name a field"),
    ],
)
def test_a_step_that_does_not_fit_is_refused_and_leaves_no_trace(
    tmp_path, time, point_data, cell_data, complaint
):
    series = XdmfSeries(tmp_path / "particle", POINTS["triangle"], CELLS["triangle"], "triangle")
    series.write(0.0, {"a": np.zeros(4)}, {"b": np.zeros(2)})
    before = series.xdmf_path.read_bytes(), series.h5_path.read_bytes()
    with pytest.raises(ValueError, match=complaint):
        series.write(time, point_data, cell_data)
    assert (series.xdmf_path.read_bytes(), series.h5_path.read_bytes()) == before


@pytest.mark.parametrize(
    ("points", "cells", "cell_type", "complaint"),
    [
        (np.zeros((3, 2)), [[0, 1, 2]], "triangle", "points have shape"),
        (np.zeros((3, 3)), [[0, 1]], "triangle", "cells have shape"),
        (np.zeros((3, 3)), np.zeros((0, 3), int), "triangle", "cells have shape"),
        (np.zeros((3, 3)), [[0, 1, 3]], "triangle", "0 to 3 of 3"),
        (np.zeros((3, 3)), [[0.0, 1.0, 2.0]], "triangle", "integers"),
        (np.zeros((3, 3)), [[0, 1, 2]], "quad", "none of"),
    ],
)
def test_a_mesh_that_is_none_is_refused_and_nothing_written(tmp_path, points, cells, cell_type, complaint):
    with pytest.raises(ValueError, match=complaint):
        XdmfSeries(tmp_path / "particle", points, cells, cell_type)
    assert not list(tmp_path.iterdir())


def test_a_name_with_a_colon_is_refused(tmp_path):
    with pytest.raises(ValueError, match="colon"):
        XdmfSeries(tmp_path / "a:b", POINTS["triangle"], CELLS["triangle"], "triangle")


def test_the_writer_needs_no_dolfinx():
    code = "import sys, lithiate.output.xdmf; print({'dolfinx', 'petsc4py', 'mpi4py'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"

"""Reading a result folder: finished, still being written, or damaged."""

import json

import lithiate_post
import numpy as np
import pytest
from lithiate_post.tables import column, columns, read_table
from synthetic_result import ARCS, INTERFACE, RADIUS, protocol, write_result


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    return lithiate_post.open(write_result(tmp_path_factory.mktemp("result")))


def test_history_summary_case_and_names(result):
    times, charge, _ = protocol()
    np.testing.assert_array_equal(result.history["time [s]"], times)
    np.testing.assert_array_equal(result.history["state_of_charge [-]"], charge)
    assert result.finished
    assert result.summary["status"] == "completed"
    assert result.symmetry == "axisymmetric"
    assert result.step_names == ["lithiate", "rest", "delithiate"]
    assert list(result.regions) == ["electrolyte", "particle"]
    assert list(result.interfaces) == [INTERFACE]


def test_columns_are_found_by_quantity_and_place(result):
    stresses = columns(result.history, "mean_hydrostatic_stress")
    assert [(entry.place, entry.unit) for entry in stresses] == [("particle", "Pa"), ("electrolyte", "Pa")]
    assert columns(result.history, "hydrostatic_stress") == []  # part of a name is not the name
    (gap,) = columns(result.history, "mean_gap")
    assert (gap.place, gap.unit) == (INTERFACE, "m")
    np.testing.assert_array_equal(column(result.history, "voltage"), result.history["voltage [V]"])
    assert column(result.history, "no_such_quantity") is None


def test_frames_know_where_in_the_protocol_they_stand(result):
    times, charge, step = protocol()
    frames = result.region("particle").frames
    assert [frame.time for frame in frames] == list(times)
    assert [frame.state_of_charge for frame in frames] == list(charge)
    assert [frame.step for frame in frames] == [result.step_names[number] for number in step]
    assert {frame.cycle for frame in frames} == {1}
    assert frames[3].voltage == result.history["voltage [V]"][3]


def test_frames_fewer_than_rows_are_matched_by_time(tmp_path):
    """A run writes the fields of some accepted steps, the history of all."""
    folder = write_result(tmp_path)
    lines = (folder / "history.csv").read_text().splitlines()
    between = lines[1].split(",")
    between[1], between[6] = "900.0", "0.9"  # time and state of charge of a step without fields
    (folder / "history.csv").write_text("\n".join([*lines[:2], ",".join(between), *lines[2:]]) + "\n")
    frames = lithiate_post.open(folder).region("particle").frames
    assert [frame.state_of_charge for frame in frames] == list(protocol()[1])


def test_at_takes_the_nearest_state_of_charge_on_the_way_asked_for(result):
    series = result.region("particle")
    times, charge, step = protocol()
    up = np.abs(np.where(step == 0, charge, 9) - 0.5).argmin()
    down = np.abs(np.where(step == 2, charge, 9) - 0.5).argmin()
    assert series.at(state_of_charge=0.5, step="lithiate").time == times[up]
    assert series.at(state_of_charge=0.5, step="delithiate").time == times[down]
    assert series.at(time=times[7] + 1.0).time == times[7]
    with pytest.raises(lithiate_post.ResultError, match="hold_voltage"):
        series.at(state_of_charge=0.5, step="hold_voltage")
    with pytest.raises(ValueError, match="either"):
        series.at()
    with pytest.raises(ValueError, match="either"):
        series.at(time=0.0, state_of_charge=0.5)


def test_fields_of_the_interface_and_the_deformed_shape(result):
    fields = result.fields(INTERFACE, index=-1)
    assert fields.cell_type == "interval"
    assert len(fields.cells) == ARCS
    assert set(fields.cell_data) == {"gap", "contact_pressure", "contact_area_fraction", "current_density"}
    swollen = result.region("particle").at(state_of_charge=0.8)
    radius = np.linalg.norm(swollen.deformed, axis=1).max()
    assert radius == pytest.approx(RADIUS * np.cbrt(1 + 1.8 * 0.78), rel=1e-12)
    assert result.fields("particle", time=0.0).time == 0.0


@pytest.mark.parametrize("ask", ["region", "interface", "fields"])
def test_an_unknown_name_is_answered_with_the_known_ones(result, ask):
    call = {
        "region": result.region,
        "interface": result.interface,
        "fields": lambda n: result.fields(n, index=0),
    }
    with pytest.raises(lithiate_post.ResultError, match=r"'particel'; there is .*particle"):
        call[ask]("particel")
    with pytest.raises(lithiate_post.ResultError, match="step 40 of 40"):
        result.region("particle").read(40)


def test_a_run_in_progress_can_be_read(tmp_path):
    """No summary yet, the last line of the history cut off in the middle of a number."""
    folder = write_result(tmp_path, finished=False)
    text = (folder / "history.csv").read_text()
    (folder / "history.csv").write_text(text[:-4])
    result = lithiate_post.open(folder)
    assert not result.finished
    assert result.summary == {}
    assert result.symmetry == "axisymmetric"  # from the case
    np.testing.assert_array_equal(result.history["time [s]"], protocol()[0][:-1])


def test_a_step_that_is_not_in_every_file_yet_is_left_out(tmp_path):
    folder = write_result(tmp_path / "all", finished=False, steps=3)
    behind = write_result(tmp_path / "behind", finished=False, steps=2)
    for name in ("electrolyte.xdmf", "electrolyte.h5"):
        (behind / name).replace(folder / name)
    result = lithiate_post.open(folder)
    assert len(result.region("particle").frames) == 3
    assert [frame.index for frame in result.frames] == [0, 1]


def test_no_folder_and_no_result_are_told_apart(tmp_path):
    with pytest.raises(lithiate_post.ResultError, match="no such folder"):
        lithiate_post.open(tmp_path / "nowhere")
    with pytest.raises(lithiate_post.ResultError, match=r"no result here.*history\.csv"):
        lithiate_post.open(tmp_path)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "empty"),
        ("time [s],time [s]\n", "twice"),
        ("time [s],voltage [V]\n0.0\n1.0,2.0\n", "line 2 has 1 fields"),
        ("time [s],voltage [V]\n0.0,1.0\n1.0,two\n", "line 3.*two"),
    ],
)
def test_a_damaged_history_is_named_with_its_line(tmp_path, content, complaint):
    (tmp_path / "history.csv").write_text(content)
    with pytest.raises(lithiate_post.ResultError, match=f"history.csv.*{complaint}"):
        _ = lithiate_post.open(tmp_path).history


def test_an_empty_field_is_not_a_number_and_a_finished_table_needs_no_last_line_end(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("time [s],mean_gap.a|b [m]\n0.0,\n1.0,2.0")
    table = read_table(path)
    np.testing.assert_array_equal(table["mean_gap.a|b [m]"], [np.nan, 2.0])


def test_damaged_files_are_named(tmp_path):
    folder = write_result(tmp_path)
    data = (folder / "particle.h5").read_bytes()
    (folder / "particle.h5").write_bytes(data[: len(data) // 2])
    with pytest.raises(lithiate_post.ResultError, match=r"particle\.h5"):
        lithiate_post.open(folder).region("particle").read(0)
    (folder / "particle.h5").unlink()
    with pytest.raises(lithiate_post.ResultError, match=r"particle\.h5"):
        lithiate_post.open(folder).region("particle").read(0)
    (folder / "particle.xdmf").write_text("<Xdmf><Domain>")
    with pytest.raises(lithiate_post.ResultError, match=r"particle\.xdmf: not a readable"):
        lithiate_post.open(folder).region("particle")
    (folder / "particle.xdmf").write_text("<Xdmf><Domain/></Xdmf>")
    with pytest.raises(lithiate_post.ResultError, match=r"particle\.xdmf: no temporal"):
        lithiate_post.open(folder).region("particle")
    (folder / "summary.json").write_text(json.dumps({})[:1])
    with pytest.raises(lithiate_post.ResultError, match=r"summary\.json"):
        _ = lithiate_post.open(folder).summary
    (folder / "case.resolved.toml").write_text("[[")
    with pytest.raises(lithiate_post.ResultError, match=r"case\.resolved\.toml"):
        _ = lithiate_post.open(folder).case

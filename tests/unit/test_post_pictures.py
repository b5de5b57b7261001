"""The pictures show the right states, the right shapes and the right places."""

import contextlib
import io

import lithiate_post
import numpy as np
import pytest
from lithiate_post.__main__ import main
from lithiate_post.field_pictures import Row, Snapshot, colour_scale, snapshots
from lithiate_post.gap_pictures import place_along
from lithiate_post.history_pictures import step_spans
from lithiate_post.impedance_pictures import draw_nyquist
from lithiate_post.pictures import draw_all
from lithiate_post.section import Section, mirrors, section_of
from lithiate_post.states import Frame, State, choose_states
from lithiate_post.study import curves, draw_study, varied_values
from lithiate_post.xdmf import Fields
from matplotlib.colors import LogNorm
from matplotlib.image import imread
from synthetic_result import ARCS, INTERFACE, RADIUS, protocol, write_result


def frames(charges, cycles=None, steps=None):
    return [
        Frame(i, 10.0 * i, charge, 0.5, steps[i] if steps else "", cycles[i] if cycles else 1)
        for i, charge in enumerate(charges)
    ]


def chosen(*args, **kwargs):
    return [(state.frame.index, state.name) for state in choose_states(frames(*args, **kwargs))]


CYCLE_NAMES = ["start", "half lithiated", "end of lithiation", "half delithiated", "end"]


def test_one_cycle_gives_both_ends_the_turn_and_the_middle_of_each_way():
    charges = [0.0, 0.1, 0.2, 0.3, 0.41, 0.5, 0.6, 0.7, 0.8, 0.8, 0.6, 0.45, 0.2]
    assert chosen(charges) == list(zip([0, 4, 8, 11, 12], CYCLE_NAMES, strict=True))


def test_a_rest_with_round_off_does_not_become_the_end_of_lithiation():
    charges = [0.0, 0.4, 0.8, 0.8 + 1e-12, 0.8 + 2e-12, 0.4, 0.0]
    assert chosen(charges)[2] == (2, "end of lithiation")


def test_halfway_is_measured_in_charge_not_in_frames():
    """Steps are small at the start: half of the frames are at a tenth of the charge."""
    charges = [0.0, 0.01, 0.02, 0.03, 0.04, 0.05, 0.4, 0.8, 0.79, 0.78, 0.77, 0.4, 0.0]
    assert [index for index, _ in chosen(charges)] == [0, 6, 7, 11, 12]


def test_of_several_cycles_the_last_is_shown():
    charges = [0.0, 0.45, 0.9, 0.5, 0.1, 0.45, 0.8, 0.5, 0.2]
    cycles = [1, 1, 1, 1, 1, 2, 2, 2, 2]
    assert [index for index, _ in chosen(charges, cycles)][1:] == [5, 6, 7, 8]


@pytest.mark.parametrize("charges", [np.linspace(0, 1, 9), np.linspace(1, 0, 9), [0.5] * 9, [np.nan] * 9])
def test_any_other_run_is_spread_evenly(charges):
    names = ["start", "one quarter", "half-way", "three quarters", "end"]
    assert chosen(list(charges)) == list(zip([0, 2, 4, 6, 8], names, strict=True))


def test_few_frames_are_each_shown_once():
    assert chosen([]) == []
    assert chosen([0.1]) == [(0, "start")]
    assert chosen([0.1, 0.9]) == [(0, "start"), (1, "end")]
    assert chosen([0.1, 0.9, 0.1]) == [(0, "start"), (1, "end of lithiation"), (2, "end")]


def test_labels_say_step_state_of_charge_and_voltage():
    states = choose_states(frames([0.1, 0.9, 0.1], steps=["lithiate", "lithiate", "delithiate"]))
    assert [state.label for state in states] == [
        "start\nSOC 0.10, 0.500 V",
        "end of lithiation\nlithiate, SOC 0.90, 0.500 V",
        "end\ndelithiate, SOC 0.10, 0.500 V",
    ]
    unknown = choose_states([Frame(1, 0.0, np.nan, np.nan, "rest", 1)])
    assert unknown[0].label == "start\nrest"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_result(tmp_path_factory.mktemp("result"))


@pytest.fixture(scope="module")
def printed(folder):
    """What the command prints as it draws all pictures, without a screen."""
    with pytest.MonkeyPatch.context() as patched, contextlib.redirect_stdout(io.StringIO()) as out:
        patched.delenv("DISPLAY", raising=False)
        assert main([str(folder)]) == 0
    return out.getvalue().splitlines()


def test_the_command_draws_and_names_the_pictures(folder, printed):
    paths = [folder / "pictures" / name for name in ("history.png", "fields.png", "gap.png")]
    assert printed == [str(path) for path in paths]
    for path in paths:
        pixels = imread(path)[..., :3]
        assert min(pixels.shape[:2]) > 800
        assert pixels.min() < 0.1  # something was drawn
        assert pixels.max() == 1.0


def test_the_picture_of_the_fields_is_coloured(folder, printed):
    fields = imread(folder / "pictures" / "fields.png")[..., :3]
    coloured = np.ptp(fields, axis=2) > 0.2
    assert 0.1 < coloured.mean() < 0.6  # fields, not only outlines


def test_snapshots_hold_whole_bodies_in_their_deformed_shape(folder):
    shots = snapshots(lithiate_post.open(folder))
    assert [shot.state.name for shot in shots] == CYCLE_NAMES
    _, charge, _ = protocol()
    radii = RADIUS * np.cbrt(1 + 1.8 * (charge - charge[0]))
    for shot in shots:
        particle = shot.bodies["particle"]
        radius = radii[shot.state.frame.index]
        np.testing.assert_allclose(particle.points.min(axis=0), -radius)
        np.testing.assert_allclose(particle.points.max(axis=0), radius)
        assert particle.reference.max() == pytest.approx(RADIUS)
        assert len(particle.cell_data["von_mises_stress"]) == len(particle.cells) == 4 * 8 * ARCS * 2
        assert len(particle.point_data["stoichiometry"]) == len(particle.points)
    end = shots[-1].bodies
    hole = np.linalg.norm(end["electrolyte"].points, axis=1).min()
    gap = 0.9 * (radii.max() - RADIUS) - (radii[-1] - RADIUS)
    assert hole - end["particle"].points.max() == pytest.approx(gap)


def shots_of(**values):
    """One snapshot with a body per keyword, each with the values of a field "s" in its cells."""
    state = State("start", Frame(0, 0.0, 0.0, 0.5, "", 1))
    none, flat = np.zeros((0, 2)), np.zeros((0, 3), dtype=int)
    bodies = {name: Section(none, none, flat, {}, {"s": np.asarray(s)}) for name, s in values.items()}
    return [Snapshot(state, bodies)]


def test_colour_scales_are_robust_and_say_what_they_leave_out():
    values = np.append(np.linspace(-1e6, 2e6, 1000), 5e8)
    scale, beyond, note = colour_scale(Row("s", "stress", "MPa", 1e-6, "x", centred=True), shots_of(a=values))
    assert (scale.vmin, scale.vmax) == pytest.approx((-1.97, 1.97), abs=0.01)
    assert (beyond, note) == ("max", "stress -1 to 500 MPa")
    scale, beyond, note = colour_scale(Row("s", "share", "-", 1.0, "x", share=True), shots_of(a=[0.2, 0.3]))
    assert (scale.vmin, scale.vmax, beyond, note) == (0.0, 1.0, "neither", "")


def test_a_small_body_does_not_vanish_beside_a_large_one():
    small, large = np.linspace(8.0, 9.0, 10), np.zeros(10_000)
    scale, _, _ = colour_scale(Row("s", "strain", "-", 1.0, "x"), shots_of(a=large, b=small))
    assert scale.vmax == pytest.approx(9.0, abs=0.1)


def test_a_stress_that_differs_much_between_regions_is_drawn_logarithmically():
    row = Row("s", "stress", "MPa", 1e-6, "x", logarithmic=True)
    stiff, soft = np.linspace(1e8, 1e9, 100), np.linspace(1e6, 1e7, 100)
    assert isinstance(colour_scale(row, shots_of(a=stiff, b=soft))[0], LogNorm)
    assert not isinstance(colour_scale(row, shots_of(a=stiff, b=stiff / 2))[0], LogNorm)
    assert not isinstance(colour_scale(row, shots_of(a=stiff, b=0 * stiff))[0], LogNorm)
    strain = Row("s", "strain", "-", 1.0, "x")
    assert not isinstance(colour_scale(strain, shots_of(a=stiff, b=soft))[0], LogNorm)
    flat = colour_scale(row, shots_of(a=0 * stiff))[0]
    assert (flat.vmin, flat.vmax) == (0.0, 1.0)


def test_mirror_images_keep_area_and_values():
    corner = Section(
        points=np.array([[0.0, 0], [2, 0], [0, 1]]),
        reference=np.array([[0.0, 0], [1, 0], [0, 1]]),
        cells=np.array([[0, 1, 2]]),
        point_data={"c": np.array([1.0, 2, 3])},
        cell_data={"s": np.array([5.0])},
    )
    whole = corner.mirrored(True, True)
    np.testing.assert_array_equal(whole.points.min(axis=0), [-2, -1])
    np.testing.assert_array_equal(whole.points.max(axis=0), [2, 1])
    np.testing.assert_array_equal(whole.point_data["c"], [1, 2, 3] * 4)
    np.testing.assert_array_equal(whole.cell_data["s"], [5] * 4)
    for cell, sign in zip(whole.cells, ([1, 1], [-1, 1], [1, -1], [-1, -1]), strict=True):
        np.testing.assert_array_equal(whole.points[cell], corner.points * sign)
    half = corner.mirrored(True, False)
    assert half.points.min(axis=0).tolist() == [-2, 0]


def test_which_models_are_mirrored():
    assert mirrors("axisymmetric", "particle") == mirrors("3d", "particle") == (True, True)
    assert mirrors("axisymmetric", "film") == (True, False)
    assert mirrors("plane_strain", "film") == (False, False)


def test_the_outline_leaves_planes_of_symmetry_out(folder):
    result = lithiate_post.open(folder)
    particle = section_of(result.region("particle").read(20), result.symmetry)
    edges = particle.reference[particle.outline()]
    assert len(edges) == ARCS  # the arc alone
    np.testing.assert_allclose(np.linalg.norm(edges, axis=2), RADIUS)


def octant():
    """A unit cube in six tetrahedra, displaced along x; and its face x = 1 as an interface."""
    points = np.array([[x, y, z] for x in (0.0, 1) for y in (0.0, 1) for z in (0.0, 1)])
    paths = [(4, 2, 1), (4, 1, 2), (2, 4, 1), (2, 1, 4), (1, 4, 2), (1, 2, 4)]
    cells = np.array([[0, a, a + b, 7] for a, b, _ in paths])
    displacement = np.column_stack([points[:, 0] * 0.5, 0 * points[:, 0], 0 * points[:, 0]])
    data = {"displacement": displacement, "height": points[:, 2]}
    cube = Fields(0.0, points, cells, "tetrahedron", data, {"number": np.arange(6.0)})
    face = np.array([[4, 5, 7], [4, 7, 6]])
    return cube, Fields(0.0, points, face, "triangle", data, {"number": np.array([10.0, 20.0])})


def test_a_3d_model_is_drawn_on_its_face_y_0():
    cube, face = octant()
    section = section_of(cube, "3d")
    assert section.points.max(axis=0).tolist() == [1.5, 1.0]  # x displaced, z not
    assert section.reference.max(axis=0).tolist() == [1.0, 1.0]
    corners = section.reference[section.cells]
    sides = corners[:, 1:] - corners[:, :1]
    area = np.abs(sides[:, 0, 0] * sides[:, 1, 1] - sides[:, 0, 1] * sides[:, 1, 0]).sum() / 2
    assert area == pytest.approx(1.0)
    np.testing.assert_array_equal(section.point_data["height"], section.reference[:, 1])
    on_face = (cube.points[cube.cells][:, :, 1] == 0).sum(axis=1) == 3
    np.testing.assert_array_equal(section.cell_data["number"], np.flatnonzero(on_face))

    line = section_of(face, "3d")
    assert line.cells.shape == (1, 2)
    np.testing.assert_array_equal(line.cell_data["number"], [10.0])
    assert sorted(line.reference[line.cells[0]].tolist()) == [[1.0, 0.0], [1.0, 1.0]]


def test_a_3d_model_away_from_the_plane_is_refused():
    cube, _ = octant()
    away = Fields(0.0, cube.points + [0, 1, 0], cube.cells, "tetrahedron", cube.point_data, cube.cell_data)
    with pytest.raises(lithiate_post.ResultError, match="y = 0"):
        section_of(away, "3d")


def test_places_on_a_circle_are_angles_from_the_axis_of_pressure(folder):
    result = lithiate_post.open(folder)
    interface = section_of(result.interface(INTERFACE).read(-1), result.symmetry)
    place = place_along(interface, result.symmetry)
    assert place.label == "angle from the z axis [°]"
    np.testing.assert_allclose(np.sort(place.values), 90 * (np.arange(ARCS) + 0.5) / ARCS)
    at_pole = interface.reference[interface.cells[np.argmin(place.values)]]
    assert at_pole[:, 1].max() == pytest.approx(RADIUS)
    # The made-up gap is smallest at the pole.
    assert np.argmin(interface.cell_data["gap"]) == np.argmin(place.values)


def test_places_on_any_other_curve_are_arc_lengths():
    points = np.array([[0.0, 1e-6], [3e-6, 1e-6], [1e-6, 1e-6]])
    interface = Section(points, points, np.array([[1, 2], [0, 2]]), {}, {})
    place = place_along(interface, "plane_strain")
    assert place.label == "arc length [µm]"
    np.testing.assert_allclose(place.values, [2.0, 0.5])


def test_protocol_steps_span_from_the_end_of_the_one_before():
    table = {"time [s]": np.arange(6.0), "protocol_step [-]": np.array([0, 0, 1, 2, 2, 2.0])}
    names = ["lithiate", "rest", "delithiate"]
    assert step_spans(table, names) == [(0, 1, "lithiate"), (1, 2, "rest"), (2, 5, "delithiate")]


def test_a_run_just_begun_can_be_drawn(tmp_path):
    drawn = draw_all(write_result(tmp_path, finished=False, steps=1))
    assert [path.name for path in drawn if path.stat().st_size > 10_000] == [
        "history.png",
        "fields.png",
        "gap.png",
    ]


def test_the_command_says_what_is_wrong(tmp_path, capsys):
    assert main([str(tmp_path)]) == 2
    streams = capsys.readouterr()
    assert streams.out == ""
    assert "no result here" in streams.err


STUDY = """\
stack_pressure.pressure [Pa],delithiation_capacity [mAh/cm2],mean_gap.a|b [m],contact_area_fraction.a|b [-]
1e6,0.1,3e-8,0.2
50e6,0.1,1e-8,0.5
5e6,,,
"""


def test_a_study_is_drawn_a_failed_run_left_out(tmp_path, capsys):
    (tmp_path / "study.csv").write_text(STUDY)
    assert main([str(tmp_path)]) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "study.png")
    assert min(imread(tmp_path / "study.png").shape[:2]) > 500


STUDY_AT_CHARGE = """\
stack_pressure.pressure [Pa],mean_gap.a|b at state_of_charge=0.65 [m],mean_gap.a|b [m],\
contact_area_fraction.a|b [-],contact_area_fraction.a|b at state_of_charge=0.65 [-],\
contact_area_fraction.a|b at state_of_charge=0.3 [-],voltage at state_of_charge=0.65 [V]
1e6,4e-8,5e-8,0,0.01,,0.5
50e6,1e-9,1e-7,5e-3,0.66,,0.5
5e6,3e-8,6e-8,1e-9,0.05,,0.5
"""


def test_the_values_at_a_state_of_charge_are_drawn_beside_those_at_the_end(tmp_path, monkeypatch):
    figures = []
    monkeypatch.setattr("lithiate_post.study.save", lambda figure, path: figures.append(figure) or path)
    (tmp_path / "study.csv").write_text(STUDY_AT_CHARGE)
    draw_study(tmp_path)
    gap, contact = figures[0].axes
    assert [axes.get_title(loc="left")[5:] for axes in (gap, contact)] == [
        "mean gap [nm]",
        "contact-area fraction [-]",
    ]
    for axes in (gap, contact):
        texts = [text.get_text() for text in axes.get_legend().get_texts()]
        assert texts == ["at the end", "at state of charge 0.65"]
        # What lies on the axis is not cut in half.
        assert not any(line.get_clip_on() for line in axes.lines)
    np.testing.assert_allclose([line.get_ydata() for line in gap.lines], [[50, 60, 100], [40, 30, 1]])
    np.testing.assert_allclose(
        [line.get_ydata() for line in contact.lines], [[0, 1e-9, 5e-3], [0.01, 0.05, 0.66]]
    )
    assert contact.get_ylim()[0] == 0
    assert 0.66 < contact.get_ylim()[1] < 0.8


STUDY_OF_TWO_KEYS = """\
stack_pressure.pressure [Pa],physics.stress_in_overpotential,mean_gap.a|b [m]
5e6,true,4e-8
5e6,false,3e-8
1e6,true,6e-8
1e6,false,5e-8
"""


def test_runs_that_differ_in_a_second_key_lie_on_curves_of_their_own(tmp_path, monkeypatch):
    figures = []
    monkeypatch.setattr("lithiate_post.study.save", lambda figure, path: figures.append(figure) or path)
    (tmp_path / "study.csv").write_text(STUDY_OF_TWO_KEYS)
    draw_study(tmp_path)
    (gap,) = figures[0].axes
    assert [text.get_text() for text in gap.get_legend().get_texts()] == [
        "at the end, stress in overpotential true",
        "at the end, stress in overpotential false",
    ]
    np.testing.assert_allclose([line.get_ydata() for line in gap.lines], [[60, 40], [50, 30]])
    assert len({line.get_linestyle() for line in gap.lines}) == 2


def test_the_end_is_named_where_it_is_drawn_alone(tmp_path, monkeypatch):
    figures = []
    monkeypatch.setattr("lithiate_post.study.save", lambda figure, path: figures.append(figure) or path)
    (tmp_path / "study.csv").write_text(STUDY)
    draw_study(tmp_path)
    labels = [[text.get_text() for text in axes.get_legend().get_texts()] for axes in figures[0].axes]
    assert labels == [["delithiation capacity"], ["at the end"], ["at the end"]]


def test_curves_of_several_interfaces_are_told_apart():
    names = ["mean_gap.a|b [m]", "mean_gap.c|d [m]", "mean_gap.c|d at state_of_charge=0.5 [m]"]
    found = curves({name: np.array([1.0]) for name in names}, ("mean_gap",))
    assert [curve.label for curve in found] == [
        "a|b, at the end",
        "c|d, at the end",
        "c|d, at state of charge 0.5",
    ]


@pytest.mark.parametrize(
    ("header", "fields", "label", "values", "logarithmic"),
    [
        ("stack_pressure.pressure [Pa]", ["1e6", "50e6"], "stack pressure [MPa]", [1, 50], True),
        ("stack_pressure.pressure [Pa]", ["5e6", "20e6"], "stack pressure [MPa]", [5, 20], False),
        ("stack_pressure.pressure [Pa]", ["0", "20e6"], "stack pressure [MPa]", [0, 20], False),
        ("initial.stoichiometry [-]", ["0.1", "0.2"], "stoichiometry [-]", [0.1, 0.2], False),
        ("regions.electrolyte.material", ["LBHI", "Li6PS5Cl"], "material", [0, 1], False),
    ],
)
def test_the_varied_value_has_a_name_a_unit_and_an_axis(header, fields, label, values, logarithmic):
    varied = varied_values(header, fields)
    assert varied.label == label
    np.testing.assert_allclose(varied.values, values)
    assert varied.logarithmic is logarithmic
    assert varied.words == ([] if label != "material" else fields)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [("a [Pa],b [m]\n", "no run"), ("a [Pa],b [m]\n1,2\n", "no column"), ("a [Pa],b [m]\n1\n", "line 2")],
)
def test_a_study_that_cannot_be_drawn_is_refused(tmp_path, content, complaint):
    (tmp_path / "study.csv").write_text(content)
    with pytest.raises(lithiate_post.ResultError, match=complaint):
        draw_study(tmp_path)


def test_an_impedance_is_drawn_and_another_table_refused(tmp_path):
    table = tmp_path / "impedance.csv"
    angular = 10.0 ** np.arange(-3.0, 4.0)
    arc = 1 / (1 / 40 + 1j * angular / 100)
    lines = [f"{f:g},{z.real:g},{z.imag:g}" for f, z in zip(angular, arc, strict=True)]
    head = "frequency [Hz],real [ohm cm2],imaginary [ohm cm2]"
    table.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    picture = imread(draw_nyquist(table, tmp_path / "nyquist.png"))
    assert picture[..., :3].min() < 0.2

    for text, part in (
        ("time [s]\n1\n", "allowed: frequency"),
        (f"{head}\n1,a,2\n", "not a table of numbers"),
    ):
        table.write_text(text, encoding="utf-8")
        with pytest.raises(lithiate_post.ResultError, match=part):
            draw_nyquist(table, tmp_path / "nyquist.png")

"""The panels of pictures: what is drawn against what, how much of a body, and nothing over another."""

import lithiate_post
import numpy as np
import pytest
from lithiate_post.field_pictures import draw_fields
from lithiate_post.history_pictures import draw_history
from synthetic_result import write_result


def drawn_figure(module, monkeypatch, draw, folder):
    """What a function draws of a result, laid out but not written."""
    figures = []
    monkeypatch.setattr(f"lithiate_post.{module}.save", lambda figure, path: figures.append(figure) or path)
    draw(lithiate_post.open(folder), folder / "unused.png")
    figures[0].draw_without_rendering()
    return figures[0]


def test_titles_of_narrow_panels_do_not_run_over_the_colour_bars(tmp_path, monkeypatch):
    narrow = (np.array([-0.2, -1.0]), np.array([0.2, 1.0])), ""
    monkeypatch.setattr("lithiate_post.field_pictures._window", lambda states, contact_width: narrow)
    figure = drawn_figure("field_pictures", monkeypatch, draw_fields, write_result(tmp_path))
    titles = [axes.title.get_window_extent() for axes in figure.axes if axes.get_title()]
    bars = [axes.get_window_extent() for axes in figure.axes if axes.yaxis.get_label_position() == "right"]
    assert len(titles) == 5 and len(bars) == 4
    assert max(title.x1 for title in titles) < min(bar.x0 for bar in bars)
    assert min(title.x0 for title in titles) > 0.0


def test_of_a_body_with_a_contact_what_is_near_it_is_shown(tmp_path, monkeypatch):
    folder = write_result(tmp_path)
    text = (folder / "case.resolved.toml").read_text()
    (folder / "case.resolved.toml").write_text(
        text.replace("particle_radius", "contact_width = 2e-7\nradius")
    )
    figure = drawn_figure("field_pictures", monkeypatch, draw_fields, folder)
    (panel,) = [axes for axes in figure.axes if axes.get_title().startswith("start")]
    assert panel.get_xlim() == pytest.approx((-0.3, 0.3))
    assert panel.get_ylim() == pytest.approx((-0.3, 0.3))
    assert "cut off away from the contact" in figure.get_supxlabel()
    # Colours are those of the particle's middle: the electrolyte has no part in them.
    (stress,) = [axes for axes in figure.axes if axes.get_ylabel().startswith("von Mises")]
    whole = drawn_figure("field_pictures", monkeypatch, draw_fields, write_result(tmp_path / "whole"))
    (other,) = [axes for axes in whole.axes if axes.get_ylabel().startswith("von Mises")]
    assert stress.get_ylim() != other.get_ylim()


def history_panels(tmp_path, monkeypatch, case, **table):
    """Panels of a made-up history by their title without the letter; '__' stands for a dot."""
    units = {"time": "s", "force": "N", "depth": "m", "contact_radius": "m", "voltage": "V",
             "areal_capacity": "mAh/cm2", "interface_resistance__a|b": "ohm cm2"}  # fmt: skip
    lines = [",".join(f"{name.replace('__', '.')} [{units.get(name, 'm')}]" for name in table)]
    lines += [",".join(map(repr, row)) for row in zip(*table.values(), strict=True)]
    (tmp_path / "history.csv").write_text("\n".join(lines) + "\n")
    (tmp_path / "case.resolved.toml").write_text(case)
    figure = drawn_figure("history_pictures", monkeypatch, draw_history, tmp_path)
    return {axes.get_title(loc="left")[5:]: axes for axes in figure.axes if axes.lines}


def test_of_an_indentation_the_force_is_drawn_against_the_depth(tmp_path, monkeypatch):
    table = {"time": [0.0, 1.0, 2.0], "force": [0.0, 5e-4, 0.0], "depth": [0.0, 2e-7, 1e-7]}
    panels = history_panels(tmp_path, monkeypatch, "", **table, contact_radius=[0.0, 3e-7, 0.0])
    assert list(panels) == ["force [µN]", "contact radius [nm]"]
    for axes in panels.values():
        assert axes.get_xlabel() == "depth [nm]"
        np.testing.assert_allclose(axes.lines[0].get_xdata(), [0, 200, 100])
        assert axes.get_xlim() == pytest.approx((0, 206))
    np.testing.assert_allclose(panels["force [µN]"].lines[0].get_ydata(), [0, 500, 0])
    np.testing.assert_allclose(panels["contact radius [nm]"].lines[0].get_ydata(), [0, 300, 0])


@pytest.mark.parametrize(
    ("family", "heights", "shown"),
    [
        ("film", [4e-8, 9e-8], True),
        ("film", [0.0, 1e-17], False),
        ("particle", [1e-6, 1.2e-6], False),
    ],
)
def test_the_height_of_a_wavy_face_is_drawn(tmp_path, monkeypatch, family, heights, shown):
    table = {"time": [0.0, 1.0], "voltage": [0.5, 0.1], "areal_capacity": [0.0, 0.1]}
    case = f'[geometry]\nfamily = "{family}"\n'
    panels = history_panels(tmp_path, monkeypatch, case, **table, **{"peak_to_valley_height__a|b": heights})
    assert ("peak to valley [nm]" in panels) is shown


@pytest.mark.parametrize(("largest", "scale"), [(150.0, "linear"), (900.0, "log")])
def test_only_what_spans_decades_is_drawn_logarithmically(tmp_path, monkeypatch, largest, scale):
    table = {"time": [0.0, 1.0], "voltage": [0.5, 0.1], "areal_capacity": [0.0, 0.1]}
    panels = history_panels(
        tmp_path, monkeypatch, "", **table, **{"interface_resistance__a|b": [50.0, largest]}
    )
    assert panels["interface resistance [Ω cm²]"].get_yscale() == scale

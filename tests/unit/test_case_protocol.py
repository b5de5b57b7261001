# SPDX-License-Identifier: LGPL-3.0-or-later
"""Protocols and stack pressure in a case file: what they hold, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from case_files import write_case
from lithiate.case import load_case
from lithiate.case.report import report_lines
from lithiate.errors import InputError
from lithiate.materials.open_circuit import evaluate

HOLD = '{step="hold_voltage", voltage="10 mV", until={current="C/50", time="2 h"}}'


def refusal(path: Path, *settings: str) -> str:
    with pytest.raises(InputError) as caught:
        load_case(path, settings)
    return str(caught.value)


def test_a_hold_is_kept_and_reported(tmp_path: Path) -> None:
    case = load_case(write_case(tmp_path), [f"protocol.1={HOLD}"])
    again = load_case(write_case(tmp_path, case.to_toml(), "again.toml"))
    assert again == case
    step = again.protocol[1]
    assert step.step == "hold_voltage"
    assert (step.voltage, step.until.time) == (pytest.approx(0.01), 7200.0)
    assert (step.until.rate, step.until.current_density) == (0.02, None)
    assert "hold at 0.01 V until C/50 or 2 h" in "\n".join(report_lines(case))


@pytest.mark.parametrize(("given", "density"), [("0.1 mA/cm^2", 1.0), ("0.5", 0.5)])
def test_the_current_that_ends_a_hold_may_be_a_density(tmp_path: Path, given: str, density: float) -> None:
    sets = [f"protocol.1={HOLD}", f"protocol.1.until.current={given}"]
    step = load_case(write_case(tmp_path), sets).protocol[1]
    assert step.step == "hold_voltage"
    assert (step.until.rate, step.until.current_density) == (None, pytest.approx(density))


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("protocol.1.until={}", ["protocol.1.until.current", "current and time"]),
        ("protocol.1.until={capacity=1.0}", ["protocol.1.until.current", "may stop short"]),
        ("protocol.1.until.current=0", ["protocol.1.until.current", "found 0", 'such as "C/50"']),
        ("protocol.1.until.current=C/0", ["protocol.1.until.current", '"C/0"']),
        ("protocol.1.until.current=5 MPa", ["protocol.1.until.current", '"5 MPa"', "current density"]),
        ("protocol.1.until.voltage=0.1", ["protocol.1.until.voltage", "unknown key", "current"]),
        ("protocol.1.rate=C/10", ["protocol.1.rate", "unknown key", "voltage"]),
        ("protocol.1.voltage=5 A", ["protocol.1.voltage", "no voltage"]),
        ("protocol.1.step=hold_volt", ["protocol.1.step", "did you mean hold_voltage?"]),
    ],
)
def test_what_no_hold_can_be_is_refused(tmp_path: Path, setting: str, words: list[str]) -> None:
    message = refusal(write_case(tmp_path), f"protocol.1={HOLD}", setting)
    assert len(message.splitlines()) == 1
    for word in words:
        assert word in message


CYCLES = (
    'protocol.1={step="repeat", times=3, steps=[{step="lithiate", rate="C/5", until={voltage=0.01}}, '
    '{step="repeat", times=2, steps=[{step="rest", until={time=60}}]}, '
    '{step="delithiate", rate="C/5", until={voltage=1.0}}]}'
)


def test_repeats_are_unrolled_in_order(tmp_path: Path) -> None:
    case = load_case(write_case(tmp_path), [CYCLES])
    kinds = [step.step for step in case.steps]
    assert kinds == ["lithiate", *(["lithiate", "rest", "rest", "delithiate"] * 3), "delithiate"]
    assert load_case(write_case(tmp_path, case.to_toml(), "again.toml")) == case
    lines = [line.strip() for line in report_lines(case)]
    start = next(number for number, line in enumerate(lines) if "steps 1 to 12, 3 times over:" in line)
    assert lines[start + 1].startswith("1  lithiate at C/5")
    assert lines[start + 2] == "2  steps 2 to 3, 2 times over:"
    assert lines[start + 4].startswith("4  delithiate")
    assert lines[start + 5].startswith("13  delithiate")


def test_a_step_of_a_repeat_can_be_set(tmp_path: Path) -> None:
    case = load_case(write_case(tmp_path), [CYCLES, "protocol.1.steps.0.rate=C/20", "protocol.1.times=100"])
    assert len(case.steps) == 402
    assert {step.rate for step in case.steps if step.step == "lithiate"} == {0.1, 0.05}


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("protocol.1.times=0", ["protocol.1.times", "found 0", "at least 1"]),
        ("protocol.1.times=2.5", ["protocol.1.times", "found 2.5", "whole number"]),
        ("protocol.1.steps=[]", ["protocol.1.steps", "at least one entry"]),
        ("protocol.1.steps.0.rate=C/0", ["protocol.1.steps.0.rate", '"C/0"']),
        ("protocol.1.steps.1.steps.0.until={}", ["protocol.1.steps.1.steps.0.until.time", "missing"]),
        ("protocol.1.steps.2.step=delith", ["protocol.1.steps.2.step", "did you mean delithiate?"]),
        ("protocol.1.cycles=2", ["protocol.1.cycles", "unknown key", "times"]),
    ],
)
def test_what_no_repeat_can_be_is_refused(tmp_path: Path, setting: str, words: list[str]) -> None:
    message = refusal(write_case(tmp_path), CYCLES, setting)
    assert len(message.splitlines()) == 1
    for word in words:
        assert word in message


def test_the_first_state_of_charge_is_checked_inside_a_repeat(tmp_path: Path) -> None:
    repeat = '{step="repeat", times=2, steps=[{step="lithiate", rate=1, until={state_of_charge=0.01}}]}'
    message = refusal(write_case(tmp_path), f"protocol=[{repeat}]")
    assert "protocol.0.steps.0.until.state_of_charge: found 0.01; allowed: above" in message


TABLE = 'stack_pressure={mode="table", times=[0, "1 h", "2 h"], pressures=["5 MPa", "50 MPa", 1e6]}'
SPRING = 'stack_pressure={mode="spring", pressure="5 MPa", stiffness="1 GPa/um"}'
PRESSURE = 'protocol.1={step="pressure", pressure="1 MPa", until={time="10 min"}}'


def test_what_the_platen_does_is_kept_and_reported(tmp_path: Path) -> None:
    for setting, words in (
        (TABLE, "5 MPa (table, to 1 MPa in 2 h)"),
        (SPRING, "5 MPa (spring, 1 GPa/um)"),
        ("stack_pressure.fabrication_pressure=400 MPa", "5 MPa (constant, after 400 MPa in fabrication)"),
        (PRESSURE, "pressure to 1 MPa within 10 min"),
    ):
        case = load_case(write_case(tmp_path), [setting])
        assert load_case(write_case(tmp_path, case.to_toml(), "again.toml")) == case
        assert words in "\n".join(report_lines(case)), setting


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (("stack_pressure.mode=sprng",), ["stack_pressure.mode", "did you mean spring?"]),
        (("stack_pressure.mode=spring",), ["stack_pressure.stiffness", "missing"]),
        (("stack_pressure.stiffness=1 GPa/um",), ["stack_pressure.stiffness", 'only with "spring"']),
        ((SPRING, "stack_pressure.stiffness=1 GPa"), ["stack_pressure.stiffness", "no stiffness"]),
        (("stack_pressure.mode=table",), ["stack_pressure.times", "missing"]),
        ((TABLE, "stack_pressure.times=[0, 1]"), ["stack_pressure.pressures", "found 3", "times has, 2"]),
        ((TABLE, "stack_pressure.times=[0, 2, 2]"), ["stack_pressure.times", "rise from 0"]),
        ((TABLE, "stack_pressure.times=[1, 2, 3]"), ["stack_pressure.times", "rise from 0"]),
        ((TABLE, "stack_pressure.pressure=1 MPa"), ["stack_pressure.pressure", "first, 5e+06 Pa"]),
        ((TABLE, "stack_pressure.pressures.1=5 um"), ["stack_pressure.pressures.1", "no pressure"]),
        (
            ("stack_pressure.fabrication_pressure=1 MPa",),
            ["stack_pressure.fabrication_pressure", "at least pressure = 5e+06"],
        ),
        ((PRESSURE, SPRING), ["protocol.1.step", 'only with "constant"']),
        ((PRESSURE, "protocol.1.until={}"), ["protocol.1.until.time", "missing"]),
        ((PRESSURE, "protocol.1.pressure=-1"), ["protocol.1.pressure", ">= 0 Pa"]),
    ],
)
def test_what_no_platen_can_do_is_refused(
    tmp_path: Path, settings: tuple[str, ...], words: list[str]
) -> None:
    message = refusal(write_case(tmp_path), *settings)
    assert len(message.splitlines()) == 1, message
    for word in words:
        assert word in message


def test_a_cell_may_start_from_a_voltage(tmp_path: Path) -> None:
    """c_0 is where the curve has it, and what counts per volume as built follows from that c_0."""
    case = load_case(write_case(tmp_path), ["initial.potential=0.3 V"])
    assert load_case(write_case(tmp_path, case.to_toml(), "again.toml")) == case
    card = case.card("particle")
    table = card.open_circuit_potential
    assert table is not None
    for start in case.starts.values():
        found = evaluate(table.stoichiometry, table.potential, case.physics.temperature, start)
        assert float(found) == pytest.approx(0.3, abs=1e-12)
    start = case.starts["particle"]
    assert card.maximum_concentration is not None
    expected = card.maximum_concentration / (1 + float(card.growth_at(start)))
    assert case.concentration_as_built("particle") == pytest.approx(expected, rel=1e-12)
    assert f"at 0.3 V, that is stoichiometry {start:.4g} in particle" in "\n".join(report_lines(case))
    # Set from outside, one start takes the place of the other.
    again = load_case(tmp_path / "again.toml", ["initial.stoichiometry=0.2"])
    assert (again.initial.potential, again.starts["particle"]) == (None, 0.2)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (("initial={potential=0.3, stoichiometry=0.1}",), ["initial.potential", "one of them"]),
        (
            ("initial.potential=3 V",),
            ["initial.potential", "3 V", "region particle", "inside its range"],
        ),
        (("initial.potential=5 A",), ["initial.potential", "no voltage"]),
        (
            ("initial.potential=0.3", "protocol.0.until.state_of_charge=0.01"),
            ["protocol.0.until.state_of_charge", "above the state of charge at initial.potential"],
        ),
    ],
)
def test_what_no_start_can_be_is_refused(tmp_path: Path, settings: tuple[str, ...], words: list[str]) -> None:
    message = refusal(write_case(tmp_path), *settings)
    assert len(message.splitlines()) == 1, message
    for word in words:
        assert word in message

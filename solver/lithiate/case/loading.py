"""From a case file to a validated :class:`Case`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from lithiate_meshes import Geometry
from lithiate_meshes.errors import InputError
from lithiate_meshes.families import GeometrySection
from pydantic import TypeAdapter, ValidationError

from lithiate.case.case import Case
from lithiate.case.checks import cross_findings, warnings_of
from lithiate.case.findings import Finding, findings_from, nearest
from lithiate.case.load import PROBLEMS
from lithiate.case.mesh_size import fill_mesh_size
from lithiate.case.overrides import Override, apply, from_any, from_mapping
from lithiate.case.reading_file import read_toml
from lithiate.case.region import with_library_values
from lithiate.case.toml_text import dotted
from lithiate.materials.card import MaterialCard
from lithiate.materials.reading import card_names, unknown_material

_RESOLVED_NAME = "case.resolved.toml"


def load_case(
    path: str | Path,
    overrides: Mapping[str, Any] | Iterable[str] = (),
    *,
    quick: bool = False,
    **keywords: Any,
) -> Case:
    """Read, change and validate a case file.

    Args:
        path: the case file.
        overrides: values to set: a table of dotted keys, or ``KEY=VALUE`` strings.
        quick: first set what the file's ``[quick]`` table says.
        **keywords: further values to set, by top-level key; tables are laid over those of the file, as in
            ``load_case(path, stack_pressure={"pressure": "20 MPa"})``.

    Raises:
        InputError: with one line for each finding, naming file, key, what was found and what is allowed.
    """
    file = Path(path)
    raw = read_toml(file)
    if "vary" in raw and "geometry" not in raw:
        raise InputError(
            f"{file}: found a study file; allowed: a case file here, or `lithiate study` for this one"
        )
    try:
        case, findings, sets = _changed_and_validated(raw, overrides, keywords, quick, file.parent)
    except InputError as error:
        raise InputError(f"{file}: {error.message}") from None
    if findings or case is None:
        raise InputError("\n".join(f"{file}: {_with_origin(finding, sets)}" for finding in findings))
    _remember(case, file)
    return case


def case_name(path: Path) -> str:
    """What results of a case file are named after: the folder of a ``case.toml``, else the file's stem."""
    if path.name in ("case.toml", _RESOLVED_NAME):
        return path.resolve().parent.name or "case"
    return path.stem


def _remember(case: Case, file: Path) -> None:
    case._path = file
    case._name = case_name(file)
    case._warnings = warnings_of(case)


def _changed_and_validated(
    raw: dict[str, Any],
    overrides: Mapping[str, Any] | Iterable[str],
    keywords: Mapping[str, Any],
    quick: bool,
    folder: Path,
) -> tuple[Case | None, list[Finding], list[Override]]:
    """The case with what is wrong, and the overrides that may be to blame."""
    origin = "load_case" if isinstance(overrides, Mapping) else "--set"
    sets = [*from_any(overrides, origin), *from_mapping(keywords, "load_case")]
    for override in sets:
        if override.path[0] == "quick":
            raise InputError(
                f"{override.origin} {dotted(override.path)}: allowed: keys outside the [quick] table"
            )
    table = raw.get("quick", {})
    quick_sets = from_mapping(table, "[quick]") if isinstance(table, dict) else []
    if quick:
        sets = [*quick_sets, *sets]
    case, findings = _validate(raw, sets, folder)
    if not findings and not quick and quick_sets and not _validate(raw, [], folder)[1]:
        # A misspelled key in [quick] should not wait for the day somebody uses it. It belongs to the file as
        # it is: values set from outside need not fit it, and may be what makes the file valid.
        findings, sets = _validate(raw, quick_sets, folder)[1], quick_sets
    return case, findings, sets


def _validate(
    raw: dict[str, Any], overrides: Sequence[Override], folder: Path
) -> tuple[Case | None, list[Finding]]:
    """The case, or everything that is wrong with it."""
    # Which materials there are decides which values the other overrides find to change.
    first = [override for override in overrides if _chooses_material(override)]
    later = [override for override in overrides if not _chooses_material(override)]
    table = apply(raw, first)
    findings = _fill_regions(table)
    table = apply(table, later)
    _replace_load(table, later)
    _replace_start(table, later)
    _locate_files(table, folder)
    fill_mesh_size(table)
    names = _remove_unknown_names(table)
    findings += names
    _fill_initial(table)
    # An unknown material and an unknown region are told once, not again as whatever follows from them.
    told = {finding.path for finding in findings}
    try:
        case = Case.model_validate(table)
    except ValidationError as error:
        findings += [finding for finding in findings_from(error, Case) if finding.path not in told]
        return None, findings
    if findings:
        return None, findings
    findings = _card_findings(case) or cross_findings(case)
    return (None if findings else case), findings


def _locate_files(table: dict[str, Any], folder: Path) -> None:
    """A path in the geometry is relative to the case file: families do not know where that lies."""
    geometry = table.get("geometry")
    if isinstance(geometry, dict) and isinstance(geometry.get("path"), str) and geometry["path"]:
        table["geometry"] = {**geometry, "path": str(folder.absolute() / geometry["path"])}


def _replace_load(table: dict[str, Any], overrides: Sequence[Override]) -> None:
    """A load set from outside takes the place of the file's, where only one of them can act."""
    load = table.get("load")
    chosen = {override.path[1] for override in overrides if override.path[0] == "load" and override.path[1:]}
    for group in {problem.one_of for problem in PROBLEMS.values()}:
        ours = chosen & set(group)
        if isinstance(load, dict) and len(ours) == 1:
            table["load"] = load = {key: load[key] for key in load if key not in group or key in ours}


def _replace_start(table: dict[str, Any], overrides: Sequence[Override]) -> None:
    """A start set from outside takes the place of the file's, where only one of them can be."""
    initial, pair = table.get("initial"), ("stoichiometry", "potential")
    chosen = [
        override.path[1] for override in overrides if override.path[0] == "initial" and override.path[1:]
    ]
    ours = [key for key in pair if key in chosen]
    if isinstance(initial, dict) and len(ours) == 1:
        table["initial"] = {key: initial[key] for key in initial if key not in pair or key in ours}


def _chooses_material(override: Override) -> bool:
    path = override.path
    return path[0] == "regions" and (len(path) <= 2 or (len(path) == 3 and path[2] == "material"))


def _fill_regions(table: dict[str, Any]) -> list[Finding]:
    """Fill in the library's values of every region whose material is known; tell those that are not."""
    findings: list[Finding] = []
    regions = table.get("regions")
    if not isinstance(regions, dict):
        return findings
    for name, region in regions.items():
        material = region.get("material") if isinstance(region, dict) else None
        if not isinstance(material, str):
            continue
        if material in card_names():
            regions[name] = with_library_values(region)
        else:
            findings.append(Finding(("regions", name, "material"), unknown_material(material)))
    return findings


def _remove_unknown_names(table: dict[str, Any]) -> list[Finding]:
    """Tell regions and interfaces that the geometry lacks or that the case lacks, and take the former out."""
    try:
        geometry: Geometry = TypeAdapter(GeometrySection).validate_python(table.get("geometry"))
    except ValidationError:
        return []  # told when the whole case is validated
    findings = _remove_meshed_obstacle(table, geometry)
    for section, known in (("regions", geometry.regions), ("interfaces", geometry.interfaces)):
        kind = section.removesuffix("s")
        given = table.get(section, None if section == "regions" else {})
        if not isinstance(given, dict):
            continue  # told when the whole case is validated
        unknown = [name for name in given if name not in known]
        for name in unknown:
            del given[name]
            allowed = ", ".join(f'"{item}"' for item in known) or "none"
            findings.append(
                Finding((section, name), f"unknown {kind}; allowed: {allowed}{_nearest_name(name, known)}")
            )
        near = {_nearest_name(name, known) for name in unknown}
        findings.extend(
            Finding((section, name), f"missing; the geometry has this {kind}")
            for name in known
            if name not in given and f"; did you mean {name}?" not in near
        )
    return findings


def _remove_meshed_obstacle(table: dict[str, Any], geometry: Geometry) -> list[Finding]:
    """Tell once that a rigid obstacle is no region, and take out what only a meshed one has."""
    if getattr(geometry, "obstacle", None) != "rigid":
        return []
    found = []
    for section, name in (("regions", "obstacle"), ("interfaces", "body|obstacle")):
        given = table.get(section)
        if isinstance(given, dict) and given.pop(name, None) is not None:
            found.append(dotted((section, name)))
    if not found:
        return []
    text = (
        f'found "rigid" with {" and ".join(found)}; allowed: "blocks", or a case without them, such as '
        "cases/verify_hertz/rigid.toml, because a rigid obstacle has no mesh"
    )
    return [Finding(("geometry", "obstacle"), text)]


def _nearest_name(name: str, known: Sequence[str]) -> str:
    """The nearest known name; an interface named the wrong way round is near its own."""
    turned = "|".join(reversed(name.split("|")))
    return f"; did you mean {turned}?" if turned in known and turned != name else nearest(name, known)


def _fill_initial(table: dict[str, Any]) -> None:
    """Without a given filling every storing region starts where its open-circuit table does."""
    regions, initial = table.get("regions"), table.get("initial", {})
    if not isinstance(regions, dict) or not isinstance(initial, dict):
        return
    if "stoichiometry" in initial or "potential" in initial:
        return
    starts = []
    for region in regions.values():
        curve = region.get("open_circuit_potential") if isinstance(region, dict) else None
        points = curve.get("stoichiometry") if isinstance(curve, dict) else None
        if isinstance(points, list | tuple) and points:
            starts.append(points[0])
    if starts and all(isinstance(start, int | float) for start in starts):
        table["initial"] = {**initial, "stoichiometry": max(starts)}


def _card_findings(case: Case) -> list[Finding]:
    """Regions whose overrides leave their material incomplete."""
    findings: list[Finding] = []
    for name, region in case.regions.items():
        try:
            _ = region.card
        except ValidationError as error:
            findings += findings_from(error, MaterialCard, ("regions", name))
    return findings


def _with_origin(finding: Finding, overrides: Sequence[Override]) -> str:
    """The finding, with a word on which override it is about, if it is about one."""
    path = tuple(str(part) for part in finding.path)
    for override in reversed(overrides):
        shared = min(len(path), len(override.path))
        if shared and path[:shared] == override.path[:shared]:
            return f"{finding} (set by {override.origin})"
    return str(finding)

"""Regions that interfaces join to each other."""

from __future__ import annotations

from collections.abc import Iterable


def joined(regions: Iterable[str], interfaces: Iterable[str]) -> dict[str, set[str]]:
    """For every region the set of all regions that these interfaces connect it to, itself included.

    Args:
        regions: their names.
        interfaces: the connections, "A|B".
    """
    groups = {region: {region} for region in regions}
    for interface in interfaces:
        first, second = interface.split("|")
        merged = groups[first] | groups[second]
        for region in merged:
            groups[region] = merged
    return groups

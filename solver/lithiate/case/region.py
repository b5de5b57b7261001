"""``[regions.NAME]``: a material by name, any of its properties overridden."""

from __future__ import annotations

import functools
from typing import Any

from lithiate_meshes.quantities import refuse
from pydantic import Field, StrictBool, field_validator

from lithiate.materials.card import MaterialCard
from lithiate.materials.properties import NOTES, PROPERTY_NAMES, REPLACES, MaterialProperties
from lithiate.materials.reading import library_properties


class Region(MaterialProperties):
    """One region. Once a case is loaded, every property of its material is filled in."""

    material: str = Field(description="name of a card in the material library")
    first_lithiation: StrictBool = Field(
        default=True,
        description="false leaves out the first_lithiation_potential of the material: new material follows "
        "its open_circuit_potential as well",
    )

    @functools.cached_property
    def card(self) -> MaterialCard:
        """The complete material of this region: the library's card with the overrides of the case.

        Raises:
            pydantic.ValidationError: the overrides left the card incomplete (:func:`load_case` finds this).
        """
        properties = {name: getattr(self, name) for name in PROPERTY_NAMES if getattr(self, name) is not None}
        if not self.first_lithiation:
            properties.pop("first_lithiation_potential", None)
        description = library_properties(self.material)["description"]
        return MaterialCard(
            name=self.material,
            description=description,
            sources=self.sources,
            assumed=self.assumed,
            validity=self.validity,
            **properties,
        )

    def differs_from_library(self, name: str) -> bool:
        """Whether a property is another one than that of its material in the library.

        Args:
            name: of the property.
        """
        library = library_properties(self.material)
        own = MaterialProperties.model_validate({name: library[name]} if name in library else {})
        return bool(getattr(self, name) != getattr(own, name))

    @field_validator(*NOTES)
    @classmethod
    def _notes_are_about_properties(cls, notes: dict[str, str]) -> dict[str, str]:
        for name in notes:
            if name not in PROPERTY_NAMES:
                raise refuse(f'found a note about "{name}"; allowed: {", ".join(PROPERTY_NAMES)}')
        return notes


def with_library_values(region: dict[str, Any]) -> dict[str, Any]:
    """A region as written in a case file, with all other values of its material filled in.

    A value set in the case brings its own note (or none): the library's note on that property is left out.

    Args:
        region: the raw table; its ``material`` must be in the library.
    """
    library = library_properties(region["material"])
    own_names = {*region, *(REPLACES[name] for name in region if name in REPLACES)}
    filled = {name: library[name] for name in PROPERTY_NAMES if name in library and name not in own_names}
    filled |= region
    for notes in NOTES:
        own = region.get(notes, {})
        if isinstance(own, dict):
            kept = {name: text for name, text in library[notes].items() if name not in own_names}
            filled[notes] = kept | own
    return filled

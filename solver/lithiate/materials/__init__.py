"""Material data: what a card holds, the library of cards, and the open-circuit potential."""

from lithiate.materials.card import MaterialCard
from lithiate.materials.functions import StoichiometryFunction
from lithiate.materials.properties import MaterialProperties, OpenCircuitTable
from lithiate.materials.reading import card_names, library_card

__all__ = [
    "MaterialCard",
    "MaterialProperties",
    "OpenCircuitTable",
    "StoichiometryFunction",
    "card_names",
    "library_card",
]

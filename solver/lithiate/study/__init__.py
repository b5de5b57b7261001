"""Studies: one case run over and over with some of its values varied. Nothing here needs DOLFINx itself."""

from lithiate.study.definition import Member, Study, load_study
from lithiate.study.running import run_study

__all__ = ["Member", "Study", "load_study", "run_study"]

"""Whole chains of small models in one process: no server is needed, but seconds for each."""

# The fixtures of the unit tests.
from tests.unit.conftest import small_spec, work_settings, write_recipe
from tests.unit.flows.conftest import place
from tests.unit.flows.years import small

__all__ = ["place", "small", "small_spec", "work_settings", "write_recipe"]

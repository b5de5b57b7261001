"""Bulk equations: one function is one equation with one sign; no measures, no solver options."""

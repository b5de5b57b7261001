"""Unknowns, the sum of all forms, the nonlinear solver and the fields derived from a solution."""

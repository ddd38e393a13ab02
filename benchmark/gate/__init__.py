"""A run against an accepted baseline: pass, fail or inconclusive, check by check."""

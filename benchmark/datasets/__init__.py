"""Splits, their passports and sounds. Knows no metric and no system."""

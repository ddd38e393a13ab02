"""This machine: its folders, clock, devices and facts, progress bars, JSON read with types."""

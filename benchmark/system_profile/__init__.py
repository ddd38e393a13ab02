"""Whole systems profiled, each in a process of its own, from cold start to latency under load."""

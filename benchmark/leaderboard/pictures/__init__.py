"""Runs as pictures: quality against latency, and how latencies are spread."""

"""Metrics held against what people judged."""

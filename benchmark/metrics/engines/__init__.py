"""What computes the metrics: the core's own engines, and those that plugins bring."""

"""From a request to a sealed record of a run, and back again."""

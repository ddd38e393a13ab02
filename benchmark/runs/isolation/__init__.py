"""Each system in a process of its own: what it does there is kept, what becomes of it is told."""

"""Numbers in print, and the tables and baselines made with this benchmark."""

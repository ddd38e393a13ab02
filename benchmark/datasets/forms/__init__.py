"""The forms in which captions and references come, each read to the same records."""

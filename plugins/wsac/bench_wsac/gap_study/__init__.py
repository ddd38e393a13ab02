"""The modality gap behind a run, measured and drawn."""

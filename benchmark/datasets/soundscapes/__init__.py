"""The embedded data set: synthetic scenes, their sounds and their captions."""

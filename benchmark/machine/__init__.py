"""What lies under everything: places, files, progress, the clock and the machine itself."""

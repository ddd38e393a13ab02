"""The commands of ``bench``: each parses, calls one function, prints."""

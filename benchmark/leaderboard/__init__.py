"""Rows of runs held together: tables, pictures, comparisons, and a page to listen to."""

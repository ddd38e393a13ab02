"""METEOR 1.5 (Denkowski and Lavie 2014), one process for a whole run."""

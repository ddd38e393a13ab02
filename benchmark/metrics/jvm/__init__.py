"""Java classes called from Python, in a process of their own that holds the JVM.

A JVM starts once in a process, never after a fork, and takes its process along where it dies. So
it lives in a child: ``process`` starts one and talks to it, ``child`` is what runs there.
"""

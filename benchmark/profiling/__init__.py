"""``bench profile``: how fast systems are, from cold start to latency under load, and how large.

In the order of a profile: ``request`` (what was asked for), ``processes`` and ``worker`` (a process
of its own for each system), ``one_system`` (what happens in it: ``cold_start``, ``first_pass``, the
scenarios ``single_stream``, ``offline`` and ``server``, the ``footprint``), ``profile`` (what was
found), ``tables`` and ``pytest_form``. The timing that belongs to every run is ``runs.timing``.
"""

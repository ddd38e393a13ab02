"""The ``bench`` command: parse, build a request, call one function, print."""

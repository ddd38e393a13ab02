"""SPICE 1.0 (Anderson et al. 2016): captions compared as scene graphs.

SPICE's own classes parse and score, without its main program, in a child process; the parser is
fetched by the user. Sentences and clips are kept by content, so that each is worked on once.
"""

"""Plugins: found, loaded in limited time, asked what they bring, and attributed.

All that has a name enters here, the core's own too: systems, data sets, encoders and line-ups are
declared by hooks of modules, those of the core by the modules that ``core`` lists.
"""

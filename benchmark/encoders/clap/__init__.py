"""CLAP as transformers has it (Wu et al. 2023)."""

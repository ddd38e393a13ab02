"""Language models on this machine: where their weights lie, and sentences to hidden states."""

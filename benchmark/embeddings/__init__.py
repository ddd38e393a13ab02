"""Embeddings kept by content, in files, and searched."""

"""Embeddings kept by content, in files, and searched. This list is what plugins may use."""

from benchmark.embeddings.files import Contents, EmbeddingKind, Recipe, embed_command
from benchmark.embeddings.neighbours import Neighbours, search
from benchmark.embeddings.projection import project
from benchmark.embeddings.splits import open_files, with_embeddings
from benchmark.embeddings.store import EmbeddingStore
from benchmark.embeddings.writer import write_embeddings

__all__ = [
    "Contents",
    "EmbeddingKind",
    "EmbeddingStore",
    "Neighbours",
    "Recipe",
    "embed_command",
    "open_files",
    "project",
    "search",
    "with_embeddings",
    "write_embeddings",
]

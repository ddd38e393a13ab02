"""A captioner that is another program: any language, any environment, JSON lines over pipes."""

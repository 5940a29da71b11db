"""Code of a model folder, called in a process of its own that has nothing to steal and nothing to break."""

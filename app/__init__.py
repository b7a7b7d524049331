"""Command line and processes around the renderer."""

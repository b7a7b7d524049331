"""Readers and writers of splat scenes and cameras."""

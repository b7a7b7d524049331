"""Figures of text edits: what words select, against scenes whose parts are known."""

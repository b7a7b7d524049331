"""Edits said in words: a small typed language of what is to be done to a scene, and to what in it."""

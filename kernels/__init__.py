"""Maths on arrays: projection, spherical harmonics, tile lists, sorting and blending."""

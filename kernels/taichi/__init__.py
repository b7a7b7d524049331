"""Fast kernels, written once for Taichi and its fork Quadrants."""

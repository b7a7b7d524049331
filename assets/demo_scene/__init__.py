"""The demo still life: procedural surfaces, sampled into flat Gaussians, lit by a small voxel cone tracer."""

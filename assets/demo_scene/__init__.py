"""The demo still life: procedural surfaces, sampled into flat Gaussians and lit by a small voxel cone tracer."""

"""Thresholds of the splatting pipeline, named once (gsplat's "classic" conventions)."""

ALPHA_THRESHOLD = 1.0 / 255.0
"""A fragment with a smaller alpha is skipped."""

MAX_ALPHA = 0.999
"""A fragment's alpha is clamped to this."""

TRANSMITTANCE_EPS = 1e-4
"""A pixel stops before the fragment that would take its transmittance below this."""

EPS2D = 0.3
"""Added to the diagonal of every 2D covariance [px^2]."""

FRUSTUM_MARGIN = 1.3
"""x/z and y/z are clamped to this times the half field of view inside the projection Jacobian."""

BASELINE_SIGMAS = 3.0
"""The baseline bins the square of this many standard deviations of the major axis."""

TILE_SIZE = 16
"""Side of a screen tile [px]."""

NEAR_PLANE = 0.01
"""Gaussians nearer than this view-space depth are culled [scene units]."""

SH_C0 = 0.28209479177387814
"""Spherical harmonic of degree 0: colour = 0.5 + SH_C0 * sh_coeffs[0]."""

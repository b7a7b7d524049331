# pyright: basic, reportInvalidTypeForm=false
"""Spherical-harmonic colour of one Gaussian seen from one direction (INRIA's real basis, degree 0-3)."""

from .language import ti

C0 = 0.28209479177387814
C1 = 0.4886025119029199
C2 = (1.0925484305920792, -1.0925484305920792, 0.31539156525252005, -1.0925484305920792, 0.5462742152960396)
C3 = (
    -0.5900435899266435,
    2.890611442640554,
    -0.4570457994644658,
    0.3731763325901154,
    -0.4570457994644658,
    1.445305721320277,
    -0.5900435899266435,
)


@ti.func
def _coefficient(sh: ti.template(), start, k):
    return ti.Vector([sh[start + 3 * k], sh[start + 3 * k + 1], sh[start + 3 * k + 2]])


@ti.func
def sh_colour(sh: ti.template(), start, dx, dy, dz, degree: ti.template()):
    """Colour `[3]` >= 0 for the direction (dx, dy, dz), of any length, from the camera to the Gaussian.

    Args:
        sh: All coefficients, flat, coefficient-major with the channel inner.
        start: Index of this Gaussian's first coefficient.
        degree: 0-3, known at compile time.
    """
    colour = C0 * _coefficient(sh, start, 0)
    if ti.static(degree > 0):
        scale = 1.0 / ti.sqrt(dx * dx + dy * dy + dz * dz)
        x, y, z = dx * scale, dy * scale, dz * scale
        colour += C1 * (
            z * _coefficient(sh, start, 2) - y * _coefficient(sh, start, 1) - x * _coefficient(sh, start, 3)
        )
        if ti.static(degree > 1):
            xx, yy, zz = x * x, y * y, z * z
            colour += (
                C2[0] * x * y * _coefficient(sh, start, 4)
                + C2[1] * y * z * _coefficient(sh, start, 5)
                + C2[2] * (2.0 * zz - xx - yy) * _coefficient(sh, start, 6)
                + C2[3] * x * z * _coefficient(sh, start, 7)
                + C2[4] * (xx - yy) * _coefficient(sh, start, 8)
            )
            if ti.static(degree > 2):
                colour += (
                    C3[0] * y * (3.0 * xx - yy) * _coefficient(sh, start, 9)
                    + C3[1] * x * y * z * _coefficient(sh, start, 10)
                    + C3[2] * y * (4.0 * zz - xx - yy) * _coefficient(sh, start, 11)
                    + C3[3] * z * (2.0 * zz - 3.0 * xx - 3.0 * yy) * _coefficient(sh, start, 12)
                    + C3[4] * x * (4.0 * zz - xx - yy) * _coefficient(sh, start, 13)
                    + C3[5] * z * (xx - yy) * _coefficient(sh, start, 14)
                    + C3[6] * x * (xx - 3.0 * yy) * _coefficient(sh, start, 15)
                )
    return ti.max(colour + 0.5, 0.0)

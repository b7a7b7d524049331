# pyright: basic
"""2^p for a vector of exponents, accurate to about 1e-6 for the ones that count, p in [-8, 0].

2^p = (2^(p/8))^8: a polynomial of degree 5 for p/8 in [-1, 0] and three squarings. No integer arithmetic, which
vectors lack, and as few instructions as the usual exponent-field trick. Below -8 the value is meaningless: such a
fragment is under the alpha threshold and masked.
"""

import numpy as np

from .language import ti

_SQUARINGS = 3
_DEGREE = 5


def _coefficients() -> list[float]:
    """Chebyshev interpolation of 2^t on [-1, 0] in relative error, for the argument 8 t."""
    t = np.cos(np.linspace(0, np.pi, 4001)) * 0.5 - 0.5
    fit = np.polynomial.Chebyshev.fit(t, np.exp2(t), _DEGREE, domain=[-1, 0], w=np.exp2(-t))
    power = fit.convert(kind=np.polynomial.Polynomial).coef
    return [float(value / 2 ** (_SQUARINGS * i)) for i, value in enumerate(power)]


_C = _coefficients()


@ti.func
def exp2(p):
    """2^p elementwise for p in [-8, 0] (vector or scalar)."""
    value = ((((_C[5] * p + _C[4]) * p + _C[3]) * p + _C[2]) * p + _C[1]) * p + _C[0]
    value = value * value
    value = value * value
    return value * value

# pyright: basic, reportInvalidTypeForm=false
"""One pixel while it is blended on the GPU, shared by all GPU blenders, so that their times compare the dataflows.

The state is a vector (T, three features); T is negative once the pixel has stopped, and |T| is what remains for the
background.
"""

import math

from ..constants import MAX_ALPHA, TRANSMITTANCE_EPS
from .gather import Gather
from .language import ti
from .records import LOG2_THRESHOLD

_LN2 = math.log(2.0)


@ti.func
def empty_pixel(inside):
    """Full transmittance and no features; outside the picture, stopped from the start."""
    return ti.Vector([ti.select(inside, 1.0, -1.0), 0.0, 0.0, 0.0])


@ti.func
def shade_pixel(state, p, f0, f1, f2, gather: ti.template()):
    """The state after one more fragment; `p` = log2(alpha)."""
    out = state
    if ti.static(gather == Gather.COST):
        out[1] += 1.0
    if p >= LOG2_THRESHOLD:
        t = state[0]
        weight = ti.min(ti.exp(p * _LN2), MAX_ALPHA) * t
        t_next = t - weight
        if t_next < TRANSMITTANCE_EPS:
            out[0] = -t
        else:
            out[0] = t_next
            if ti.static(gather == Gather.FEATURES):
                out[1] += weight * f0
                out[2] += weight * f1
                out[3] += weight * f2
            elif ti.static(gather == Gather.MEDIAN):
                if t > 0.5 and t_next <= 0.5:
                    out[1] = f0
            else:
                out[2] += 1.0
    return out


@ti.func
def write_pixel(
    state, x, y, width, background: ti.template(), image_out: ti.template(), alpha_out: ti.template()
):
    """Add the background and write the pixel (x, y) of a flat image."""
    t = ti.abs(state[0])
    i = y * width + x
    for channel in ti.static(range(3)):
        image_out[3 * i + channel] = state[1 + channel] + t * background[channel]
    alpha_out[i] = 1.0 - t

"""Walls, floors and ceilings where photos are too far apart to be compared pixel by pixel.

A window of some pixels looks too different from far away or from the side to tell one depth from another. All pixels
of a wall together do tell: there is one plane for which they all fit. So planes along the three directions that the
edges of the scene follow are compared as a whole (Manhattan-world stereo, Furukawa et al., CVPR 2009).
"""

from .completion import OnPlanes, with_large_planes

__all__ = ["OnPlanes", "with_large_planes"]

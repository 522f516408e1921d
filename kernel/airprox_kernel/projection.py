"""How much shorter than a separation its horizontal part can be, on the Earth.

The exact test sees s_h = s - (s . n) n, n the ellipsoid's normal at the middle of the
elementary interval, or s itself for far pairs. So |s_h| <= |s|, and |s|² = |s_h|² + (s . n)². Let A
be the matrix diag(1, 1, 1 / (1 - e²)): points p of the ellipsoid have p . A p = a², and the normal
in the direction of m is A m / |A m|. For p and q on the ellipsoid and m their middle,
(q - p) . A (p + q) / 2 = (q . A q - p . A p) / 2 = 0: the separation is exactly across the normal
at the middle. Two things are in the way. The points lie on chords of legs of at most 18 km, up to
6.4 m below the surface, which adds at most 6.4 m (times 1.04: |A m| is not less than |m|, which is
0.97 of the Earth's radius for pairs 3,020 km apart). And n is taken at the middle of the interval,
up to half a leg away: 9 km / 6,180 km turn m by up to 0.00146, and the normal by at most 1.007
times that. So

    |s . n| <= TILT |s| + DIP,

and |s_h| <= v implies |s| <= v + TILT |s| + DIP, so |s| <= w = (v + DIP) / (1 - TILT), and then
|s| <= sqrt(v² + (TILT w + DIP)²): 0.15 m more than v at 50 km. With the altitudes as a further
coordinate of s and s_h the same holds for the slant distance.

In the plane both are the same: no tilt and no dip.
"""

import numpy as np

from ._jit import jit

TILT = 0.0015
DIP = 7.0
"""Metres."""


@jit
def farthest_chord(value: float, tilt: float, dip: float) -> float:
    """Return a bound on |s| where |s_h| <= `value`."""
    wide = (value + dip) / (1.0 - tilt)
    aside = tilt * wide + dip
    return np.sqrt(value * value + aside * aside)


@jit
def nearest_projection(chord: float, tilt: float, dip: float) -> float:
    """Return a bound from below on |s_h| where |s| >= `chord`."""
    aside = tilt * chord + dip
    return np.sqrt(max(chord * chord - aside * aside, 0.0))

"""Sines, cosines and arc tangents that have the same bits on every machine, compiled or not.

Those of a system's library differ in their last bit from processor to processor: on one without
fused multiplication glibc runs other code than on its successor. Here each is a fixed sequence of
IEEE additions, products and quotients, of the same length and nearly the same precision.
"""

import math

from ._jit import jit, jit_inner
from ._types import FloatArray

RADIANS = math.pi / 180.0
RADIANS_REST = 2.9486522708701687e-19
"""pi / 180 is the sum of the two, to 1e-35."""

QUARTER = 1.57079632673412561417
"""The first 33 bits of pi / 2: its product with a small whole number is exact."""
QUARTER_REST = 6.07710050650619224932e-11
"""pi / 2 is the sum of the two, to 1e-26."""
RIGHT_ANGLE = 0.5 * math.pi

ROUNDER = 6755399441055744.0
"""1.5 * 2**52: a smaller number plus and minus this is rounded to a whole one, ties to even."""

# sin(u)/u and cos(u) for |u| <= pi/4, minimax: fdlibm k_sin.c and k_cos.c (Sun Microsystems 1993).
S1, S2, S3 = -1.66666666666666324348e-01, 8.33333333332248946124e-03, -1.98412698298579493134e-04
S4, S5, S6 = 2.75573137070700676789e-06, -2.50507602534068634195e-08, 1.58969099521155010221e-10
C1, C2, C3 = 4.16666666666666019037e-02, -1.38888888888741095749e-03, 2.48015872894767294178e-05
C4, C5, C6 = -2.75573143513906633035e-07, 2.08757232129817482790e-09, -1.13596475577881948265e-11

# 1 - atan(u)/u in powers of u**2 for |u| <= 7/16, minimax: fdlibm s_atan.c.
T1, T2, T3 = 3.33333333333329318027e-01, -1.99999999998764832476e-01, 1.42857142725034663711e-01
T4, T5, T6 = -1.11111104054623557880e-01, 9.09088713343650656196e-02, -7.69187620504482999495e-02
T7, T8, T9 = 6.66107313738753120669e-02, -5.83357013379057348645e-02, 4.97687799461593236017e-02
T10, T11 = -3.65315727442169155270e-02, 1.62858201153657823623e-02

HALF_TURNED = 4.63647609000806093515e-01
"""The arc tangent of 1/2; that of 1 is half a right angle."""


@jit
def sine_cosine_degrees(angle: float) -> tuple[float, float]:
    """Sine and cosine of `angle` (degrees, |angle| <= 1e9).

    Each is within 1.5 units in its last place. The angle less the nearest multiple of 90 is exact,
    hence multiples of 90 give exact zeros and ones (a zero may be negative), and angles a whole
    number of turns apart give the same bits. A loop over it is vectorised: no branches.
    """
    quadrants = (angle / 90.0 + ROUNDER) - ROUNDER
    rest = angle - 90.0 * quadrants
    return _turned(rest * RADIANS, rest * RADIANS_REST, quadrants)


@jit
def sine_cosine(angle: float) -> tuple[float, float]:
    """Sine and cosine of `angle` (radians, |angle| <= 1e5).

    Each is within 1.5 units in its last place, or 1e-20 next to its zeros.
    """
    quadrants = (angle / RIGHT_ANGLE + ROUNDER) - ROUNDER
    whole = angle - quadrants * QUARTER
    less = quadrants * QUARTER_REST
    rest = whole - less
    return _turned(rest, (whole - rest) - less, quadrants)


@jit_inner
def _turned(radians: float, lost: float, quadrants: float) -> tuple[float, float]:
    """Sine and cosine of radians + lost, |radians| <= pi/4, and so many right angles."""
    square = radians * radians
    tail = S1 + square * (S2 + square * (S3 + square * (S4 + square * (S5 + square * S6))))
    sine = radians + (radians * square * tail + lost)
    tail = C1 + square * (C2 + square * (C3 + square * (C4 + square * (C5 + square * C6))))
    half = 0.5 * square
    whole = 1.0 - half  # what this rounds away goes back in below
    cosine = whole + (((1.0 - whole) - half) + (square * square * tail - radians * lost))

    quarter = quadrants - 4.0 * ((0.25 * quadrants + ROUNDER) - ROUNDER)  # -2, -1, 0, 1 or 2
    odd = quarter * quarter == 1.0
    first = cosine if odd else sine
    second = sine if odd else cosine
    first = -first if quarter < 0.0 or quarter == 2.0 else first
    second = -second if quarter > 0.0 or quarter == -2.0 else second
    return first, second


@jit
def sines_cosines_degrees(angle: FloatArray, sine: FloatArray, cosine: FloatArray) -> None:
    """Fill `sine` and `cosine` with those of each angle (degrees); all arrays have one length."""
    for place in range(angle.size):
        sine[place], cosine[place] = sine_cosine_degrees(angle[place])


@jit
def arc_tangent(y: float, x: float) -> float:
    """The angle (radians) from the x axis to (x, y), within [-pi, pi]; 0 for (0, 0).

    Within 2.5 units in its last place. Signs are those of ``math.atan2``, zeros' included, but that
    the sign of a zero x does not count.
    """
    high, low = max(abs(x), abs(y)), min(abs(x), abs(y))
    angle = 0.0
    if 16.0 * low >= 11.0 * high > 0.0:  # turned by the arc tangent of 1, of 1/2, or not at all
        angle, low, high = 0.5 * RIGHT_ANGLE, low - high, high + low
    elif 16.0 * low >= 7.0 * high > 0.0:
        angle, low, high = HALF_TURNED, 2.0 * low - high, 2.0 * high + low
    u = low / high if high > 0.0 else 0.0
    s = u * u
    tail = T7 + s * (T8 + s * (T9 + s * (T10 + s * T11)))
    series = s * (T1 + s * (T2 + s * (T3 + s * (T4 + s * (T5 + s * (T6 + s * tail))))))
    angle += u - u * series
    if abs(y) > abs(x):
        angle = RIGHT_ANGLE - angle
    if x < 0.0:
        angle = 2.0 * RIGHT_ANGLE - angle
    return math.copysign(angle, y)

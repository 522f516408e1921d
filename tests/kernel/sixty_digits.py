"""Sine, cosine and their inverses in sixty digits, which the library lacks."""

import math
from collections.abc import Iterator
from decimal import Decimal, localcontext

import pytest

PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494459")


@pytest.fixture(autouse=True)
def sixty_digits() -> Iterator[None]:
    """For every test of a module that imports this."""
    with localcontext() as context:
        context.prec = 60
        yield


def alternating(first: Decimal, square: Decimal, order: int) -> Decimal:
    """first (1 - square / (order + 1)(order + 2) + ...): the series of sine and cosine."""
    term = total = first
    while abs(term) > Decimal("1e-50") * abs(total):
        term = -term * square / ((order + 1) * (order + 2))
        total += term
        order += 2
    return total


def exact_sine(radians: Decimal) -> Decimal:
    return alternating(radians, radians * radians, 1) if radians else radians


def exact_cosine(radians: Decimal) -> Decimal:
    return alternating(Decimal(1), radians * radians, 0)


def exact_arcsine(sine: Decimal) -> Decimal:
    """By Newton's iteration from the library's 16 digits."""
    angle = Decimal(math.asin(sine))
    for _ in range(2):
        angle -= (exact_sine(angle) - sine) / exact_cosine(angle)
    return angle


def last_places(value: float, exact: Decimal) -> float:
    """Error of `value` in units in the last place of the exact result."""
    return float(abs(Decimal(value) - exact) / Decimal(math.ulp(float(exact))))


def exact_arctangent(y: Decimal, x: Decimal) -> Decimal:
    """The angle from the x axis to (x, y), by Newton's iteration from the library's 16 digits."""
    angle = Decimal(math.atan2(y, x))
    for _ in range(2):
        sine, cosine = exact_sine(angle), exact_cosine(angle)
        angle -= (x * sine - y * cosine) / (x * cosine + y * sine)
    return angle

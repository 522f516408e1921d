"""Who flies in the demo's exercise, where and when: tracks in a plane, drawn from a seed."""

from typing import NamedTuple

import numpy as np

from ._routes import Points, circle, racetrack

HOURS = 4.0

_AIRLINES = ("NOQ", "VYQ", "KZV", "LWQ", "TZY", "QEB", "ZUQ", "IQX")
_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
_AIRWAYS = (
    ((-460, 120), (460, 200)),
    ((-460, -250), (460, -60)),
    ((-200, -460), (120, 460)),
    ((250, -460), (-150, 460)),
    ((-460, 350), (460, -300)),
    ((-460, -20), (460, 40)),
)
"""Ends of the airways, km east and north of the middle."""
_COASTS = ((-320.0, 60.0), (330.0, -70.0))
_WEST, _EAST = -1.0, 1.0
_CALLSIGNS = {
    "blue": {
        "fighter": ("LANCE", "MAUL", "SABRE", "PIKE", "TALON", "QUILL"),
        "cargo": ("MULE",),
        "tanker": ("KEG",),
        "drone": ("GULL",),
    },
    "red": {
        "fighter": ("WOLF", "LYNX", "ADDER", "KITE", "RAVEN", "STOAT"),
        "cargo": ("OXEN",),
        "tanker": ("JUG",),
        "drone": ("TERN",),
    },
}


class Track(NamedTuple):
    """One flight in the plane of the exercise."""

    id: str
    side: str
    category: str
    group: str
    points: Points
    speed: float
    """Metres a second."""
    departure: float
    """Seconds after the exercise begins."""


class _Draws:
    """The few ways in which the scenario draws.

    All of them call `random()`, whose stream is the same in every version of NumPy.
    """

    def __init__(self, seed: int) -> None:
        self._random = np.random.Generator(np.random.PCG64(seed)).random

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * float(self._random())

    def whole(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both possible."""
        return low + int((high - low + 1) * float(self._random()))


def tracks(seed: int) -> tuple[list[Track], list[Track]]:
    """The civil side and the forces, drawn in a fixed order."""
    draws = _Draws(seed)
    civil = [*_airliners(draws, 336), *_sea_crossings(draws, 24)]
    forces = [*_force(draws, "blue", _WEST), *_force(draws, "red", _EAST)]
    return civil, forces


def _airliners(draws: _Draws, count: int) -> list[Track]:
    """Airliners along the airways: odd levels eastwards, even ones westwards; a third climb."""
    tracks: list[Track] = []
    for number in range(count):
        airway = draws.whole(0, len(_AIRWAYS) - 1)
        begin, end = _AIRWAYS[airway]
        back = draws.whole(0, 1) == 1
        if back:
            begin, end = end, begin
        aside = draws.between(-8.0, 8.0)
        level = 29_000 + 1_000 * back + 2_000 * draws.whole(0, 5)
        first = level - 4_000 * (draws.whole(0, 2) == 0)
        points = [
            (begin[0] + aside, begin[1] - aside, float(first)),
            (0.6 * begin[0] + 0.4 * end[0], 0.6 * begin[1] + 0.4 * end[1] - aside, float(first)),
            (0.4 * begin[0] + 0.6 * end[0], 0.4 * begin[1] + 0.6 * end[1] - aside, float(level)),
            (end[0] + aside, end[1] - aside, float(level)),
        ]
        tracks.append(
            Track(
                _callsign(draws, number),
                "civil",
                "airliner",
                f"airway {airway + 1}",
                points,
                draws.between(215.0, 245.0),
                draws.between(0.0, (HOURS - 1.2) * 3600),
            )
        )
    return tracks


def _sea_crossings(draws: _Draws, count: int) -> list[Track]:
    """Short flights from one coast to the other, up through the drones' levels and down again."""
    tracks: list[Track] = []
    for number in range(count):
        begin, end = _COASTS if number % 2 == 0 else _COASTS[::-1]
        aside = draws.between(-40.0, 40.0)
        level = 24_000.0 + 1_000.0 * draws.whole(0, 6)
        points = [
            (begin[0], begin[1], 300.0),
            (0.78 * begin[0] + 0.22 * end[0], 0.78 * begin[1] + 0.22 * end[1] + aside, level),
            (0.28 * begin[0] + 0.72 * end[0], 0.28 * begin[1] + 0.72 * end[1] + aside, level),
            (end[0], end[1], 300.0),
        ]
        tracks.append(
            Track(
                _callsign(draws, 400 + number),
                "civil",
                "airliner",
                "sea crossing",
                points,
                draws.between(185.0, 215.0),
                draws.between(0.0, (HOURS - 1.2) * 3600),
            )
        )
    return tracks


def _callsign(draws: _Draws, number: int) -> str:
    """As airlines form them; the number makes it unique."""
    airline = _AIRLINES[draws.whole(0, len(_AIRLINES) - 1)]
    letters = _LETTERS[draws.whole(0, 22)] + _LETTERS[draws.whole(0, 22)]
    return f"{airline}{number + 11}{letters[: draws.whole(0, 2)]}"


def _force(draws: _Draws, side: str, coast: float) -> list[Track]:
    return [
        *_fighters(draws, side, coast),
        *_cargo(draws, side, coast),
        *_tankers(draws, side, coast),
        *_drones(draws, side, coast),
    ]


def _fighters(draws: _Draws, side: str, coast: float) -> list[Track]:
    """Six formations of four: out to a patrol near the middle, some laps, home.

    Each wingman holds a place 800 m east and south of the one before, 100 ft lower.
    """
    tracks: list[Track] = []
    for name in _CALLSIGNS[side]["fighter"]:
        north, level = draws.between(-160.0, 160.0), 26_000.0 + 1_000.0 * draws.whole(0, 12)
        patrol = (coast * draws.between(40.0, 110.0), north)
        heading = draws.between(0.0, np.pi)
        path = [
            (coast * 380.0, 0.6 * north, 5_000.0),
            (coast * 300.0, 0.7 * north, level),
            *racetrack(patrol, heading, 55.0, 6.0, level, draws.whole(6, 9)),
            (coast * 280.0, 0.8 * north, level - 6_000.0),
            (coast * 380.0, 0.6 * north, 5_000.0),
        ]
        speed, departure = draws.between(225.0, 260.0), draws.between(0.0, 1.6 * 3600)
        for wing in range(4):
            aside = 0.8 * wing
            placed = [(east + aside, north - aside, alt - 100 * wing) for east, north, alt in path]
            tracks.append(
                Track(f"{name}1{wing + 1}", side, "fighter", f"{name}1", placed, speed, departure)
            )
    return tracks


def _cargo(draws: _Draws, side: str, coast: float) -> list[Track]:
    """Ten cargo aircraft: to a dropping zone off the other coast at medium level, and back."""
    tracks: list[Track] = []
    for number in range(10):
        level = 21_000.0 + 1_000.0 * draws.whole(0, 9)
        zone = (-coast * draws.between(0.0, 120.0), draws.between(-200.0, 200.0))
        base = draws.between(-250.0, 250.0)
        points = [
            (coast * 440.0, base, level),
            (zone[0] + coast * 40.0, zone[1], level),
            (zone[0], zone[1], 3_000.0),
            (zone[0] + coast * 10.0, zone[1] + 15.0, 3_000.0),
            (zone[0] + coast * 90.0, zone[1] + 20.0, level + 1_000.0),
            (coast * 440.0, base + 20.0, level + 1_000.0),
        ]
        name = f"{_CALLSIGNS[side]['cargo'][0]}{21 + number}"
        speed, departure = draws.between(140.0, 175.0), draws.between(0.0, 1.4 * 3600)
        tracks.append(Track(name, side, "cargo", "airlift", points, speed, departure))
    return tracks


def _tankers(draws: _Draws, side: str, coast: float) -> list[Track]:
    """Two tankers, each on a racetrack of its own for the length of the exercise."""
    tracks: list[Track] = []
    for number in range(2):
        centre = (coast * 190.0, 180.0 * number - 90.0)
        level = 27_000.0 + 2_000.0 * draws.whole(0, 2)
        points = [
            (coast * 440.0, centre[1], level),
            *racetrack(centre, np.pi / 2 + draws.between(-0.3, 0.3), 90.0, 12.0, level, 8),
            (coast * 440.0, centre[1], level),
        ]
        name = f"{_CALLSIGNS[side]['tanker'][0]}{51 + number}"
        tracks.append(Track(name, side, "tanker", "refuelling", points, 190.0, 300.0 * number))
    return tracks


def _drones(draws: _Draws, side: str, coast: float) -> list[Track]:
    """Eight large drones that loiter at medium level, and fourteen small ones low off the coast."""
    tracks: list[Track] = []
    for number in range(22):
        large = number < 8
        centre = (coast * draws.between(60.0, 300.0), draws.between(-150.0, 150.0))
        radius = draws.between(12.0, 25.0) if large else draws.between(1.5, 5.0)
        level = 12_000.0 + 1_000.0 * draws.whole(0, 9)
        if not large:
            near = _COASTS[0] if coast < 0 else _COASTS[1]
            centre = (near[0] + draws.between(-60.0, 60.0), near[1] + draws.between(-100.0, 100.0))
            level = 500.0 * draws.whole(1, 8)
        speed = draws.between(60.0, 80.0) if large else draws.between(22.0, 35.0)
        departure = draws.between(0.0, 3600.0)
        laps = int(speed * (2.6 * 3600) / (2000 * np.pi * radius))
        name = f"{_CALLSIGNS[side]['drone'][0]}{number + 1:02d}"
        group = "watch" if large else "coast patrol"
        points = circle(centre, radius, level, laps)
        tracks.append(Track(name, side, "drone", group, points, speed, departure))
    return tracks

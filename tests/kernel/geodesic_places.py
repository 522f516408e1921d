"""Places for Hypothesis, and GeographicLib's word on them (through `pyproj`)."""

import math
from typing import NamedTuple

import pyproj
from hypothesis import strategies as st

from airprox_kernel.surface import surface_vector

WGS84 = pyproj.Geod(ellps="WGS84")
GEOCENTRIC = pyproj.Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)

latitudes = st.one_of(st.floats(-90.0, 90.0), st.sampled_from([-90.0, 0.0, 45.0, 89.9999999, 90.0]))
longitudes = st.one_of(st.floats(-180.0, 180.0), st.sampled_from([-180.0, 0.0, 90.0, 179.9999999]))
small = st.one_of(
    st.sampled_from([0.0, 1e-300, 1e-15, 1e-9, -1e-6]),
    st.floats(-1e-4, 1e-4),
    st.floats(-1.0, 1.0),
    st.floats(-9.0, 9.0),
)


class Ends(NamedTuple):
    """Two places in degrees."""

    latitude1: float
    longitude1: float
    latitude2: float
    longitude2: float

    @property
    def geodesic(self) -> tuple[float, float]:
        """GeographicLib's azimuth (degrees) and length (m)."""
        azimuth, _, length = WGS84.inv(
            self.longitude1, self.latitude1, self.longitude2, self.latitude2
        )
        return azimuth, length

    @property
    def to_the_antipode(self) -> float:
        """Straight metres from the second place to the antipode of the first."""
        first = surface_vector(self.latitude1, self.longitude1)
        second = surface_vector(self.latitude2, self.longitude2)
        return math.dist([-value for value in first], second)


@st.composite
def ends(draw: st.DrawFn) -> Ends:
    """Two places anywhere, next to each other, next to each other's antipodes, on one meridian."""
    latitude, longitude = draw(latitudes), draw(longitudes)
    kind = draw(st.sampled_from(["any", "near", "antipodal", "equator", "meridian"]))
    if kind == "any":
        return Ends(latitude, longitude, draw(latitudes), draw(longitudes))
    if kind == "meridian":
        turn = draw(st.sampled_from([0.0, 180.0]))
        return Ends(latitude, longitude, draw(latitudes), longitude + turn)
    north, east = draw(small), draw(small)
    if kind == "equator":
        return Ends(draw(small) * 1e-3, longitude, north * 1e-3, draw(longitudes))
    if kind == "antipodal":
        latitude2, longitude2 = north - latitude, longitude + 180.0 + east
    else:
        latitude2, longitude2 = latitude + north, longitude + east
    return Ends(latitude, longitude, min(max(latitude2, -90.0), 90.0), longitude2)

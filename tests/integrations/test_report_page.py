"""The report in a headless browser: it loads alone, time moves, rows and numbers are right."""

import json
import os
import shutil
import time

import numpy as np
import pyarrow as pa
import pytest

import airprox

if os.environ.get("AIRPROX_REQUIRE_INTEGRATIONS"):
    import selenium
else:
    selenium = pytest.importorskip("selenium", reason="selenium is not installed")
BROWSER, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = [
    pytest.mark.skipif(not (BROWSER and DRIVER), reason="there is no chromium with chromedriver"),
    # Selenium's sockets are closed by its own garbage.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-background-networking "
    "--disable-component-update --disable-sync --no-first-run --disable-dev-shm-usage"
)
HOSTILE = '</script><script>document.title = "taken"</script>'


def crowd() -> airprox.Fleet:
    """Six aircraft that cross over Switzerland on two levels, one with a hostile id."""
    names = [HOSTILE, "B", "C", "D", "E", "F"]
    start = np.datetime64("2026-06-10T09:00:00", "ns")
    seconds = np.arange(0, 601, 20)
    columns = {name: [] for name in ("id", "time", "lat", "lon", "alt", "side")}
    for number, name in enumerate(names):
        share = seconds / 600
        turned = number * np.pi / 3
        along = (share - 0.5) * 0.8
        columns["id"] += [name] * len(seconds)
        columns["time"].append(start + seconds.astype("timedelta64[s]"))
        columns["lat"] += (47.0 + along * np.cos(turned) + 0.01 * number).tolist()
        columns["lon"] += (8.3 + along * np.sin(turned)).tolist()
        columns["alt"] += [9000.0 + 100.0 * (number % 3)] * len(seconds)
        columns["side"] += ["blue" if number % 2 else "red"] * len(seconds)
    columns["time"] = pa.array(np.concatenate(columns["time"]), pa.timestamp("ns", "UTC"))
    return airprox.Fleet.from_arrow(columns, altitude_unit="m")


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    profile = tmp_path_factory.mktemp("profile")
    for flag in (*FLAGS.split(), f"--user-data-dir={profile}", "--window-size=1400,900"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(DRIVER))
    driver.set_script_timeout(20)
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "page.html"
    fleet = crowd()
    result = airprox.screen(fleet, airprox.Minima(5 * airprox.NM, 1000 * airprox.FT))
    result.report(path, fleet, title="Six <b>aircraft</b>")
    assert len(result) >= 10
    return path, result.encounters


@pytest.fixture
def page(browser, report):
    """The page, loaded anew."""
    browser.get_log("browser"), browser.get_log("performance")
    browser.get(report[0].as_uri())
    until(browser, "'ready' in document.body.dataset")
    return browser


def until(browser, condition):
    for _ in range(200):
        if browser.execute_script(f"return {condition}"):
            return
        time.sleep(0.05)
    raise AssertionError(f"{condition} did not come true; {browser.get_log('browser')}")


def set_clock(page, share):
    """Move the slider as a person does, and wait until the map is drawn."""
    page.execute_async_script(
        """const [share, done] = arguments;
        const slider = document.getElementById("time");
        slider.value = share * slider.max;
        slider.dispatchEvent(new Event("input", { bubbles: true }));
        requestAnimationFrame(() => requestAnimationFrame(done));""",
        share,
    )


def value(page, element, name):
    """What an element of this id has under a name."""
    return page.execute_script(f"return document.getElementById('{element}').{name}")


def picture(page):
    return value(page, "map", "toDataURL()")


def test_it_loads_without_an_error_or_a_request(page, report):
    assert page.get_log("browser") == []
    asked = [
        message["params"]["request"]["url"]
        for message in (
            json.loads(entry["message"])["message"] for entry in page.get_log("performance")
        )
        if message["method"] == "Network.requestWillBeSent"
        # The first page that a browser opens is one of its own.
        and not message["params"]["documentURL"].startswith("chrome")
    ]
    assert [url for url in asked if not url.startswith("data:")] == [report[0].as_uri()]
    assert page.title == "Six <b>aircraft</b>"
    assert page.execute_script("return performance.getEntriesByType('resource').length") == 0


def test_the_slider_moves_the_aircraft(page):
    set_clock(page, 0.25)
    early = picture(page)
    assert value(page, "map", "dataset.flying") == "6"
    assert value(page, "clock", "textContent") == "09:02:30"
    set_clock(page, 0.75)
    assert picture(page) != early
    set_clock(page, 0.25)
    assert picture(page) == early


def test_time_plays_and_stops(page):
    set_clock(page, 0)
    page.find_element("id", "play").click()
    until(page, "Number(document.getElementById('time').value) > 5")
    assert value(page, "play", "ariaLabel") == "Pause"
    page.find_element("id", "play").click()
    stopped = value(page, "time", "value")
    time.sleep(0.2)
    assert value(page, "time", "value") == stopped


def rows(page):
    """The shown rows: the exact value of each cell by its column's name."""
    return page.execute_script(
        """return [...document.querySelectorAll("#rows tbody tr")].map((row) => Object.fromEntries(
        [...row.cells].map((cell) => [cell.dataset.key, cell.dataset.value])));"""
    )


def stated(table):
    """The same of the table of encounters, with times as nanoseconds of UTC in words."""
    starts = table["start"].cast(pa.int64()).to_numpy().astype("datetime64[ns]")
    rows = table.drop_columns(["start", "end", "cpa_time", "critical_time"]).to_pylist()
    return sorted(
        (row["own"], row["other"], f"{start}Z", row["cpa_horizontal"], row["critical_ratio"])
        for row, start in zip(rows, starts, strict=True)
    )


def test_numbers_are_those_of_the_table(page, report):
    shown = [
        (
            row["own"],
            row["other"],
            row["start"],
            float(row["cpa_horizontal"]),
            float(row["critical_ratio"]),
        )
        for row in rows(page)
    ]
    assert sorted(shown) == stated(report[1])


def test_a_click_on_a_row_selects_it(page):
    page.find_elements("css selector", "#rows tbody tr")[2].click()
    row = rows(page)[2]
    chosen = page.execute_script(
        "return [...document.querySelectorAll('#rows tr[aria-current]')].map((r) => r.rowIndex)"
    )
    assert chosen == [3]
    detail = page.execute_script(
        """return Object.fromEntries([...document.querySelectorAll("#detail [data-name]")].map(
        (each) => [each.dataset.name, each.dataset.value]));"""
    )
    assert detail["cpa_horizontal"] == row["cpa_horizontal"]
    assert detail["critical_ratio"] == row["critical_ratio"]
    assert detail["start"] == row["start"]
    assert page.execute_script("return document.querySelectorAll('#detail svg').length") == 4
    assert value(page, "detail-title", "textContent") == f"{row['own']} and {row['other']}"
    assert row["own"] in value(page, "said", "textContent")
    assert page.get_log("browser") == []


def test_curves_meet_the_numbers(page):
    """The curve of horizontal distance passes through the point that the table says."""
    page.execute_script("document.querySelectorAll('#rows tbody tr')[2].click()")
    off = page.execute_script(
        """const svg = document.querySelectorAll("#detail figure svg")[1];
        const mark = svg.querySelector(".mark");
        const [x, y] = [Number(mark.getAttribute("cx")), Number(mark.getAttribute("cy"))];
        const points = svg.querySelector(".curve").getAttribute("d").match(/[^ML]+/g)
          .map((pair) => pair.split(" ").map(Number));
        return Math.min(...points.map(([a, b]) => Math.hypot(a - x, b - y)));"""
    )
    assert off < 0.05


def test_rows_sort_and_filter(page, report):
    count = report[1].num_rows
    page.execute_script("document.querySelector('th[data-key=cpa_horizontal] button').click()")
    found = [float(row["cpa_horizontal"]) for row in rows(page)]
    assert found == sorted(found)
    page.execute_script("document.querySelector('th[data-key=cpa_horizontal] button').click()")
    found = [float(row["cpa_horizontal"]) for row in rows(page)]
    assert found == sorted(found, reverse=True)
    assert len(found) == count
    fill(page, "search", "SCRIPT")
    assert rows(page)
    assert all(HOSTILE in (row["own"], row["other"]) for row in rows(page))
    fill(page, "search", "")
    fill(page, "sides", "blue and blue")
    assert len(rows(page)) == 3
    fill(page, "sides", "")
    assert len(rows(page)) == count


def fill(page, field, text):
    page.execute_script(
        """const field = document.getElementById(arguments[0]);
        field.value = arguments[1];
        field.dispatchEvent(new Event("input", { bubbles: true }));""",
        field,
        text,
    )


def test_it_is_used_with_the_keyboard_alone(page):
    from selenium.webdriver.common.keys import Keys

    seen: set[str] = set()
    page.find_element("tag name", "body").send_keys(Keys.TAB)
    while len(seen) < 40 and page.switch_to.active_element.tag_name != "tr":
        seen.add(page.switch_to.active_element.get_attribute("id"))
        page.switch_to.active_element.send_keys(Keys.TAB)
    assert {"map", "play", "time", "search"} <= seen
    page.switch_to.active_element.send_keys(Keys.ARROW_DOWN)
    assert page.switch_to.active_element.get_attribute("aria-current") == "true"
    assert page.switch_to.active_element.get_property("rowIndex") == 2
    unnamed = page.execute_script(
        """return [...document.querySelectorAll("button, select, input, canvas[tabindex]")]
        .filter((each) => !(each.ariaLabel || each.textContent.trim() || each.labels?.length))
        .map((each) => each.outerHTML);"""
    )
    assert unnamed == []

// The clock: a slider over marks of the encounters, and a button that lets time pass.

const timeline = (() => {
  const slider = document.getElementById("time");
  const output = document.getElementById("clock");
  const play = document.getElementById("play");
  const speed = document.getElementById("speed");
  const marks = document.getElementById("marks");
  const last = contents.time.seconds;
  let now = 0;
  let playing = false;
  let listener = () => {};
  let shown = encounters;

  const SPEEDS = [0.1, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200];
  const speedFor = (wanted) => SPEEDS.reduce((best, each) => (Math.abs(Math.log(each / wanted)) < Math.abs(Math.log(best / wanted)) ? each : best));

  function start(changed) {
    listener = changed;
    slider.max = last;
    slider.step = last > 600 ? 1 : last / 1000 || "any";
    for (const each of SPEEDS) speed.append(make("option", { value: each }, `${each}×`));
    // All of it in about two minutes.
    speed.value = speedFor(Math.max(last, 1) / 120);
    new ResizeObserver(draw).observe(marks);
    set(0);
  }

  /** A speed at which so many seconds of traffic take ten to look at. */
  function suit(seconds) {
    speed.value = speedFor(seconds / 10);
  }

  function set(instant) {
    now = Math.min(Math.max(instant, 0), last);
    slider.value = now;
    output.textContent = clock(now);
    slider.setAttribute("aria-valuetext", utc ? `${day(now)} ${clock(now)} UTC` : clock(now));
    listener(now);
  }

  function run(on) {
    if (playing === on) return;
    playing = on;
    play.setAttribute("aria-label", on ? "Pause" : "Play");
    play.querySelector("path").setAttribute("d", on ? "M3 2h4v12H3zM9 2h4v12H9z" : "M4 2l10 6-10 6z");
    if (!on) return;
    if (now >= last) set(0);
    let before = performance.now();
    const step = (instant) => {
      if (!playing) return;
      // A page in the background gets no frames: what was not seen is not skipped.
      set(now + Math.min(instant - before, 200) / 1000 * Number(speed.value));
      before = instant;
      if (now >= last) run(false);
      else requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  function draw() {
    const ratio = devicePixelRatio || 1;
    const { width, height: high } = marks.getBoundingClientRect();
    marks.width = Math.max(1, Math.round(width * ratio));
    marks.height = Math.max(1, Math.round(high * ratio));
    const pen = marks.getContext("2d");
    pen.scale(ratio, ratio);
    // As the slider's thumb goes: its middle never reaches the ends.
    const toX = (instant) => 8 + instant / (last || 1) * (width - 16);
    for (const each of [...shown].sort((one, two) => two.ratio - one.ratio)) {
      const place = severity(each.ratio);
      const tall = high * [1, 0.8, 0.6, 0.4][place];
      pen.fillStyle = palette.severity[place];
      pen.fillRect(toX(each.start), high - tall, Math.max(1.5, toX(each.end) - toX(each.start)), tall);
    }
  }

  slider.addEventListener("input", () => {
    run(false);
    set(Number(slider.value));
  });
  play.addEventListener("click", () => run(!playing));
  addEventListener("keydown", (event) => {
    if (event.key !== " " || event.target.closest("input, select, button, tr, a")) return;
    event.preventDefault();
    run(!playing);
  });

  return {
    start, set, suit, draw,
    pause: () => run(false),
    show(list) { shown = list; draw(); },
  };
})();

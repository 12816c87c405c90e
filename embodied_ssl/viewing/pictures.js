/* Frames of sheets: which part of a sheet an element shows, and how it goes from one to the next. */

const loading = new Map(); // number of a sheet -> promise of the details of its clips
const arrived = new Map(); // number of a sheet -> what to do with them

function details(number, told) {
  arrived.get(number)?.(told);
}

/* A page that was opened from disk cannot fetch files, but it can load scripts. */
function detailsOf(clip) {
  const [sheet, place] = index.places[clip];
  if (!loading.has(sheet)) {
    const promise = new Promise((resolve, reject) => {
      arrived.set(sheet, resolve);
      const source = `details/${String(sheet).padStart(5, "0")}.js`;
      const script = make("script", { src: source });
      script.addEventListener("error", () => reject(new Error(`${source} is missing`)));
      document.head.append(script);
    });
    loading.set(sheet, promise);
  }
  return loading.get(sheet).then((told) => told[place]);
}

function showFrame(element, clip, frame) {
  const [sheet, , first, count] = index.places[clip];
  element.classList.toggle("empty", !count);
  if (!count) {
    element.style.backgroundImage = "";
    delete element.dataset.file;
    element.textContent = "no image";
    return;
  }
  const number = first + frame;
  const columns = index.columns;
  const lines = Math.ceil(index.frames[sheet] / columns);
  const line = Math.floor(number / columns);
  const across = (100 * (number % columns)) / (columns - 1);
  const down = lines > 1 ? (100 * line) / (lines - 1) : 0;
  const file = `sheets/${String(sheet).padStart(5, "0")}.webp`;
  if (element.dataset.file !== file) {
    element.dataset.file = file;
    element.style.backgroundImage = `url("${file}")`;
    element.style.backgroundSize = `${100 * columns}% ${100 * lines}%`;
  }
  element.style.backgroundPosition = `${across}% ${down}%`;
  element.dataset.frame = frame;
}

/* Shows one frame after the other, each for as long as it is until the next. */
class Player {
  constructor(clip, told, onFrame) {
    Object.assign(this, { clip, told, onFrame, frame: index.places[clip][4], timer: 0 });
  }

  get playing() {
    return this.timer !== 0;
  }

  get count() {
    return this.told.frames.length;
  }

  go(frame) {
    if (!this.count) return;
    this.frame = (frame + this.count) % this.count;
    this.onFrame(this.frame);
  }

  play() {
    if (this.playing || this.count < 2) return;
    this.timer = setTimeout(() => this.next(), Math.min(this.wait(), 300));
  }

  next() {
    this.go(this.frame + 1);
    this.timer = setTimeout(() => this.next(), this.wait());
  }

  wait() {
    const seconds = this.told.frames.map((frame) => frame[1]);
    const mean = (seconds[this.count - 1] - seconds[0]) / (this.count - 1);
    const last = this.frame === this.count - 1;
    const next = last ? Math.max(mean, 0.6) : seconds[this.frame + 1] - seconds[this.frame];
    return 1000 * Math.min(Math.max(next, 0.05), 3);
  }

  stop() {
    clearTimeout(this.timer);
    this.timer = 0;
  }
}

/* What a frame shows, in words. */
function caption(told, frame) {
  const [label, seconds] = told.frames[frame];
  return label === "camera" ? `${seconds.toFixed(1)} s` : label;
}

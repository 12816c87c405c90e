/* Details of one clip in a dialog: it plays, and everything that its row says stands beside. */

let opened = null; // { clip, player }
const STRIP = 16; // frames that are shown side by side below the large one

async function showDetails(found) {
  const clip = numberOf(state.clip);
  byId("missing").hidden = !state.clip || clip >= 0;
  byId("missing").textContent = `There is no ${state.clip} in this gallery.`;
  if (clip < 0) return closeDetails();
  if (opened?.clip === clip) return showSteps(found, clip);
  opened?.player?.stop();
  opened = { clip };
  byId("title").textContent = index.titles[clip];
  showLabels(clip);
  showSteps(found, clip);
  if (!byId("details").open) byId("details").showModal();
  try {
    const told = await detailsOf(clip);
    if (opened?.clip === clip) fillDetails(clip, told);
  } catch (error) {
    byId("said").textContent = error.message;
  }
}

function closeDetails() {
  opened?.player?.stop();
  opened = null;
  if (byId("details").open) byId("details").close();
}

function showLabels(clip) {
  const words = index.labels.map((label) => [label.name, label.values[label.of[clip]]]);
  const chips = words.filter(([, value]) => value !== undefined).map(([name, value]) => {
    const good = { held: "right", missed: "wrong" }[value];
    return make("span", { class: `chip ${good ? "word " + good : ""}` }, make("span", { class: ["yes", "no"].includes(value) ? "" : "unseen" }, `${name}: `), value);
  });
  const group = index.groups[clip];
  const steps = group ? index.groups.filter((each) => each === group).length : 0;
  const all = make("a", { class: "chip", href: address({ clip: "", group, page: 1, chosen: new Map() }) }, `all ${steps} of ${group.replaceAll("-", " ")}`);
  byId("labels").replaceChildren(...chips, ...(steps > 1 ? [all] : []));
}

/* The clips before and after it among those that are chosen. */
function showSteps(found, clip) {
  const place = found.indexOf(clip);
  const near = place < 0 ? [clip - 1, clip + 1] : [found[place - 1], found[place + 1]];
  [["before", near[0]], ["after", near[1]]].forEach(([button, other]) => {
    const name = index.names[other];
    byId(button).disabled = name === undefined;
    byId(button).onclick = () => history.replaceState(null, "", address({ clip: name })) ?? show();
  });
}

function fillDetails(clip, told) {
  const picture = byId("large");
  const plots = (told.plots ?? []).map(plotFigure);
  const strip = told.frames.length > 1 && told.frames.length <= STRIP ? told.frames.map((_, frame) => stripFrame(clip, told, frame)) : [];
  const scrub = byId("scrub");
  const player = new Player(clip, told, (frame) => {
    showFrame(picture, clip, frame);
    const marks = told.frames[frame][2];
    picture.replaceChildren(...(marks ? [drawMarks(marks, 0.6)] : []));
    picture.setAttribute("aria-label", `${index.titles[clip]}: ${caption(told, frame)}`);
    byId("shown").textContent = `${caption(told, frame)}, ${frame + 1} of ${told.frames.length}`;
    scrub.value = frame;
    scrub.setAttribute("aria-valuetext", byId("shown").textContent);
    strip.forEach((button, number) => button.setAttribute("aria-current", number === frame));
    plots.forEach((plot) => plot.cursorAt(told.frames[frame][1]));
  });
  opened.player = player;
  scrub.max = told.frames.length - 1;
  byId("controls").hidden = told.frames.length < 2;
  byId("strip").replaceChildren(...strip);
  const way = told.way ? [make("figure", { class: "plot" }, make("figcaption", {}, make("b", {}, "way"), " from above, beginning at the ring"), wayFigure(told.way, "the way of the camera, seen from above"))] : [];
  byId("way").replaceChildren(...way);
  byId("plots").replaceChildren(...plots);
  const thinned = told.of > told.frames.length ? [["frames shown", `${told.frames.length} of ${told.of}`]] : [];
  byId("numbers").replaceChildren(...[...told.numbers, ...thinned].flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
  byId("said").textContent = "";
  byId("shown").textContent = told.frames.length ? "" : "no image";
  player.go(told.frames.length > STRIP ? 0 : player.frame);
  setPlaying(told.frames.length > STRIP && !calm.matches);
}

function stripFrame(clip, told, frame) {
  const button = make("button", { type: "button", class: "picture", "aria-label": `frame ${frame + 1}: ${caption(told, frame)}` });
  showFrame(button, clip, frame);
  button.addEventListener("click", () => seek(frame));
  return button;
}

function seek(frame) {
  setPlaying(false);
  opened?.player?.go(frame);
}

function setPlaying(on) {
  const player = opened?.player;
  if (on) player?.play();
  else player?.stop();
  byId("run").textContent = on ? "Pause" : "Play";
}

async function copyLink() {
  const link = location.href.split("#")[0] + "#" + encodeURIComponent(index.names[opened.clip]);
  try {
    await navigator.clipboard.writeText(link);
    byId("said").textContent = "The link is copied.";
  } catch {
    byId("said").textContent = link;
  }
}

/* Cards: one for each clip of a page; pictures are loaded when a card comes into view. */

const PAGE = 40; // cards
const players = new Map(); // card -> its player
let playAll = false;

const calm = matchMedia("(prefers-reduced-motion: reduce)");
const watch = new IntersectionObserver((entries) => entries.forEach(seen), { rootMargin: "200px" });

function seen({ target: card, isIntersecting: visible }) {
  if (visible && !card.filled) fill(card);
  const player = players.get(card);
  if (player && playAll) visible ? player.play() : player.stop();
  card.visible = visible;
}

function buildCard(clip) {
  const verdict = index.verdicts[clip];
  const name = index.names[clip];
  const picture = make("div", { class: "picture", role: "img", "aria-label": index.titles[clip] });
  const word = make("span", { class: `note ${verdict && "word " + verdict}` }, index.notes[clip]);
  const text = make("div", { class: "text" }, make("b", {}, index.titles[clip]), word);
  const foot = make("div", { class: "foot" }, text);
  const link = make("a", { class: "card clip", href: address({ clip: name }), "data-clip": name }, picture, foot);
  link.clip = clip;
  showFrame(picture, clip, index.places[clip][4]);
  for (const [event, on] of [["pointerenter", true], ["pointerleave", false], ["focus", true], ["blur", false]]) {
    link.addEventListener(event, (happened) => {
      if (happened.pointerType !== "touch" && !calm.matches && !playAll) playCard(link, on);
    });
  }
  watch.observe(link);
  return make("li", {}, link);
}

async function fill(card) {
  card.filled = true;
  const picture = card.querySelector(".picture");
  let told;
  try {
    told = await detailsOf(card.clip);
  } catch (error) {
    picture.setAttribute("aria-label", error.message);
    return;
  }
  const player = new Player(card.clip, told, (frame) => {
    showFrame(picture, card.clip, frame);
    picture.setAttribute("aria-label", caption(told, frame));
    const marks = told.frames[frame][2];
    picture.replaceChildren(...(marks ? [drawMarks(marks)] : []));
    if (told.frames.length > 1) picture.append(make("i", { class: "progress", style: `width:${(100 * (frame + 1)) / told.frames.length}%` }));
  });
  player.go(player.frame);
  players.set(card, player);
  const small = told.way ? wayFigure(told.way, "the way from above") : told.plots ? sparkline(told.plots[0]) : null;
  if (small) card.querySelector(".foot").append(small);
  if ((playAll && card.visible) || card.wanted) player.play();
}

function playCard(card, on) {
  card.wanted = on;
  card.classList.toggle("playing", on);
  const player = players.get(card);
  if (!player) return;
  if (on) player.play();
  else {
    player.stop();
    player.go(index.places[card.clip][4]);
  }
}

function setPlayAll(on) {
  playAll = on;
  byId("play").setAttribute("aria-pressed", on);
  byId("play").textContent = on ? "Pause" : "Play all";
  for (const card of document.querySelectorAll(".clip")) playCard(card, on && card.visible);
}

function showCards(found) {
  const pages = Math.max(1, Math.ceil(found.length / PAGE));
  state.page = Math.min(state.page, pages);
  const shown = found.slice((state.page - 1) * PAGE, state.page * PAGE);
  const key = shown.join() + address({ clip: "" });
  if (byId("cards").dataset.key === key) return;
  byId("cards").dataset.key = key;
  watch.disconnect();
  players.forEach((player) => player.stop());
  players.clear();
  byId("cards").replaceChildren(...shown.map(buildCard));
  byId("nothing").hidden = found.length > 0;
  showPages(pages);
}

function showPages(pages) {
  byId("pages").hidden = pages < 2;
  byId("previous").disabled = state.page <= 1;
  byId("next").disabled = state.page >= pages;
  const menu = byId("page");
  if (menu.options.length !== pages) {
    menu.replaceChildren(...Array.from({ length: pages }, (_, n) => make("option", { value: n + 1 }, spoken(n + 1))));
  }
  menu.value = state.page;
  byId("of").textContent = `of ${spoken(pages)}`;
}

function goToPage(number) {
  location.hash = address({ page: number, clip: "" });
  byId("filters").scrollIntoView({ behavior: calm.matches ? "auto" : "smooth" });
}

/* Where it begins: clips.js calls clips with the index. */

const page = { clipsAre: document.body.dataset.clipsAre };

function show() {
  readAddress();
  const chosen = selection();
  showFilters(chosen);
  showCards(chosen.found);
  showDetails(chosen.found);
}

function clips(told) {
  index = told;
  buildFilters();
  show();
  addEventListener("hashchange", show);
}

byId("play").addEventListener("click", () => setPlayAll(!playAll));
byId("clear").addEventListener("click", () => replaceAddress({ chosen: new Map(), group: "", page: 1 }));
byId("group").addEventListener("click", () => replaceAddress({ group: "", page: 1 }));
byId("previous").addEventListener("click", () => goToPage(state.page - 1));
byId("next").addEventListener("click", () => goToPage(state.page + 1));
byId("page").addEventListener("change", (event) => goToPage(Number(event.target.value)));
byId("run").addEventListener("click", () => setPlaying(!opened?.player?.playing));
byId("scrub").addEventListener("input", (event) => seek(Number(event.target.value)));
byId("copy").addEventListener("click", copyLink);
byId("close").addEventListener("click", () => byId("details").close());
byId("details").addEventListener("click", (event) => event.target === byId("details") && byId("details").close());
byId("details").addEventListener("close", () => {
  const card = opened && document.querySelector(`[data-clip="${CSS.escape(index.names[opened.clip])}"]`);
  closeDetails();
  if (state.clip) replaceAddress({ clip: "" });
  card?.focus({ preventScroll: true });
});
byId("details").addEventListener("keydown", (event) => {
  if (event.target.matches("input")) return; // the slider has the arrows
  if (event.key === "ArrowLeft") byId("before").click();
  if (event.key === "ArrowRight") byId("after").click();
  if (event.key === " " && !event.target.matches("button, a")) {
    event.preventDefault();
    byId("run").click();
  }
});

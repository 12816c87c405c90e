/* Filters: what can be chosen of each label, and how many clips each choice would leave. */

const FEW = 6; // values that are shown side by side; more are a menu

function buildFilters() {
  for (const label of index.labels.filter((each) => each.filter)) {
    const build = label.values.length <= FEW ? buildBoxes : buildMenu;
    byId("filters").append(build(label));
  }
}

function buildBoxes(label) {
  const boxes = label.values.map((value) => {
    const box = make("input", { type: "checkbox", value });
    box.addEventListener("change", () => changeFilter(label, value, box.checked));
    return make("label", { class: "choice" }, box, value + " ", make("span", { class: "count" }));
  });
  return make("fieldset", { "data-label": label.name }, make("legend", {}, label.name), ...boxes);
}

function buildMenu(label) {
  const menu = make("select", {}, make("option", { value: "" }, "all"));
  label.values.forEach((value, number) => menu.append(make("option", { value: number }, value)));
  menu.addEventListener("change", () => {
    const chosen = new Map(state.chosen).set(keyOf(label), new Set());
    if (menu.value) chosen.get(keyOf(label)).add(label.values[menu.value]);
    replaceAddress({ chosen, page: 1 });
  });
  const named = make("label", { class: "menu" }, make("span", {}, label.name), menu);
  return make("div", { "data-label": label.name }, named);
}

function changeFilter(label, value, on) {
  const values = new Set(state.chosen.get(keyOf(label)));
  if (on) values.add(value);
  else values.delete(value);
  replaceAddress({ chosen: new Map(state.chosen).set(keyOf(label), values), page: 1 });
}

/* The clips that are chosen. Beside it, for each filter, how many clips have each of its values
   among those that all other filters let pass. */
function selection() {
  const filters = index.labels.filter((each) => each.filter);
  const wanted = filters.map((label) => {
    const values = state.chosen.get(keyOf(label));
    return values?.size ? new Set([...values].map((value) => label.values.indexOf(value))) : null;
  });
  const counts = filters.map((label) => new Array(label.values.length).fill(0));
  const found = [];
  for (let clip = 0; clip < index.names.length; clip++) {
    if (state.group && index.groups[clip] !== state.group) continue;
    const against = filters.map((_, f) => f).filter((f) => wanted[f] && !wanted[f].has(filters[f].of[clip]));
    if (!against.length) found.push(clip);
    filters.forEach((label, f) => {
      const passes = against.length === 0 || (against.length === 1 && against[0] === f);
      if (passes && label.of[clip] >= 0) counts[f][label.of[clip]]++;
    });
  }
  return { found, filters, counts };
}

function showFilters({ found, filters, counts }) {
  filters.forEach((label, f) => {
    const values = state.chosen.get(keyOf(label)) ?? new Set();
    const place = byId("filters").children[f];
    const menu = place.querySelector("select");
    if (menu) {
      menu.value = values.size ? label.values.indexOf([...values][0]) : "";
      label.values.forEach((value, v) => {
        menu.options[v + 1].textContent = `${value} (${spoken(counts[f][v])})`;
      });
    }
    place.querySelectorAll("input").forEach((box, v) => {
      box.checked = values.has(label.values[v]);
      const count = box.parentElement.querySelector(".count");
      count.textContent = spoken(counts[f][v]);
      box.parentElement.classList.toggle("none", !counts[f][v] && !box.checked);
    });
  });
  const all = index.names.length;
  byId("count").textContent =
    found.length === all ? `${spoken(all)} ${page.clipsAre}` : `${spoken(found.length)} of ${spoken(all)} ${page.clipsAre}`;
  byId("group").hidden = !state.group;
  byId("group").textContent = `of ${state.group.replaceAll("-", " ")} ×`;
  byId("clear").hidden = !state.group && ![...state.chosen.values()].some((values) => values.size);
}

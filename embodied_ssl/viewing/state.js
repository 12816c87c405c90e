/* What is chosen, as the address says it: #episode-17&interaction=grasp,push&page=2 */
"use strict";

let index = null; // what clips.js holds
const state = { clip: "", group: "", page: 1, chosen: new Map() };
const RESERVED = ["page", "in"];

const keyOf = (label) => (RESERVED.includes(label.name) ? label.name + "_" : label.name);

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function readAddress() {
  Object.assign(state, { clip: "", group: "", page: 1, chosen: new Map() });
  for (const part of location.hash.slice(1).split("&")) {
    const [key, text] = [part.split("=", 1)[0], part.slice(part.indexOf("=") + 1)];
    if (!part.includes("=")) state.clip ||= decoded(part);
    else if (key === "page") state.page = Math.max(1, parseInt(text, 10) || 1);
    else if (key === "in") state.group = decoded(text);
    else choose(decoded(key), text.split(",").map(decoded));
  }
}

function choose(key, values) {
  const label = index.labels.find((each) => each.filter && keyOf(each) === key);
  const known = label ? values.filter((value) => label.values.includes(value)) : [];
  if (known.length) state.chosen.set(key, new Set(known));
}

function address(changes) {
  const told = { ...state, ...changes };
  const parts = told.clip ? [encodeURIComponent(told.clip)] : [];
  if (told.group) parts.push("in=" + encodeURIComponent(told.group));
  for (const [key, values] of told.chosen) {
    if (values.size) parts.push(encodeURIComponent(key) + "=" + [...values].map(encodeURIComponent).join(","));
  }
  if (told.page > 1) parts.push("page=" + told.page);
  return "#" + parts.join("&");
}

/* Change what is chosen without a step that the browser's "back" would have to undo. */
function replaceAddress(changes) {
  history.replaceState(null, "", address(changes));
  show();
}

/* The number of the clip that a name means: its own, or that of the first of an episode's steps. */
function numberOf(name) {
  const own = index.names.indexOf(name);
  return own >= 0 || !name ? own : index.groups.indexOf(name);
}

/* An element with its attributes and what is in it; texts are never read as HTML. */
function make(name, attributes = {}, ...content) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...content.filter((each) => each !== null));
  return element;
}

const byId = (name) => document.getElementById(name);
const spoken = (number) => number.toLocaleString("en");

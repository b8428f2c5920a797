// Things to try: what is broken in this cloud, what its owner says, and, for
// those who ask, what is true.
import { h, icon, replace } from "./dom.js";
import { changed, go, store } from "./store.js";
import { fillComposer } from "./composer.js";
import { panes } from "./panes.js";
import { home } from "./side.js";

let groups = [];
const done = new Set(JSON.parse(sessionStorage.getItem("done") || "[]"));
const open = new Set();

export function startTries(all) {
  groups = all;
}

export const names = () => groups.flatMap((g) => g.tries);

// typed notes that something of the list was tried.
export function typed(text) {
  const about = text.replace(/^\/\S+\s*/, "");
  const hit = names().filter((t) => about === t.type || about.startsWith(t.type + " ")).pop();
  if (!hit) return;
  done.add(hit.type);
  sessionStorage.setItem("done", JSON.stringify([...done]));
  changed();
}

export function renderTries() {
  const pane = document.getElementById("tries");
  pane.hidden = !panes.tries;
  document.getElementById("app").classList.toggle("with-tries", panes.tries);
  const signature = JSON.stringify([[...done], [...open]]);
  if (pane.signature === signature) return;
  pane.signature = signature;
  const focus = document.activeElement?.dataset?.focus;
  const top = pane.querySelector(".tries-list")?.scrollTop;
  draw(pane);
  if (top) pane.querySelector(".tries-list").scrollTop = top;
  if (focus && pane.contains(document.activeElement) === false) [...pane.querySelectorAll("[data-focus]")].find((e) => e.dataset.focus === focus)?.focus({ preventScroll: true });
}

function draw(pane) {
  const all = names();
  const n = all.filter((t) => done.has(t.type)).length;
  replace(pane,
    h("header", { class: "bar" },
      h("div", { class: "bar-title" }, h("h1", {}, "Things to try"), h("p", {}, n ? `${n} of ${all.length} tried` : "Click one, press Enter, read the thread.")),
      h("button", { type: "button", class: "button icon-only quiet", "aria-label": "Close the list", onclick: () => { panes.toggleTries(); changed(); } }, icon("close"))),
    h("div", { class: "tries-list" }, groups.map((g) => h("section", {}, h("h2", {}, g.title), h("ul", {}, g.tries.map(item)))),
      h("p", { class: "keys" }, h("kbd", {}, "/"), " writes a command, ", h("kbd", {}, "↑"), " brings back the last one, ", h("kbd", {}, "Esc"), " closes the thread.")));
}

function item(t) {
  const id = "why-" + t.type.replace(/\W/g, "");
  const shown = open.has(t.type);
  return h("li", { class: done.has(t.type) ? "try done" : "try", data: { try: t.type } },
    h("button", { type: "button", class: "try-name", data: { focus: "try " + t.type }, onclick: () => choose(t) },
      h("code", {}, t.type), done.has(t.type) && h("span", { class: "tick" }, icon("check"), h("span", { class: "hidden" }, "tried")),
      t.says && h("span", { class: "says" }, t.says)),
    t.why && h("button", { type: "button", class: "reveal", "aria-expanded": String(shown), "aria-controls": id, data: { focus: "why " + t.type }, onclick: () => { shown ? open.delete(t.type) : open.add(t.type); changed(); } }, shown ? "Hide" : "Answer"),
    shown && h("div", { class: "why", id }, h("code", {}, t.cause || (t.several ? "which one?" : t.unknown ? "no such instance" : "nothing wrong")), h("p", {}, t.why)));
}

// choose puts the command where it can be sent, and leaves the sending to the person.
function choose(t) {
  if (panes.narrow) panes.wanted = false;
  const here = store.state.channels.find((c) => c.id === store.channel);
  if (here.is_im || !here.bot_is_member) go({ channel: home(), thread: "", tab: "messages" });
  changed();
  requestAnimationFrame(() => fillComposer("/sshhelp " + t.type));
}

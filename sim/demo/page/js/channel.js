// The middle: the channel's head, its messages, or the app's home.
import { h, icon, replace, sync } from "./dom.js";
import { post } from "./api.js";
import { blocks } from "./blocks.js";
import { row, rows } from "./messages.js";
import { following, watch } from "./scroll.js";
import { store, changed, channelOf, go, rootsIn, userOf } from "./store.js";
import { fillComposer } from "./composer.js";
import { toggleSide } from "./side.js";
import { panes } from "./panes.js";

const topics = {
  "ssh-help": "Why can I not SSH to my instance? Ask here.",
  random: "sshhelp is not in this channel: its answers go to you alone.",
};

let drawn = "";

export function startChannel() {
  watch(document.getElementById("log"));
}

export function renderChannel() {
  const channel = channelOf(store.channel);
  renderBar(channel);
  const log = document.getElementById("log");
  const home = channel.is_im && store.tab === "home";
  document.getElementById("main").classList.toggle("at-home", home);
  const here = `${store.me}/${store.channel}/${home}`;
  const moved = here !== drawn;
  if (moved) {
    replace(log);
    log.removeAttribute("data-held");
  }
  drawn = here;
  if (home) return renderHome(log);
  following(log, () => draw(log, channel), { toEnd: moved });
  const all = store.state.messages[channel.id];
  if (all?.length) store.seen.set(channel.id, all[all.length - 1].ts);
}

function draw(log, channel) {
  const messages = rootsIn(channel.id);
  const items = messages.length ? rows(messages, { inThread: false }) : [{ key: "empty", signature: channel.id, empty: channel }];
  sync(log, items, (item) => (item.empty ? empty(item.empty) : row(item)));
}

function renderBar(channel) {
  const bar = document.getElementById("bar");
  const title = channel.is_im ? channel.name.slice(1) : channel.name;
  const signature = [store.me, channel.id, store.tab, panes.tries, channel.bot_is_member].join("/");
  if (bar.signature === signature) return;
  bar.signature = signature;
  replace(bar,
    h("button", { type: "button", class: "icon-only quiet button only-narrow", "aria-label": "Channels", onclick: toggleSide }, icon("menu")),
    h("div", { class: "bar-title" },
      h("h1", {}, !channel.is_im && h("span", { class: "hash" }, channel.is_private ? icon("lock") : "#"), title),
      channel.is_im ? tabs() : h("p", {}, topics[channel.name] || "")),
    h("button", { type: "button", class: "button quiet", "aria-pressed": String(panes.tries), id: "toggle-tries", onclick: () => { panes.toggleTries(); changed(); } },
      icon("list"), h("span", {}, "Things to try")));
}

function tabs() {
  const tab = (name, label) => h("button", { type: "button", role: "tab", "aria-selected": String(store.tab === name), onclick: () => openTab(name) }, label);
  return h("div", { class: "tabs", role: "tablist" }, tab("messages", "Messages"), tab("home", "Home"));
}

async function openTab(name) {
  go({ tab: name, thread: "" });
  await post("home", { tab: name });
}

function renderHome(log) {
  const view = store.state.home;
  const signature = JSON.stringify(view);
  if (log.firstChild && log.homeSignature === signature) return;
  log.homeSignature = signature;
  const complaint = h("p", { class: "problem", role: "alert" });
  const where = view && { at: { view_id: view.id }, values: view.state?.values, fields: new Map(), complain: (t) => { complaint.textContent = t; } };
  replace(log, h("div", { class: "home" }, view ? blocks(view.blocks, where) : h("p", { class: "muted" }, "The app has put nothing here."), complaint));
}

// empty is what a channel shows before anybody has written in it.
function empty(channel) {
  const name = userOf(store.state.me.id).real_name.split(" ")[0];
  const start = (text) => h("button", { type: "button", class: "starter", onclick: () => fillComposer(text) }, h("code", {}, text), h("span", { class: "hint" }, "put it below"));
  if (!channel.is_im && !channel.bot_is_member) return h("div", { class: "empty" }, h("h2", {}, `Nothing here yet, ${name}.`));
  const prefix = channel.is_im ? "" : "/sshhelp ";
  return h("div", { class: "empty" },
    h("h2", {}, channel.is_im ? "Just you and sshhelp" : `Locked out, ${name}?`),
    h("p", {}, channel.is_im
      ? "Write the name of an instance, its address, or an ssh line as you type it in your terminal."
      : "This channel belongs to a small cloud in which nearly every instance is broken, each in its own way. Ask what is wrong with one; the answer comes as one message, and its thread has the evidence."),
    h("div", { class: "starters" }, ["web-1", "db-2", "gpu-7"].map((n) => start(prefix + n))),
    h("p", { class: "muted" }, "The whole list is under “Things to try”."));
}

export const unread = (channel) => {
  if (channel.id === store.channel) return 0;
  const since = store.seen.get(channel.id) || "0";
  return (store.state.messages[channel.id] || []).filter((m) => m.ts > since && m.user !== store.state.me.id).length;
};


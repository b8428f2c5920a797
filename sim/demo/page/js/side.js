// The left bar: channels, the app, and who one is.
import { h, replace } from "./dom.js";
import { avatar } from "./people.js";
import { connect } from "./feed.js";
import { unread } from "./channel.js";
import { store, go } from "./store.js";

let people = [];

export function startSide(users) {
  people = users;
  document.getElementById("scrim").addEventListener("click", () => openSide(false));
}

export const toggleSide = () => openSide(!document.getElementById("app").classList.contains("side-open"));

function openSide(open) {
  document.getElementById("app").classList.toggle("side-open", open);
  if (open) document.querySelector("#side [aria-current]")?.focus();
}

export function renderSide() {
  const side = document.getElementById("side");
  const signature = JSON.stringify([store.me, store.channel, store.state.channels.map((c) => [c.id, c.name, unread(c)])]);
  if (side.signature === signature) return;
  side.signature = signature;
  const focus = document.activeElement?.dataset?.focus;
  const channels = store.state.channels;
  replace(side,
    h("div", { class: "team" }, h("span", { class: "team-name" }, store.state.team.name), h("span", { class: "team-note" }, "all of it on this machine")),
    h("div", { class: "side-lists" },
      h("h2", {}, "Channels"), h("ul", {}, channels.filter((c) => !c.is_im).map((c) => entry(c, h("span", { class: "hash" }, "#"), c.name))),
      h("h2", {}, "Apps"), h("ul", {}, channels.filter((c) => c.is_im).map((c) => entry(c, avatar({ app: true }, "small"), c.name.slice(1))))),
    identity());
  if (focus) [...side.querySelectorAll("[data-focus]")].find((e) => e.dataset.focus === focus)?.focus();
}

function entry(channel, sign, name) {
  const n = unread(channel);
  const here = channel.id === store.channel;
  return h("li", {}, h("button", {
    type: "button", class: n ? "unread" : undefined, "aria-current": here ? "page" : undefined, data: { focus: channel.id, channel: name },
    onclick: () => { openSide(false); go({ channel: channel.id, thread: "", tab: "messages" }); document.getElementById("composer-input")?.focus(); },
  }, sign, h("span", { class: "name" }, name), n > 0 && h("span", { class: "badge", "aria-label": `${n} unread` }, n)));
}

// identity switches between the people of the workspace.
function identity() {
  const me = people.find((p) => p.name === store.me);
  return h("fieldset", { class: "identity" }, h("legend", {}, "You are"),
    h("div", { class: "faces" }, people.map((p) => h("label", { title: `${p.real_name}, ${p.title}` },
      h("input", { type: "radio", name: "me", value: p.name, checked: p.name === store.me, data: { focus: "me " + p.name, user: p.name }, onchange: () => become(p.name) }),
      avatar({ name: p.real_name || p.name }), h("span", { class: "hidden" }, p.real_name)))),
    me && h("div", { class: "who" }, h("strong", {}, me.real_name), h("span", {}, me.title)));
}

async function become(name) {
  const { channel } = store;
  await connect(name);
  const still = store.state.channels.some((c) => c.id === channel);
  go({ me: name, channel: still ? channel : home(), thread: still ? store.thread : "" });
}

// home is the channel to begin with.
export const home = () => (store.state.channels.find((c) => c.name === "ssh-help") || store.state.channels.find((c) => !c.is_im) || store.state.channels[0]).id;


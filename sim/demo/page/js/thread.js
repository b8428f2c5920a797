// The right pane: one thread with its replies.
import { h, icon, replace, sync } from "./dom.js";
import { composer } from "./composer.js";
import { row, rows } from "./messages.js";
import { following, watch } from "./scroll.js";
import { store, channelOf, go, isReply, threadOf } from "./store.js";

let drawn = "";

export function renderThread() {
  const pane = document.getElementById("thread");
  document.getElementById("app").classList.toggle("with-thread", Boolean(store.thread));
  pane.hidden = !store.thread;
  if (!store.thread) {
    drawn = "";
    return;
  }
  const here = `${store.me}/${store.channel}/${store.thread}`;
  const opened = here !== drawn;
  if (opened) build(pane);
  drawn = here;
  const list = pane.querySelector(".thread-list");
  following(list, () => draw(list), { toEnd: false });
  const status = store.state.statuses.find((s) => s.channel === store.channel && s.thread_ts === store.thread);
  replace(pane.querySelector(".thread-status"), status && h("span", { class: "working" }, `${store.state.bot.name} ${status.status}`));
}

function build(pane) {
  const channel = channelOf(store.channel);
  const list = h("div", { class: "thread-list", role: "log", "aria-live": "off" });
  watch(list);
  replace(pane,
    h("header", { class: "bar" },
      h("div", { class: "bar-title" }, h("h1", {}, "Thread"), h("p", {}, channel.is_im ? channel.name.slice(1) : "#" + channel.name)),
      h("button", { type: "button", class: "button icon-only quiet", id: "close-thread", title: "Close (Esc)", "aria-label": "Close the thread", onclick: closeThread }, icon("close"))),
    list, h("div", { class: "thread-status", "aria-live": "polite" }),
    composer({ id: "reply-input", thread: store.thread, placeholder: "Reply: recheck, from 198.51.100.7" }));
}

function draw(list) {
  const messages = threadOf(store.channel, store.thread);
  const root = messages.filter((m) => !isReply(m));
  const replies = messages.filter(isReply);
  const count = replies.filter((m) => !m.ephemeral_to).length;
  const items = [...rows(root, { inThread: true }),
    ...(count ? [{ key: "count", signature: String(count), count }] : []),
    ...rows(replies, { inThread: true })];
  sync(list, items, (item) => (item.count ? h("div", { class: "count" }, item.count === 1 ? "1 reply" : `${item.count} replies`) : row(item)));
}

export function closeThread() {
  go({ thread: "" });
  document.getElementById("composer-input")?.focus();
}

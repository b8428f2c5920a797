// A message as a row: who, when, what, and what one can do with it.
import { h, icon, menu } from "./dom.js";
import { post } from "./api.js";
import { blocks } from "./blocks.js";
import { emoji, quick } from "./emoji.js";
import { mrkdwn } from "./mrkdwn.js";
import { authorOf, avatar } from "./people.js";
import { copy } from "./richtext.js";
import { store, changed, go, keyOf, isReply, userOf } from "./store.js";

const apart = 5 * 60;     // seconds after which a person's next message gets a head of its own
const flash = 1500;       // milliseconds for which a change under one's eyes is marked

const clock = (ts) => new Date(Number(ts) * 1000);
const hour = (at) => at.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });

// rows makes the items of a list: day lines and messages, each with a
// signature that changes when it has to be drawn anew.
export function rows(messages, { inThread }) {
  const out = [];
  let before = null;
  for (const m of messages) {
    const day = clock(m.ts).toDateString();
    if (!inThread && (!before || clock(before.ts).toDateString() !== day)) {
      out.push({ key: "day " + day, signature: day, day: clock(m.ts) });
      before = null;
    }
    const grouped = Boolean(before) && follows(before, m);
    const editing = editingKey === keyOf(m) && Boolean(inThread) === editingInThread;
    out.push({ key: keyOf(m), signature: JSON.stringify([m, grouped, inThread, store.me, editing]), message: m, grouped, inThread, editing });
    before = m;
  }
  return out;
}

function follows(a, b) {
  return a.user === b.user && a.bot_id === b.bot_id && !a.ephemeral_to && !b.ephemeral_to &&
    !a.subtype && !b.subtype && Number(b.ts) - Number(a.ts) < apart && !(a.reply_count && !isReply(a));
}

export function row(item) {
  if (item.day) return h("div", { class: "day" }, h("span", {}, dayName(item.day)));
  const m = item.message;
  const who = authorOf(m);
  const classes = ["message", item.grouped && "grouped", m.ephemeral_to && "ephemeral", who.app && "from-app", isFresh(m) && "fresh"];
  const at = clock(m.ts);
  return h("article", { class: classes.filter(Boolean).join(" "), data: { ts: m.ts, author: who.short || who.name }, tabindex: "-1" },
    m.ephemeral_to && h("div", { class: "only-you" }, icon("eye"), "Only visible to you"),
    h("div", { class: "gutter" }, item.grouped ? h("time", { class: "late", datetime: at.toISOString() }, hour(at)) : avatar(who)),
    h("div", { class: "body" },
      !item.grouped && h("div", { class: "head" }, h("span", { class: "author" }, who.name), who.app && h("span", { class: "tag" }, "APP"),
        h("time", { datetime: at.toISOString(), title: at.toLocaleString() }, hour(at))),
      item.editing ? editor(m) : content(m),
      m.ephemeral_to && h("button", { type: "button", class: "text-button", onclick: () => post("delete", { channel: m.channel, ts: m.ts }) }, "Dismiss"),
      reactions(m),
      !item.inThread && replies(m)),
    !m.ephemeral_to && m.subtype !== "tombstone" && !item.editing && toolbar(m, item.inThread));
}

function dayName(at) {
  const today = new Date();
  if (at.toDateString() === today.toDateString()) return "Today";
  return at.toLocaleDateString(undefined, { weekday: "long", day: "numeric", month: "long" });
}

// isFresh: changed a moment ago; the mark is an animation that ends by itself.
function isFresh(m) {
  return Date.now() - (store.fresh.get(keyOf(m)) || 0) < flash;
}

function content(m) {
  const complaint = h("p", { class: "problem", role: "alert" });
  const where = { at: { channel: m.channel, ts: m.ts }, complain: (text) => { complaint.textContent = text; } };
  const edited = m.edited && h("span", { class: "edited" }, "(edited)");
  // What a person typed is mrkdwn; its blocks hold the same without the marks.
  const text = m.blocks?.length && m.bot_id
    ? [blocks(m.blocks, where), edited]
    : h("div", { class: m.subtype === "tombstone" ? "text muted" : "text" }, mrkdwn(m.text), edited && [" ", edited]);
  return h("div", { class: "content" }, m.text || m.blocks ? text : null, attachments(m, where), files(m), complaint);
}

function attachments(m, where) {
  return (m.attachments || []).map((a) => h("div", { class: "attachment" }, a.title && h("strong", {}, a.title),
    a.text && h("div", { class: "text" }, mrkdwn(a.text)), a.blocks && blocks(a.blocks, where)));
}

function files(m) {
  return (m.files || []).map((f) => h("div", { class: "file" },
    h("div", { class: "file-head" }, icon("file"), h("a", { href: `/sim/file/${encodeURIComponent(f.id)}`, target: "_blank", rel: "noopener" }, f.name || f.title),
      h("span", { class: "muted" }, size(f.size))),
    f.preview && h("pre", { class: "pre" }, f.preview)));
}

const size = (n) => (n < 1024 ? `${n} bytes` : `${(n / 1024).toFixed(1)} KB`);

function reactions(m) {
  if (!m.reactions?.length) return null;
  const me = store.state.me.id;
  return h("div", { class: "reactions" }, m.reactions.map((r) => {
    const mine = r.users.includes(me);
    const names = r.users.map((id) => (id === store.state.bot.user_id ? store.state.bot.name : userOf(id)?.real_name || id)).join(", ");
    return h("button", { type: "button", class: mine ? "reaction mine" : "reaction", title: `${names}: ${r.name}`, "aria-pressed": String(mine),
      "aria-label": `${r.name}, ${r.count}`, data: { focus: "reaction " + r.name }, onclick: () => react(m, r.name, mine) },
      emoji(r.name), h("span", {}, r.count));
  }));
}

const react = (m, name, remove) => post("react", { channel: m.channel, ts: m.ts, name, remove });

function replies(m) {
  if (!m.reply_count) return null;
  const faces = (m.reply_users || []).slice(0, 4).map((id) => avatar(authorOf({ user: id }), "small"));
  const count = m.reply_count === 1 ? "1 reply" : `${m.reply_count} replies`;
  return h("button", { type: "button", class: "replies", data: { focus: "replies" }, onclick: () => go({ thread: m.ts }) },
    faces, h("strong", {}, count), h("span", { class: "muted last" }, `last at ${hour(clock(m.latest_reply))}`), h("span", { class: "muted view" }, "View thread"));
}

function toolbar(m, inThread) {
  const mine = store.state.me.id === m.user && !m.bot_id;
  const tool = (label, content, run) => h("button", { type: "button", title: label, "aria-label": label, data: { focus: label }, onclick: run }, content);
  const bar = h("div", { class: "toolbar", role: "toolbar", "aria-label": "Message" },
    quick.map((name) => tool(`React with ${name}`, emoji(name), () => react(m, name, m.reactions?.some((r) => r.name === name && r.users.includes(store.state.me.id))))),
    !inThread && tool("Reply in thread", icon("reply"), () => go({ thread: m.thread_ts || m.ts })),
    menu(h("button", { type: "button", title: "More", "aria-label": "More", data: { focus: "more" } }, icon("more")), () => [
      ...store.state.shortcuts.filter((s) => s.type === "message").map((s) => ({ label: s.name, run: () => post("shortcut", { callback_id: s.callback_id, channel: m.channel, ts: m.ts }) })),
      { label: "Copy text", run: () => copy(m.text) },
      ...(mine ? [{ label: "Edit", run: () => edit(m, inThread) }, { label: "Delete", danger: true, run: () => post("delete", { channel: m.channel, ts: m.ts }) }] : []),
    ]));
  return bar;
}

let editingKey = "";
let editingInThread = false;

function edit(m, inThread) {
  editingKey = m ? keyOf(m) : "";
  editingInThread = Boolean(inThread);
  changed();
}

function editor(m) {
  const field = h("textarea", { class: "field", rows: 2, value: m.text, "aria-label": "Edit the message" });
  const save = async () => { edit(null); await post("edit", { channel: m.channel, ts: m.ts, text: field.value }); };
  field.addEventListener("keydown", (e) => {
    if (e.key === "Enter" && !e.shiftKey) { e.preventDefault(); save(); }
    if (e.key === "Escape") { e.stopPropagation(); edit(null); }
  });
  queueMicrotask(() => field.focus());
  return h("div", { class: "editor" }, field, h("div", { class: "block-actions" },
    h("button", { type: "button", class: "button", onclick: () => edit(null) }, "Cancel"),
    h("button", { type: "button", class: "button primary", onclick: save }, "Save")));
}


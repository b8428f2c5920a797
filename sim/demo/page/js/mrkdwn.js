// Slack's mrkdwn, as nodes. What a text says in tokens (<@U1>, <!date^...>)
// becomes elements; everything else stays text.
import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { store, userOf, go } from "./store.js";

const unescape = (s) => s.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");

export function mrkdwn(text) {
  return String(text).split("```").flatMap((part, i, all) => {
    if (i % 2 === 1 && i < all.length - 1) return [h("pre", { class: "pre" }, unescape(part.replace(/^\n|\n$/g, "")))];
    return quoted(i % 2 === 1 ? "```" + part : part);
  });
}

// quoted makes quotes of the lines that begin with >.
function quoted(text) {
  const out = [];
  let plain = [], quote = [];
  const flush = () => {
    if (quote.length) out.push(h("blockquote", {}, inline(quote.join("\n"))));
    if (plain.length) out.push(...inline(plain.join("\n")));
    plain = []; quote = [];
  };
  for (const line of text.split("\n")) {
    const m = /^(?:&gt;|>)(?!&gt;) ?(.*)$/s.exec(line);
    if (m ? plain.length : quote.length) flush();
    (m ? quote : plain).push(m ? m[1] : line);
  }
  flush();
  return out;
}

const tokens = new RegExp([
  "`([^`\\n]+)`",
  "<([^<>\\n]+)>",
  "(?<![\\w*])\\*(?=\\S)([^*\\n]+?)(?<=\\S)\\*(?![\\w*])",
  "(?<![\\w_])_(?=\\S)([^_\\n]+?)(?<=\\S)_(?![\\w_])",
  "(?<![\\w~])~(?=\\S)([^~\\n]+?)(?<=\\S)~(?![\\w~])",
  ":([a-z0-9_+'-]+):",
].join("|"), "g");

export function inline(text) {
  const out = [];
  let last = 0;
  for (const m of text.matchAll(tokens)) {
    if (m.index > last) out.push(unescape(text.slice(last, m.index)));
    last = m.index + m[0].length;
    if (m[1] !== undefined) out.push(h("code", {}, unescape(m[1])));
    else if (m[2] !== undefined) out.push(token(m[2]));
    else if (m[3] !== undefined) out.push(h("strong", {}, inline(m[3])));
    else if (m[4] !== undefined) out.push(h("em", {}, inline(m[4])));
    else if (m[5] !== undefined) out.push(h("s", {}, inline(m[5])));
    else out.push(emoji(m[6]));
  }
  if (last < text.length) out.push(unescape(text.slice(last)));
  return out;
}

function token(body) {
  const bar = body.indexOf("|");
  const target = bar < 0 ? body : body.slice(0, bar);
  const label = bar < 0 ? "" : unescape(body.slice(bar + 1));
  switch (target[0]) {
    case "@": return mention(target.slice(1), label);
    case "#": return channelLink(target.slice(1), label);
    case "!": return special(target.slice(1), label);
  }
  return link(unescape(target), label);
}

export function mention(id, label) {
  const user = userOf(id);
  const name = id === store.state.bot.user_id ? store.state.bot.name : user?.real_name || label || id;
  return h("span", { class: user?.name === store.me ? "mention me" : "mention" }, "@" + name);
}

export function groupMention(id, label) {
  const group = store.state.usergroups.find((g) => g.id === id);
  return h("span", { class: "mention" }, "@" + (group?.handle || label || id));
}

export function channelLink(id, label) {
  const channel = store.state.channels.find((c) => c.id === id);
  if (!channel) return h("span", { class: "mention" }, "#" + (label || id));
  return h("button", { type: "button", class: "mention", onclick: () => go({ channel: id, thread: "" }) }, "#" + channel.name);
}

// link leads out of the page only to the web and to mail; anything else is shown.
export function link(url, label) {
  const text = label || url.replace(/^mailto:/, "");
  if (!/^(https?:|mailto:)/i.test(url)) return h("span", {}, text);
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, text);
}

function special(body, label) {
  const parts = body.split("^");
  if (parts[0] === "date") return date(Number(parts[1]), parts[2], label);
  if (parts[0] === "subteam") return groupMention(parts[1], label.replace(/^@/, ""));
  return h("span", { class: "mention loud" }, "@" + (label.replace(/^@/, "") || parts[0]));
}

const day = { year: "numeric", month: "long", day: "numeric" };
const formats = {
  date: day, date_pretty: day, date_long: { weekday: "long", ...day }, date_long_pretty: { weekday: "long", ...day },
  date_short: { year: "numeric", month: "short", day: "numeric" }, date_short_pretty: { year: "numeric", month: "short", day: "numeric" },
  time: { hour: "numeric", minute: "2-digit" }, time_secs: { hour: "numeric", minute: "2-digit", second: "2-digit" },
};

// date is a moment in the reader's own time zone.
export function date(seconds, format, fallback) {
  const at = new Date(seconds * 1000);
  if (Number.isNaN(at.getTime())) return h("span", {}, fallback);
  const text = String(format).replace(/\{(\w+)\}/g, (whole, name) => {
    if (name === "date_num") return at.toISOString().slice(0, 10);
    if (name === "ago") return ago(at);
    return formats[name] ? at.toLocaleString(undefined, formats[name]) : whole;
  });
  return h("time", { datetime: at.toISOString(), title: at.toLocaleString() }, text);
}

function ago(at) {
  const minutes = Math.round((Date.now() - at) / 60000);
  if (minutes < 1) return "just now";
  return minutes < 60 ? `${minutes} min ago` : `${Math.round(minutes / 60)} h ago`;
}

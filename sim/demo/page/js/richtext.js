// Rich text blocks: sections, lists, commands to copy, quotes.
import { h, icon } from "./dom.js";
import { emoji } from "./emoji.js";
import { channelLink, date, groupMention, link, mention } from "./mrkdwn.js";

export function richText(block) {
  return h("div", { class: "rich" }, (block.elements || []).map(part));
}

function part(e) {
  switch (e.type) {
    case "rich_text_section": return h("p", { class: "rich-section" }, pieces(e));
    case "rich_text_list": return list(e);
    case "rich_text_preformatted": return preformatted((e.elements || []).map((x) => x.text || x.url || "").join(""));
    case "rich_text_quote": return h("blockquote", {}, pieces(e));
  }
  return null;
}

function list(e) {
  const tag = e.style === "ordered" ? "ol" : "ul";
  const start = tag === "ol" && e.offset ? e.offset + 1 : undefined;
  return h(tag, { class: `rich-list indent-${Math.min(e.indent || 0, 5)}`, start },
    (e.elements || []).map((item) => h("li", {}, pieces(item))));
}

const pieces = (e) => (e.elements || []).map(piece);

function piece(e) {
  switch (e.type) {
    case "text": return styled(e.text, e.style);
    case "link": return styled(link(e.url, e.text), e.style);
    case "emoji": return emoji(e.name, e.unicode);
    case "user": return mention(e.user_id);
    case "usergroup": return groupMention(e.usergroup_id);
    case "channel": return channelLink(e.channel_id);
    case "broadcast": return h("span", { class: "mention loud" }, "@" + e.range);
    case "date": return date(e.timestamp, e.format, e.fallback);
    case "color": return h("code", {}, e.value);
  }
  return null;
}

function styled(content, style) {
  let node = content;
  if (!style) return node;
  if (style.code) node = h("code", {}, node);
  if (style.strike) node = h("s", {}, node);
  if (style.italic) node = h("em", {}, node);
  if (style.bold) node = h("strong", {}, node);
  return node;
}

// preformatted is text as it is, with a button that copies it.
export function preformatted(text) {
  const button = h("button", { type: "button", class: "copy", "aria-label": "Copy to the clipboard" }, icon("copy"), h("span", {}, "Copy"));
  button.addEventListener("click", async () => {
    const done = await copy(text);
    button.replaceChildren(icon(done ? "check" : "close"), h("span", {}, done ? "Copied" : "Not copied"));
    setTimeout(() => button.replaceChildren(icon("copy"), h("span", {}, "Copy")), 1600);
  });
  return h("div", { class: "pre-box" }, h("pre", { class: "pre" }, text), button);
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

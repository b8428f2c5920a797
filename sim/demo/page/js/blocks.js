// Block Kit, for messages, modals and the app's home. where says on whose
// behalf elements act (see elements.js).
import { h, icon } from "./dom.js";
import { element } from "./elements.js";
import { withEmoji } from "./emoji.js";
import { mrkdwn } from "./mrkdwn.js";
import { richText } from "./richtext.js";

export function blocks(list, where) {
  return h("div", { class: "blocks" }, (list || []).map((b) => block(b, where)));
}

const renderers = {
  header: (b) => h(`h${b.level || 3}`, { class: "block-header" }, textOf(b.text)),
  section,
  divider: () => h("hr", {}),
  context: (b) => h("div", { class: "block-context" }, b.elements.map((e) => (e.type === "image" ? image(e) : h("span", {}, textOf(e))))),
  actions: (b, where) => h("div", { class: "block-actions" }, b.elements.map((e) => element(e, b, where))),
  context_actions: (b, where) => h("div", { class: "block-actions" }, b.elements.map((e) => element(e, b, where))),
  rich_text: richText,
  image: (b) => h("figure", { class: "block-image" }, b.title && h("figcaption", {}, textOf(b.title)), image(b)),
  video: (b) => h("figure", { class: "block-image" }, h("figcaption", {}, textOf(b.title)), image(b)),
  markdown: (b) => h("div", { class: "text" }, mrkdwn(b.text.replace(/\*\*/g, "*"))),
  table: (b) => table(b.rows),
  data_table: (b, where) => h("figure", {}, h("figcaption", {}, b.caption), table(b.rows, where)),
  input,
  alert: (b) => h("div", { class: `block-alert ${b.level || "default"}`, role: "note" }, textOf(b.text)),
  task_card: task,
  plan: (b) => h("div", { class: "block-plan" }, h("strong", {}, b.title), (b.tasks || []).map(task)),
  card: (b, where) => h("div", { class: "block-card" }, b.title && h("strong", {}, textOf(b.title)),
    b.subtitle && h("div", { class: "muted" }, textOf(b.subtitle)), b.body && h("div", {}, textOf(b.body)),
    b.actions && h("div", { class: "block-actions" }, b.actions.map((e) => element(e, b, where)))),
  carousel: (b, where) => h("div", { class: "block-carousel" }, b.elements.map((c) => renderers.card(c, where))),
  container,
};

function block(b, where) {
  const render = renderers[b.type];
  const node = render ? render(b, where) : h("div", { class: "muted" }, `(a block of type ${b.type})`);
  node.classList.add("block");
  return node;
}

// textOf renders a text object.
export function textOf(t) {
  if (!t) return [];
  if (t.type === "mrkdwn") return mrkdwn(t.text);
  return t.emoji === false ? [t.text] : withEmoji(t.text);
}

function section(b, where) {
  return h("div", { class: "block-section" },
    h("div", { class: "block-section-text" },
      b.text && h("div", { class: "text" }, textOf(b.text)),
      b.fields && h("div", { class: "fields" }, b.fields.map((f) => h("div", { class: "text" }, textOf(f))))),
    b.accessory && h("div", { class: "accessory" }, b.accessory.type === "image" ? image(b.accessory) : element(b.accessory, b, where)));
}

// image shows what an image is said to be: this page fetches nothing from elsewhere.
const image = (e) => h("span", { class: "image", role: "img", "aria-label": e.alt_text }, icon("file"), e.alt_text);

function table(rows, where) {
  const [head, ...body] = rows;
  return h("div", { class: "table-box", tabindex: "0", role: "region", "aria-label": "Table" }, h("table", {},
    h("thead", {}, h("tr", {}, head.map((c) => h("th", { scope: "col" }, cell(c))))),
    h("tbody", {}, body.map((r) => h("tr", {}, r.map((c) => h("td", {}, cell(c, where))))))));
}

function cell(c, where) {
  if (c.type === "rich_text") return richText(c);
  if (c.type === "action_cell") return element(c.element, c, where);
  return String(c.text ?? c.value ?? "");
}

const taskIcons = { pending: "more", in_progress: "send", complete: "check", error: "close" };

function task(b) {
  return h("div", { class: `block-task ${b.status || "pending"}` }, h("span", { class: "task-state" }, icon(taskIcons[b.status] || "more")),
    h("div", {}, h("div", {}, b.title), b.details && richText(b.details), b.output && richText(b.output)));
}

function container(b, where) {
  const title = b.rich_text_title ? richText(b.rich_text_title) : h("strong", {}, textOf(b.title));
  const children = (b.child_blocks || []).map((c) => block(c, where));
  if (!b.is_collapsible) return h("div", { class: "block-card" }, title, children);
  return h("details", { class: "block-card", open: !b.default_collapsed }, h("summary", {}, title), children);
}

function input(b, where) {
  const id = `f-${b.block_id}`;
  const problem = where.errors?.[b.block_id];
  return h("div", { class: problem ? "block-input wrong" : "block-input", data: { block: b.block_id } },
    h("label", { for: id }, textOf(b.label), b.optional && h("span", { class: "muted" }, " (optional)")),
    element(b.element, b, where, { id, describedBy: [problem && `${id}-e`, b.hint && `${id}-h`].filter(Boolean).join(" ") || undefined }),
    problem && h("p", { class: "problem", id: `${id}-e` }, problem),
    b.hint && h("p", { class: "hint", id: `${id}-h` }, textOf(b.hint)));
}

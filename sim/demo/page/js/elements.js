// Interactive elements. An element acts through where:
//   where.at       what names the message or view in a call
//   where.values   the state of a view: what was chosen so far, by block and action
//   where.fields   Map to which inputs add how to read them, for the submission
import { h, icon, menu } from "./dom.js";
import { post } from "./api.js";
import { withEmoji } from "./emoji.js";
import { mrkdwn } from "./mrkdwn.js";
import { store } from "./store.js";
import { ask } from "./dialogs.js";

const words = (t) => (t ? (t.type === "mrkdwn" ? mrkdwn(t.text) : t.emoji === false ? t.text : withEmoji(t.text)) : "");
const plain = (t) => t?.text || "";

export function element(e, block, where, label) {
  const build = builders[e.type];
  if (!build) return h("span", { class: "muted" }, `(an element of type ${e.type})`);
  return build(e, { block, where, label, input: block.type === "input" });
}

const builders = {
  button,
  workflow_button: button,
  icon_button: button,
  feedback_buttons: (e, c) => h("span", { class: "pair" }, ["positive_button", "negative_button"].map((k) =>
    e[k] && button({ ...e[k], action_id: e.action_id, confirm: e.confirm }, c))),
  overflow: (e, c) => menu(h("button", { type: "button", class: "button icon-only", "aria-label": "More" }, icon("more")),
    () => e.options.map((o) => ({ label: words(o.text), run: () => act("select", e, c, { value: o.value }) }))),
  static_select: (e, c) => select(e, c, optionsOf(e), e.initial_option && [e.initial_option.value]),
  external_select: (e, c) => text(e, c, "text"),
  users_select: (e, c) => select(e, c, people(), e.initial_user && [e.initial_user]),
  conversations_select: (e, c) => select(e, c, conversations(), e.initial_conversation && [e.initial_conversation]),
  channels_select: (e, c) => select(e, c, conversations(), e.initial_channel && [e.initial_channel]),
  multi_static_select: (e, c) => boxes(e, c, "checkbox", optionsOf(e), (e.initial_options || []).map((o) => o.value)),
  multi_users_select: (e, c) => boxes(e, c, "checkbox", people(), e.initial_users),
  multi_conversations_select: (e, c) => boxes(e, c, "checkbox", conversations(), e.initial_conversations),
  multi_channels_select: (e, c) => boxes(e, c, "checkbox", conversations(), e.initial_channels),
  checkboxes: (e, c) => boxes(e, c, "checkbox", optionsOf(e), (e.initial_options || []).map((o) => o.value)),
  radio_buttons: (e, c) => boxes(e, c, "radio", optionsOf(e), e.initial_option && [e.initial_option.value]),
  datepicker: (e, c) => text(e, c, "date", e.initial_date),
  timepicker: (e, c) => text(e, c, "time", e.initial_time),
  datetimepicker: (e, c) => text(e, c, "datetime-local"),
  plain_text_input: (e, c) => text(e, c, e.multiline ? "area" : "text", e.initial_value),
  rich_text_input: (e, c) => text(e, c, "area"),
  email_text_input: (e, c) => text(e, c, "email", e.initial_value),
  url_text_input: (e, c) => text(e, c, "url", e.initial_value),
  number_input: (e, c) => text(e, c, "number", e.initial_value),
};

const optionsOf = (e) => (e.option_groups ? e.option_groups.flatMap((g) => g.options.map((o) => ({ ...o, group: plain(g.label) }))) : e.options || [])
  .map((o) => ({ value: o.value, label: words(o.text), note: o.description && words(o.description), group: o.group }));
const people = () => store.state.users.filter((u) => !u.is_bot).map((u) => ({ value: u.id, label: u.real_name || u.name }));
const conversations = () => store.state.channels.filter((c) => !c.is_im).map((c) => ({ value: c.id, label: "#" + c.name }));

// act tells the app, after a question if the element asks one.
async function act(call, e, c, body, node) {
  if (e.confirm && !(await ask(e.confirm))) return null;
  node?.classList.add("busy");
  const answer = await post(call, { ...c.where.at, action_id: e.action_id, block_id: c.block.block_id, ...body });
  node?.classList.remove("busy");
  if (!answer.ok) c.where.complain?.(answer.problem);
  return answer;
}

function button(e, c) {
  const style = { primary: "primary", danger: "danger" }[e.style] || "";
  const props = {
    class: `button ${style}`, "aria-label": e.accessibility_label, data: { focus: `${c.block.block_id}/${e.action_id}` },
  };
  const body = e.value === undefined ? {} : { value: e.value };
  const label = e.text ? words(e.text) : icon("more");
  if (e.url && /^https?:/i.test(e.url)) {
    return h("a", { ...props, href: e.url, target: "_blank", rel: "noopener noreferrer", onclick: () => act("click", { ...e, confirm: null }, c, body) }, label);
  }
  const node = h("button", { type: "button", ...props }, label);
  node.addEventListener("click", () => act("click", e, c, body, node));
  return node;
}

// chosen are the values kept by the view, in Slack's form, as plain strings.
function chosen(e, c) {
  const v = c.where.values?.[c.block.block_id]?.[e.action_id];
  if (!v) return null;
  for (const [name, x] of Object.entries(v)) {
    if (name === "type" || x === null || x === undefined) continue;
    if (Array.isArray(x)) return x.map((o) => o.value ?? o);
    return [String(x.value ?? x)];
  }
  return null;
}

const field = (e, c, read) => c.where.fields?.set(`${c.block.block_id}\n${e.action_id}`, { block: c.block.block_id, action: e.action_id, input: c.input, read });

// tell reports a choice, unless it waits for the submission of the modal.
function tell(e, c, values, node) {
  if (!c.input || c.block.dispatch_action) act("select", e, c, { values }, node);
}

const described = (c) => ({ id: c.label?.id, "aria-describedby": c.label?.describedBy });

function select(e, c, options, initial) {
  const now = chosen(e, c) || initial || [];
  const groups = [...new Set(options.map((o) => o.group))];
  const option = (o) => h("option", { value: o.value, selected: now.includes(o.value) }, o.label);
  const node = h("select", { ...described(c), class: "select", "aria-label": c.label ? undefined : plain(e.placeholder) || "Choose", data: { focus: `${c.block.block_id}/${e.action_id}` } },
    h("option", { value: "", selected: now.length === 0 }, plain(e.placeholder) || "Choose…"),
    groups.map((g) => (g ? h("optgroup", { label: g }, options.filter((o) => o.group === g).map(option)) : options.filter((o) => !o.group).map(option))));
  field(e, c, () => (node.value ? [node.value] : []));
  node.addEventListener("change", () => node.value && tell(e, c, [node.value], node));
  return node;
}

function boxes(e, c, type, options, initial) {
  const now = chosen(e, c) || initial || [];
  const name = `${c.block.block_id}-${e.action_id}`;
  const list = options.map((o) => h("label", { class: "choice" },
    h("input", { type, name, value: o.value, checked: now.includes(o.value) }),
    h("span", {}, o.label, o.note && h("span", { class: "hint" }, o.note))));
  const node = h("div", { ...described(c), class: "choices", role: type === "radio" ? "radiogroup" : "group" }, list);
  const read = () => [...node.querySelectorAll("input:checked")].map((i) => i.value);
  field(e, c, read);
  node.addEventListener("change", () => tell(e, c, read(), node));
  return node;
}

function text(e, c, type, initial) {
  const value = chosen(e, c)?.[0] ?? initial ?? "";
  const props = {
    ...described(c), class: "field", placeholder: plain(e.placeholder) || undefined, value,
    minlength: e.min_length, maxlength: e.max_length, data: { focus: `${c.block.block_id}/${e.action_id}` },
  };
  const node = type === "area" ? h("textarea", { ...props, rows: 5 }) : h("input", { ...props, type });
  if (e.focus_on_load) node.dataset.autofocus = "true";
  const read = () => (type === "datetime-local" && node.value ? [String(Date.parse(node.value) / 1000)] : node.value ? [node.value] : []);
  field(e, c, read);
  if (type !== "area") {
    node.addEventListener(["date", "time", "datetime-local"].includes(type) ? "change" : "search", () => tell(e, c, read(), node));
    node.addEventListener("keydown", (k) => { if (k.key === "Enter" && c.block.dispatch_action) { k.preventDefault(); tell(e, c, read(), node); } });
  }
  return node;
}

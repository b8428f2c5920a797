// Dialogs over the page: modals that the app opens, and the questions that
// elements ask before they act.
import { h, icon, replace } from "./dom.js";
import { post } from "./api.js";
import { blocks, textOf } from "./blocks.js";
import { store } from "./store.js";

const modal = () => document.getElementById("modal");

let shown = "";           // id and hash of the view on the screen
let fields = new Map();   // its inputs

// renderModal shows the view on top of the stack, or none.
export function renderModal() {
  const dialog = modal();
  const view = store.state.view;
  if (!view) {
    shown = "";
    if (dialog.open) leave(dialog);
    return;
  }
  const mark = `${view.id}/${view.hash}/${JSON.stringify(view.errors || {})}`;
  if (mark === shown) return;
  const same = shown.startsWith(view.id + "/");
  draw(dialog, view, same ? typed() : {});
  shown = mark;
  if (!dialog.open) dialog.showModal();
  const first = dialog.querySelector(".wrong .field, [data-autofocus]") || dialog.querySelector(".field, .select, input, .primary");
  first?.focus();
}

// leave closes a dialog. Chromium gives the focus back without the caret: what is
// typed then goes nowhere until the field is focused anew.
function leave(dialog) {
  dialog.close();
  const back = document.activeElement;
  if (!back?.matches("input, textarea")) return;
  back.blur();
  back.focus();
}

function draw(dialog, view, kept) {
  fields = new Map();
  const complaint = h("p", { class: "problem modal-problem", role: "alert" });
  const where = {
    at: { view_id: view.id }, values: { ...view.state?.values, ...kept }, fields, errors: view.errors,
    complain: (text) => { complaint.textContent = text; },
  };
  if (view.errors?.[""]) complaint.textContent = view.errors[""];
  const submit = view.submit && h("button", { type: "submit", class: "button primary" }, textOf(view.submit));
  const form = h("form", { class: "modal-form", novalidate: true },
    h("header", {}, view.previous_view_id && h("button", { type: "button", class: "button icon-only quiet", "aria-label": "Back", onclick: () => close(false) }, icon("back")),
      h("h2", { id: "modal-title" }, textOf(view.title)),
      h("button", { type: "button", class: "button icon-only quiet", "aria-label": "Close", onclick: () => close(true) }, icon("close"))),
    h("div", { class: "modal-body" }, blocks(view.blocks, where), complaint),
    h("footer", {}, h("button", { type: "button", class: "button", onclick: () => close(false) }, view.close ? textOf(view.close) : "Close"), submit));
  form.addEventListener("submit", (e) => { e.preventDefault(); send(view, submit, where); });
  dialog.setAttribute("aria-labelledby", "modal-title");
  dialog.oncancel = (e) => { e.preventDefault(); close(false); };
  replace(dialog, form);
}

// typed is what stands in the inputs now, in the form of a view's state.
function typed() {
  const values = {};
  for (const f of fields.values()) (values[f.block] ||= {})[f.action] = { value: f.read().length ? f.read() : [""] };
  return values;
}

async function send(view, button, where) {
  if (!button || button.classList.contains("busy")) return;
  const values = {};
  for (const f of fields.values()) if (f.input) (values[f.block] ||= {})[f.action] = f.read();
  button.classList.add("busy");
  const answer = await post("submit", { view_id: view.id, values });
  button.classList.remove("busy");
  if (answer.ok) return;
  if (!answer.errors) return where.complain(answer.problem);
  store.state.view = { ...view, errors: answer.errors, state: { values: typed() } };
  renderModal();
}

async function close(all) {
  if (store.state.view) await post("close", { view_id: store.state.view.id, all });
}

// ask puts an element's question and returns whether it was answered with yes.
export function ask(confirm) {
  const dialog = document.getElementById("confirm");
  return new Promise((resolve) => {
    const answer = (yes) => () => { dialog.close(); resolve(yes); };
    replace(dialog, h("div", { class: "modal-form" },
      h("header", {}, h("h2", {}, textOf(confirm.title))),
      h("div", { class: "modal-body text" }, textOf(confirm.text)),
      h("footer", {}, h("button", { type: "button", class: "button", onclick: answer(false) }, textOf(confirm.deny)),
        h("button", { type: "button", class: `button ${confirm.style === "danger" ? "danger" : "primary"}`, onclick: answer(true) }, textOf(confirm.confirm)))));
    dialog.oncancel = answer(false);
    dialog.showModal();
  });
}

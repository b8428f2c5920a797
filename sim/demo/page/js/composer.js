// The field one writes in, with slash commands, suggestions and what was
// typed before.
import { h, icon, replace } from "./dom.js";
import { post, upload } from "./api.js";
import { store, channelOf } from "./store.js";
import { names, typed } from "./tries.js";

const most = 8; // suggestions shown

const history = [];

// composer makes a field; thread is the ts it replies to, none for the channel.
export function composer({ id, thread, placeholder }) {
  const c = { thread, at: history.length, draft: "" };
  c.input = h("textarea", { id, rows: 1, placeholder, "aria-label": placeholder, autocomplete: "off", spellcheck: "false", enterkeyhint: "send", role: "combobox", "aria-expanded": "false", "aria-controls": `${id}-list` });
  c.list = h("ul", { class: "suggestions", id: `${id}-list`, role: "listbox", hidden: true });
  c.note = h("div", { class: "note", role: "status" });
  c.file = h("input", { type: "file", class: "hidden", tabindex: "-1", onchange: () => attach(c) });
  c.send = h("button", { type: "submit", class: "send", "aria-label": "Send", title: "Send (Enter)" }, icon("send"));
  const form = h("form", { class: "composer-form" }, c.list,
    h("div", { class: "composer-box" },
      h("button", { type: "button", class: "attach", "aria-label": "Attach a file", title: "Attach a file", onclick: () => c.file.click() }, icon("clip")), c.file,
      c.input, c.send), c.note);
  form.addEventListener("submit", (e) => { e.preventDefault(); submit(c); });
  c.input.addEventListener("input", () => { c.at = history.length; suggest(c); grow(c.input); });
  c.input.addEventListener("keydown", (e) => key(c, e));
  c.input.addEventListener("keypress", (e) => { if (e.key === "Enter" && !e.shiftKey) e.preventDefault(); });
  c.input.addEventListener("blur", () => setTimeout(() => { if (document.activeElement !== c.input) hide(c); }, 150));
  c.input.composer = c;
  return form;
}

let main = null;

export function renderComposer() {
  const box = document.getElementById("composer");
  const channel = channelOf(store.channel);
  const placeholder = channel.is_im ? "Message sshhelp" : `Message #${channel.name}`;
  if (!main) {
    replace(box, composer({ id: "composer-input", placeholder }));
    main = document.getElementById("composer-input");
  }
  main.placeholder = placeholder;
  main.setAttribute("aria-label", placeholder);
}

// fillComposer puts a text into the channel's field, ready to be sent.
export function fillComposer(text) {
  main.value = text;
  grow(main);
  main.focus();
  main.setSelectionRange(text.length, text.length);
  hide(main.composer);
}

function grow(input) {
  input.style.height = "auto";
  input.style.height = Math.min(input.scrollHeight, 180) + "px";
}

function key(c, e) {
  if (e.isComposing) return;
  const open = !c.list.hidden;
  const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
  if (e.key === "Enter" && !e.shiftKey) {
    e.preventDefault();
    if (open && c.picked >= 0) pick(c);
    else submit(c);
  } else if (e.key === "Tab" && open && !e.shiftKey) {
    e.preventDefault();
    c.picked = Math.max(c.picked, 0);
    pick(c);
  } else if (e.key === "Escape" && open) {
    e.stopPropagation();
    hide(c);
  } else if (step && open && (c.picked >= 0 || step > 0 || !c.input.value.includes("\n"))) {
    e.preventDefault();
    mark(c, (c.picked + step + c.choices.length) % c.choices.length);
  } else if (step && !open) recall(c, step, e);
}

// recall goes through what was typed before, from an end of the text.
function recall(c, step, e) {
  const { selectionStart: at, value } = c.input;
  const next = c.at + step;
  if ((step < 0 ? value.slice(0, at).includes("\n") : value.slice(at).includes("\n")) || next < 0 || next > history.length) return;
  e.preventDefault();
  if (c.at === history.length) c.draft = value;
  c.at = next;
  c.input.value = history[next] ?? c.draft;
  grow(c.input);
  c.input.setSelectionRange(c.input.value.length, c.input.value.length);
}

// suggest offers commands while one is being typed, then what it can be about.
function suggest(c) {
  const text = c.input.value;
  say(c, "");
  if (c.thread) {
    if (text.startsWith("/")) say(c, "Commands do not work in threads: write recheck, from 198.51.100.7, user debian or port 22.");
    return hide(c);
  }
  const word = /^\/(\S*)$/.exec(text);
  const command = store.state.commands.find((k) => text.startsWith(k.name + " "));
  if (word) show(c, store.state.commands.filter((k) => k.name.startsWith("/" + word[1])).map((k) => ({ fill: k.name + " ", label: k.name, usage: k.usage_hint, note: k.description })));
  else if (command) {
    const begun = text.slice(command.name.length + 1);
    const fits = begun.trim() && names().filter((n) => n.type.startsWith(begun) && n.type !== begun);
    show(c, (fits || []).map((n) => ({ fill: `${command.name} ${n.type}`, label: n.type, note: n.says })));
    if (!begun.trim()) say(c, `${command.name} ${command.usage_hint || ""}`);
  } else hide(c);
}

function show(c, choices) {
  c.choices = choices.slice(0, most);
  if (!c.choices.length) return hide(c);
  replace(c.list, c.choices.map((s, i) => h("li", { role: "option", id: `${c.list.id}-${i}`, onpointerdown: (e) => { e.preventDefault(); c.picked = i; pick(c); } },
    h("code", {}, s.label), s.usage && h("span", { class: "usage" }, s.usage), s.note && h("span", { class: "muted" }, s.note))));
  c.list.hidden = false;
  c.input.setAttribute("aria-expanded", "true");
  mark(c, -1);
}

function hide(c) {
  c.list.hidden = true;
  c.choices = [];
  c.picked = -1;
  c.input.setAttribute("aria-expanded", "false");
  c.input.removeAttribute("aria-activedescendant");
}

function mark(c, i) {
  c.picked = i;
  [...c.list.children].forEach((li, n) => li.setAttribute("aria-selected", String(n === i)));
  if (i >= 0) c.input.setAttribute("aria-activedescendant", `${c.list.id}-${i}`);
}

function pick(c) {
  c.input.value = c.choices[c.picked].fill;
  grow(c.input);
  suggest(c);
}

function say(c, text, kind) {
  c.note.textContent = text;
  c.note.className = kind ? `note ${kind}` : "note";
}

async function submit(c) {
  const text = c.input.value.trim();
  if (!text) return;
  const command = text.startsWith("/");
  if (command && c.thread) return say(c, "Commands do not work in threads. Write recheck, or from 198.51.100.7, without a slash.", "problem");
  if (history[history.length - 1] !== text) history.push(text);
  c.at = history.length;
  c.input.value = "";
  grow(c.input);
  hide(c);
  say(c, command ? "Sending …" : "");
  if (command) typed(text);
  const answer = command ? await post("command", { channel: store.channel, text }) : await post("say", { channel: store.channel, thread_ts: c.thread || undefined, text });
  settle(c, text, answer, command);
}

function settle(c, text, answer, command) {
  if (!answer.ok) {
    say(c, answer.problem, "problem");
    if (!c.input.value && !command) c.input.value = text;
    return;
  }
  say(c, command ? `Acknowledged by the app in ${Math.max(1, Math.round(answer.latency_ms))} ms` : "", "quiet");
  clearTimeout(c.later);
  c.later = setTimeout(() => { if (c.note.classList.contains("quiet")) say(c, ""); }, 6000);
}

async function attach(c) {
  const file = c.file.files[0];
  c.file.value = "";
  if (!file) return;
  const answer = await upload({ channel: store.channel, thread_ts: c.thread, name: file.name, text: c.input.value }, file);
  if (answer.ok) c.input.value = "";
  else say(c, `The file was not taken (${answer.error}).`, "problem");
}


// Building of elements. All text goes in as text nodes: nothing here, and
// nothing in the other files, parses markup out of a string.

export function h(tag, props, ...children) {
  return fill(document.createElement(tag), props, children);
}

function fill(node, props, children) {
  for (const [name, value] of Object.entries(props || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "data") Object.assign(node.dataset, value);
    else if (name === "value" || name === "checked" || name === "selected") node[name] = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  append(node, children);
  return node;
}

export function append(node, children) {
  for (const child of [children].flat(Infinity)) {
    if (child === undefined || child === null || child === false || child === "") continue;
    node.append(child instanceof Node ? child : String(child));
  }
  return node;
}

export function replace(node, ...children) {
  node.replaceChildren();
  return append(node, children);
}

// The icons are drawn on a grid of 16 with a stroke, in the colour of the text.
const shapes = {
  menu: "M2 4h12M2 8h12M2 12h12",
  close: "M4 4l8 8M12 4l-8 8",
  reply: "M14 8.5c0 2.5-2.5 4.5-6 4.5-.9 0-1.8-.1-2.5-.4L2.5 14l.8-2.6C2.5 10.6 2 9.6 2 8.5 2 6 4.5 4 8 4s6 2 6 4.5z",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  eye: "M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM8 10a2 2 0 100-4 2 2 0 000 4z",
  send: "M2.5 8L14 2.5 10.5 13.5 8 9zM8 9l6-6.5",
  clip: "M13 7.5l-5.2 5.2a3.2 3.2 0 01-4.5-4.5l5.5-5.5a2.1 2.1 0 013 3L6.5 11a1 1 0 01-1.5-1.5l4.7-4.7",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  check: "M3 8.5l3.5 3.5L13 4.5",
  list: "M2.5 4h1M2.5 8h1M2.5 12h1M6 4h7.5M6 8h7.5M6 12h7.5",
  file: "M4 1.5h5L12.5 5v9.5H4zM9 1.5V5h3.5",
  back: "M10 3L5 8l5 5",
  prompt: "M3.5 4.5L7 8l-3.5 3.5M8.5 11.5h4.5",
  lock: "M4 7.5h8v6H4zM5.5 7.5V5a2.5 2.5 0 015 0v2.5",
  down: "M4 6l4 4 4-4",
};

export const icon = (name) => drawing("icon", [[shapes[name]]]);

// drawing makes a picture of paths, each with the class that colours it.
export function drawing(kind, paths) {
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", kind);
  svg.setAttribute("aria-hidden", "true");
  for (const [d, colour] of paths) {
    const path = document.createElementNS(ns, "path");
    path.setAttribute("d", d);
    if (colour) path.setAttribute("class", colour);
    svg.append(path);
  }
  return svg;
}

// sync makes the children of a node those of a list, in its order. A child
// whose signature has not changed stays as it is, with its focus and scroll.
export function sync(node, items, build) {
  const old = new Map([...node.children].map((c) => [c.dataset.key, c]));
  let at = node.firstElementChild;
  for (const item of items) {
    let child = old.get(item.key);
    old.delete(item.key);
    if (!child || child.signature !== item.signature) {
      const fresh = build(item, child);
      fresh.dataset.key = item.key;
      fresh.signature = item.signature;
      if (child) {
        const focus = focusIn(child);
        if (at === child) at = child.nextElementSibling;
        child.remove();
        node.insertBefore(fresh, at);
        restoreFocus(fresh, focus);
      } else node.insertBefore(fresh, at);
      continue;
    }
    if (child === at) at = at.nextElementSibling;
    else node.insertBefore(child, at);
  }
  for (const gone of old.values()) gone.remove();
}

function focusIn(node) {
  const focused = document.activeElement;
  return focused && node.contains(focused) ? focused.dataset.focus : undefined;
}

function restoreFocus(node, name) {
  if (!name) return;
  const again = [...node.querySelectorAll("[data-focus]")].find((e) => e.dataset.focus === name);
  if (again) again.focus({ preventScroll: true });
}

// menu is a button that opens a list of choices below it.
export function menu(button, choices) {
  const list = h("div", { class: "menu", role: "menu", hidden: true });
  const box = h("span", { class: "menu-box" }, button, list);
  const close = () => {
    list.hidden = true;
    button.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", outside, true);
  };
  const outside = (e) => { if (!box.contains(e.target)) close(); };
  button.setAttribute("aria-haspopup", "menu");
  button.setAttribute("aria-expanded", "false");
  button.addEventListener("click", () => {
    if (!list.hidden) return close();
    replace(list, choices().map((c) => h("button", {
      type: "button", role: "menuitem", class: c.danger ? "danger" : undefined,
      onclick: () => { close(); c.run(); },
    }, c.label)));
    list.hidden = false;
    button.setAttribute("aria-expanded", "true");
    document.addEventListener("pointerdown", outside, true);
    list.firstElementChild?.focus();
  });
  box.addEventListener("keydown", (e) => {
    if (list.hidden) return;
    const items = [...list.children];
    const i = items.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (step) items[(i + step + items.length) % items.length].focus();
    else if (e.key === "Escape") { close(); button.focus(); }
    else return;
    e.preventDefault();
    e.stopPropagation();
  });
  return box;
}

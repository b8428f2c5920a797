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
  reply: "M14 8.5c0 2.5-2.5 4.5-6 4.5-.9 0-1.800-.1-2.500-.4L2.500 14l.8-2.600C2.500 10.600 2 9.600 2 8.500 2 6 4.500 4 8 4s6 2 6 4.500z",
  more: "M3.500 8h.01M8 8h.01M12.500 8h.01",
  eye: "M1.500 8S4 3.500 8 3.500 14.500 8 14.500 8 12 12.500 8 12.500 1.500 8 1.500 8zM8 10a2 2 0 100-4 2 2 0 000 4z",
  send: "M2.500 8L14 2.500 10.500 13.500 8 9zM8 9l6-6.500",
  clip: "M13 7.500l-5.200 5.200a3.200 3.200 0 01-4.500-4.500l5.500-5.500a2.100 2.100 0 013 3L6.500 11a1 1 0 01-1.500-1.500l4.700-4.700",
  copy: "M5.500 5.500h8v8h-8zM10.500 5.500v-3h-8v8h3",
  check: "M3 8.500l3.500 3.500L13 4.500",
  list: "M2.500 4h1M2.500 8h1M2.500 12h1M6 4h7.500M6 8h7.500M6 12h7.500",
  file: "M4 1.500h5L12.500 5v9.500H4zM9 1.500V5h3.500",
  back: "M10 3L5 8l5 5",
  prompt: "M3.500 4.500L7 8l-3.500 3.500M8.500 11.500h4.500",
  lock: "M4 7.500h8v6H4zM5.500 7.500V5a2.500 2.500 0 015 0v2.500",
  down: "M4 6l4 4 4-4",
};

export function icon(name) {
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(ns, "path");
  path.setAttribute("d", shapes[name]);
  svg.append(path);
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

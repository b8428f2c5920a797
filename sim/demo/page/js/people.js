// How people, and the app, look.
import { h, icon } from "./dom.js";
import { store, isBot, userOf } from "./store.js";

export function authorOf(m) {
  if (isBot(m)) return { name: store.state.bot.name, app: true };
  const user = userOf(m.user);
  if (user) return { id: user.id, name: user.real_name || user.name, short: user.name, app: user.is_bot };
  return { name: "Slackbot", app: true, system: true };
}

// hue spreads people over the colour circle; the same person always looks the same.
function hue(name) {
  let sum = 7;
  for (const c of name) sum = (sum * 31 + c.codePointAt(0)) % 360;
  return `h${Math.floor(sum / 60)}`;
}

export function avatar(who, size) {
  const kind = `avatar ${size || ""}`;
  if (who.app) return h("span", { class: `${kind} ${who.system ? "system" : "app-face"}`, "aria-hidden": "true" }, icon("prompt"));
  const initials = who.name.split(/\s+/).map((w) => w[0]).slice(0, 2).join("");
  return h("span", { class: `${kind} ${hue(who.name)}`, "aria-hidden": "true" }, initials);
}

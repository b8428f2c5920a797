// The chat's page. It draws what the users' side of the Slack twin says (the
// state, then one change after the other) and sends what a person does back to
// it. It knows nothing of the bot.
//
//   api.js feed.js store.js     what is known, and how it stays so
//   side.js channel.js thread.js tries.js composer.js dialogs.js   the parts of the page
//   messages.js blocks.js elements.js richtext.js mrkdwn.js         how messages look
import { get } from "./api.js";
import { renderChannel, startChannel } from "./channel.js";
import { renderComposer } from "./composer.js";
import { renderModal } from "./dialogs.js";
import { connect } from "./feed.js";
import { onResize } from "./panes.js";
import { home, renderSide, startSide } from "./side.js";
import { changed, go, onChange, placeInAddress, store } from "./store.js";
import { closeThread, renderThread } from "./thread.js";
import { renderTries, startTries } from "./tries.js";

async function start() {
  const [{ users }, tries] = await Promise.all([get("/sim/users"), get("/tries")]);
  startSide(users);
  startTries(tries);
  startChannel();
  const place = placeInAddress();
  await connect(users.some((u) => u.name === place.me) ? place.me : (users.find((u) => u.name === "sam") || users[0]).name);
  for (const c of store.state.channels) store.seen.set(c.id, c.id === home() ? "" : "0");
  const known = store.state.channels.some((c) => c.id === place.channel);
  onChange(render);
  go({ channel: known ? place.channel : home(), thread: (known && place.thread) || "" });
  document.documentElement.dataset.ready = "true";
  requestAnimationFrame(() => document.getElementById("composer-input").focus());
}

function render() {
  if (!store.state.channels.some((c) => c.id === store.channel)) store.channel = home();
  renderSide();
  renderComposer();
  renderChannel();
  renderThread();
  renderTries();
  renderModal();
}

// Keys that work wherever one is, but for fields one writes in.
document.addEventListener("keydown", (e) => {
  if (document.querySelector("dialog[open]")) return;
  const writing = e.target.matches("input, textarea, select");
  if (e.key === "Escape" && store.thread) closeThread();
  else if (e.key === "/" && !writing && !e.ctrlKey && !e.metaKey && !e.altKey) document.getElementById("composer-input").focus();
});

onResize(changed);

start().catch((problem) => {
  document.getElementById("offline").hidden = false;
  console.error(problem);
});

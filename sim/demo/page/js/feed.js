// The change stream: keeps the store's state the chat's own.
import { get } from "./api.js";
import { store, apply, changed, isBot, isReply } from "./store.js";

let stream = null;
let fetching = null;
let again = false;

// connect shows the chat as somebody sees it, from now on.
export async function connect(user) {
  stream?.close();
  store.me = user;
  store.state = null;
  await refetch();
  open(user);
}

// refetch gets the whole state; calls that come meanwhile share one more.
export async function refetch() {
  if (fetching) {
    again = true;
    return fetching;
  }
  fetching = (async () => {
    do {
      again = false;
      const user = store.me;
      const state = await get(`/sim/state?user=${encodeURIComponent(user)}`);
      // Changes that came meanwhile may be newer than what was fetched.
      if (user === store.me && !(store.state && state.revision < store.state.revision)) store.state = state;
      else again = true;
    } while (again);
  })();
  try {
    await fetching;
  } finally {
    fetching = null;
  }
  changed();
}

function open(user) {
  stream = new EventSource(`/sim/events?user=${encodeURIComponent(user)}&since=${store.state.revision}`);
  stream.addEventListener("open", () => offline(false));
  stream.addEventListener("error", () => offline(true));
  stream.addEventListener("hello", () => refetch().catch(() => offline(true)));
  stream.addEventListener("reset", () => refetch().catch(() => offline(true)));
  stream.addEventListener("change", (e) => take(JSON.parse(e.data)));
}

function take(change) {
  if (!store.state || change.revision <= store.state.revision) return;
  announce(change);
  if (apply(change)) changed();
  else refetch().catch(() => offline(true));
}

function offline(is) {
  document.getElementById("offline").hidden = !is;
}

// announce reads new messages of the app to those who listen to the page.
function announce(c) {
  if (c.kind !== "message_posted" || !c.message || !isBot(c.message)) return;
  const where = isReply(c.message) ? "Reply in a thread: " : "";
  document.getElementById("announcer").textContent = where + c.message.text;
}

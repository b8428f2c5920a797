// What the page knows: the chat's state as one person sees it, and where in it
// that person is. Who is interested listens.

export const store = {
  me: "mia",        // name of the person one acts as
  state: null,      // the chat's State
  channel: "",      // id of the channel on the screen
  thread: "",       // ts of the thread in the pane, or ""
  tab: "messages",  // of the app's own channel: messages or home
  seen: new Map(),  // channel id -> ts of the newest message looked at
  fresh: new Map(), // key of a message -> when it was changed under one's eyes
};

const listeners = [];
export const onChange = (f) => listeners.push(f);

let queued = false;

// changed tells the listeners, once for all changes of a moment.
export function changed() {
  if (queued) return;
  queued = true;
  requestAnimationFrame(() => {
    queued = false;
    if (store.state) for (const f of listeners) f();
  });
}

export const keyOf = (m) => m.ts + (m.ephemeral_to ? "e" : "");
export const isReply = (m) => Boolean(m.thread_ts) && m.thread_ts !== m.ts;
export const channelOf = (id) => store.state.channels.find((c) => c.id === id);
export const userOf = (id) => store.state.users.find((u) => u.id === id);
export const isBot = (m) => m.bot_id === store.state.bot.bot_id || m.user === store.state.bot.user_id;
export const messagesIn = (channel) => store.state.messages[channel] || [];
export const rootsIn = (channel) => messagesIn(channel).filter((m) => !isReply(m) || m.subtype === "thread_broadcast");
export const threadOf = (channel, ts) => messagesIn(channel).filter((m) => m.ts === ts || m.thread_ts === ts);

// apply takes one change of the stream; false if the state must be fetched anew.
export function apply(c) {
  const s = store.state;
  s.revision = c.revision;
  switch (c.kind) {
    case "message_posted": case "message_changed": case "reaction": return putMessage(c);
    case "message_deleted":
      s.messages[c.channel] = messagesIn(c.channel).filter((m) => m.ts !== c.ts);
      return true;
    case "home": s.home = c.view; return true;
    case "socket": return true;
  }
  return false; // views (the stack), statuses, channels: rare and small
}

function putMessage(c) {
  const list = store.state.messages[c.channel];
  if (!list) return false;
  const i = list.findIndex((m) => keyOf(m) === keyOf(c.message));
  if (i < 0) {
    list.push(c.message);
    list.sort((a, b) => (a.ts < b.ts ? -1 : 1));
  } else {
    if (c.message.edited && c.message.edited.ts !== list[i].edited?.ts) store.fresh.set(keyOf(c.message), Date.now());
    list[i] = c.message;
  }
  return true;
}

// go changes where one is, in the address too, so that a reload stays there.
export function go(where) {
  Object.assign(store, where);
  const place = new URLSearchParams({ u: store.me, c: store.channel, ...(store.thread && { t: store.thread }) });
  history.replaceState(null, "", "#" + place);
  changed();
}

export function placeInAddress() {
  const p = new URLSearchParams(location.hash.slice(1));
  return { me: p.get("u"), channel: p.get("c"), thread: p.get("t") };
}

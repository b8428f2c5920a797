// Which panes beside the channel are open. A thread takes the place of the
// list of things to try unless the window is wide enough for both.
import { store } from "./store.js";

const wide = matchMedia("(min-width: 1520px)");
const narrow = matchMedia("(max-width: 900px)");

export const panes = {
  wanted: !narrow.matches,
  get tries() { return this.wanted && (!store.thread || wide.matches); },
  get narrow() { return narrow.matches; },
  toggleTries() {
    if (this.tries) this.wanted = false;
    else {
      this.wanted = true;
      if (!wide.matches) store.thread = "";
    }
  },
};

export function onResize(f) {
  wide.addEventListener("change", f);
  narrow.addEventListener("change", f);
}

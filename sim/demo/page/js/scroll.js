// Where a list of messages stands: at its end while one reads there, else
// where one left it.
const near = 90; // pixels from the end that count as the end

// following draws a list and keeps its place.
export function following(box, draw, { toEnd }) {
  const fromEnd = box.scrollHeight - box.scrollTop - box.clientHeight;
  const follow = toEnd || fromEnd < near || box.dataset.held === "true";
  draw();
  if (follow) settle(box);
}

// settle shows the end; of a last message that is higher than the window its
// beginning, for the verdict stands there.
function settle(box) {
  const last = [...box.querySelectorAll(".message")].pop();
  const tall = Boolean(last) && last.offsetHeight > box.clientHeight - 24;
  box.scrollTop = tall ? last.offsetTop - box.offsetTop - 12 : box.scrollHeight;
  box.dataset.held = String(tall);
}

// watch lets go of the place as soon as somebody scrolls by hand.
export function watch(box) {
  for (const kind of ["wheel", "touchmove", "keydown"]) {
    box.addEventListener(kind, () => { box.dataset.held = "false"; }, { passive: true });
  }
}

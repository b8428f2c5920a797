// Emoji by name. The few that apps and people use all the time are drawn, for
// not every system has a font with them; others are characters, and those that
// are not known stay as they were typed.
import { drawing, h } from "./dom.js";

const disc = "M8 2.2a5.8 5.8 0 100 11.6A5.8 5.8 0 008 2.2z";
const bell = "M4.5 2h7v2.5L9 8l2.5 3.5V14h-7v-2.5L7 8 4.5 4.5z";
const thumb = "M2.2 7.2h2.4v6.3H2.2zM5.6 13V7.4l2.7-5c1 0 1.8.8 1.8 1.8v2.3h2.7c1 0 1.6.8 1.4 1.7l-.9 4.1c-.2.8-.8 1.2-1.5 1.2H7c-.6 0-1.1-.2-1.4-.5z";
const box = "M4.5 2h7A2.5 2.5 0 0114 4.5v7a2.5 2.5 0 01-2.5 2.5h-7A2.5 2.5 0 012 11.5v-7A2.5 2.5 0 014.5 2z";
const eye = (x) => [[`M${x} 3.5c1.7 0 2.9 2 2.9 4.5s-1.2 4.5-2.9 4.5-2.9-2-2.9-4.5 1.2-4.5 2.9-4.5z`, "e-white"], [`M${x + 0.6} 6.6c.8 0 1.4.8 1.4 1.8s-.6 1.8-1.4 1.8-1.4-.8-1.4-1.8.6-1.8 1.4-1.8z`, "e-dark"]];

const drawn = {
  white_check_mark: [[box, "e-green"], ["M4.8 8.2l2.2 2.2 4.3-4.6", "e-line-white"]],
  heavy_check_mark: [["M3 8.5l3.5 3.5L13 4.5", "e-line-green"]],
  x: [["M3.5 3.5l9 9M12.5 3.5l-9 9", "e-line-red"]],
  warning: [["M8 2l6.5 11.5h-13z", "e-yellow"], ["M8 6.2v3.6M8 11.9v.1", "e-line-dark"]],
  eyes: [...eye(4.6), ...eye(11.4)],
  "+1": [[thumb, "e-yellow"]],
  hourglass_flowing_sand: [[bell, "e-blue"]],
  hourglass: [[bell, "e-blue"]],
  red_circle: [[disc, "e-red"]], large_green_circle: [[disc, "e-green"]], large_yellow_circle: [[disc, "e-yellow"]],
  large_orange_circle: [[disc, "e-orange"]], large_blue_circle: [[disc, "e-blue"]], white_circle: [[disc, "e-grey"]],
};
drawn.thumbsup = drawn["+1"];

const table = {
  "+1": "👍", thumbsup: "👍", "-1": "👎", eyes: "👀", white_check_mark: "✅", heavy_check_mark: "✔️", x: "❌",
  warning: "⚠️", question: "❓", grey_question: "❔", exclamation: "❗", information_source: "ℹ️", bulb: "💡",
  hourglass: "⌛", hourglass_flowing_sand: "⏳", stopwatch: "⏱️", clock1: "🕐", zzz: "💤",
  red_circle: "🔴", large_yellow_circle: "🟡", large_orange_circle: "🟠", large_green_circle: "🟢", large_blue_circle: "🔵",
  white_circle: "⚪", black_circle: "⚫", no_entry: "⛔", no_entry_sign: "🚫", octagonal_sign: "🛑", rotating_light: "🚨",
  tada: "🎉", pray: "🙏", wave: "👋", raised_hands: "🙌", clap: "👏", ok_hand: "👌", muscle: "💪", heart: "❤️",
  smile: "😄", slightly_smiling_face: "🙂", thinking_face: "🤔", sob: "😭", sweat_smile: "😅", joy: "😂", cry: "😢",
  rocket: "🚀", fire: "🔥", sparkles: "✨", star: "⭐", bug: "🐛", wrench: "🔧", hammer_and_wrench: "🛠️", gear: "⚙️",
  key: "🔑", lock: "🔒", unlock: "🔓", link: "🔗", mag: "🔍", memo: "📝", clipboard: "📋", paperclip: "📎", bell: "🔔", no_bell: "🔕",
  arrows_counterclockwise: "🔄", repeat: "🔁", arrow_right: "➡️", arrow_down: "⬇️", construction: "🚧", electric_plug: "🔌",
  computer: "💻", desktop_computer: "🖥️", cloud: "☁️", satellite_antenna: "📡", speech_balloon: "💬", coffee: "☕",
};

// emoji is one emoji, as a node.
export function emoji(name, unicode) {
  const plain = name.split("::")[0];
  if (drawn[plain]) return h("span", { class: "emoji", role: "img", "aria-label": plain, title: `:${name}:` }, drawing("emoji-art", drawn[plain]));
  const text = unicode ? String.fromCodePoint(...unicode.split("-").map((hex) => parseInt(hex, 16))) : table[plain];
  return text ? h("span", { class: "emoji", title: `:${name}:` }, text) : `:${name}:`;
}

// withEmoji is a plain text with its emoji, as nodes.
export function withEmoji(text) {
  const out = [];
  let last = 0;
  for (const m of text.matchAll(/:([a-z0-9_+'-]+):/g)) {
    if (!drawn[m[1]] && !table[m[1]]) continue;
    out.push(text.slice(last, m.index), emoji(m[1]));
    last = m.index + m[0].length;
  }
  return [...out, text.slice(last)];
}

export const quick = ["eyes", "white_check_mark", "+1"];

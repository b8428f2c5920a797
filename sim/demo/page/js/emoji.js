// The emoji that people and apps in this chat use, by name. Others stay as
// they were typed.
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

export function emoji(name, unicode) {
  if (unicode) return String.fromCodePoint(...unicode.split("-").map((hex) => parseInt(hex, 16)));
  return table[name.split("::")[0]] || `:${name}:`;
}

export const withEmoji = (text) => text.replace(/:([a-z0-9_+'-]+):/g, (whole, name) => table[name] || whole);

export const quick = ["eyes", "white_check_mark", "+1", "pray"];

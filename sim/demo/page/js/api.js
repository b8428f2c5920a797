// Calls to the users' side of the chat, always as the person one is.
import { store } from "./store.js";

// problems says what a code of the chat means to the person at the screen.
const problems = {
  operation_timeout: "The app did not answer in time.",
  dispatch_failed: "The app is not connected just now.",
  dispatch_unknown_command: "There is no such command.",
  no_such_action: "This does not exist any more.",
  message_not_found: "This message does not exist any more.",
  not_in_channel: "You are not in this channel.",
};

export async function post(call, body) {
  let answer;
  try {
    const response = await fetch(`/sim/${call}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ user: store.me, ...body }),
    });
    answer = await response.json();
  } catch {
    return { ok: false, error: "offline", problem: "The demo does not answer." };
  }
  if (!answer.ok) answer.problem = problems[answer.error] || `That did not work (${answer.error}).`;
  return answer;
}

export async function get(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

export async function upload(fields, file) {
  const form = new FormData();
  for (const [name, value] of Object.entries({ user: store.me, ...fields })) if (value) form.append(name, value);
  form.append("file", file);
  const response = await fetch("/sim/upload", { method: "POST", body: form });
  return response.json();
}

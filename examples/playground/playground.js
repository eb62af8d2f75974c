import { listModels, PlainError, streamChat } from "./client.js";
import { Answer, showQuestion } from "./view.js";

const element = (id) => document.getElementById(id);
const [model, otherModel, base, key] = ["model", "other-model", "base", "key"].map(element);
const [chat, question, send, stop] = ["chat", "question", "send", "stop"].map(element);
const [notice, announcement] = ["notice", "announcement"].map(element);

/** The option that opens the field for another name. */
const OTHER = "\u0000other";
/** The chat so far, as the API has it. A request that failed is not in it. */
let messages = [];
/** Ends the running request; null if there is none. */
let running = null;

const basePath = () => `/${base.value.trim().replace(/^\/+|\/+$/g, "")}`;

async function fillModels() {
  const asked = `${basePath()} ${key.value}`;
  let ids = [];
  let fault = "";
  try {
    ids = await listModels(basePath(), key.value.trim());
    if (ids.length === 0) fault = "The gateway lists no models: type the name of one.";
  } catch (error) {
    fault = `The list of models is not available. ${error.message}`;
  }
  // The response for a path or a key that has been replaced since.
  if (asked !== `${basePath()} ${key.value}`) return;
  notice.textContent = fault;
  // A list that cannot be had leaves the one before.
  if (ids.length === 0 && model.length > 0) return;
  const before = model.value;
  model.replaceChildren(...ids.map((id) => new Option(id, id)), new Option("another model…", OTHER));
  if (ids.includes(before)) model.value = before;
  showOther();
}

function showOther() {
  otherModel.hidden = model.value !== OTHER;
}

async function ask() {
  const content = question.value.trim();
  const name = model.value === OTHER ? otherModel.value.trim() : model.value;
  if (!content || running) return;
  if (!name) {
    notice.textContent = "Choose a model, or type the name of one.";
    (otherModel.hidden ? model : otherModel).focus();
    return;
  }
  notice.textContent = "";
  question.value = "";
  const controller = new AbortController();
  const mine = { controller };
  setRunning(mine);
  showQuestion(chat, content);
  const answer = new Answer(chat);
  const sent = [...messages, { role: "user", content }];
  try {
    const request = { base: basePath(), key: key.value.trim(), model: name, messages: sent, signal: controller.signal };
    await streamChat(request, answer);
    announcement.textContent = answer.content;
  } catch (error) {
    const text = error instanceof PlainError ? error.message : controller.signal.aborted ? "Stopped." : String(error);
    answer.fail(text);
    announcement.textContent = text;
  } finally {
    answer.end();
    if (running === mine) {
      if (answer.content) messages = [...sent, { role: "assistant", content: answer.content }];
      else if (!question.value) question.value = content;
      setRunning(null);
    }
  }
}

function setRunning(now) {
  running = now;
  const hadFocus = document.activeElement === send || document.activeElement === stop;
  send.hidden = Boolean(now);
  stop.hidden = !now;
  if (hadFocus) question.focus();
}

element("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  void ask();
});
question.addEventListener("keydown", (event) => {
  // While an input method composes a word, Enter belongs to it.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  void ask();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") running?.controller.abort();
});
stop.addEventListener("click", () => running?.controller.abort());
element("new-chat").addEventListener("click", () => {
  running?.controller.abort();
  setRunning(null);
  messages = [];
  chat.replaceChildren();
  question.focus();
});
model.addEventListener("change", showOther);
for (const field of [base, key]) field.addEventListener("change", fillModels);

question.focus();
void fillModels();

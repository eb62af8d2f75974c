import { accessLog } from "../../tests/harness/access-log.ts";
import { streamChat } from "../chat.ts";
import { show, tellingHeaders } from "./show.ts";
import type { Stage } from "./stage.ts";

const CHAT_APP = "YOUR_KEY_FOR_CHAT_APP";
const BATCH_JOB = "YOUR_KEY_FOR_BATCH_JOB";
const QUESTION = "Hello!";
const MODEL = "gpt-4-turbo";

interface Call {
  title: string;
  method: string;
  path: string;
  key?: string;
  text?: string;
}

const chat = { method: "POST", path: "/guarded/v1/chat/completions" };
const REFUSED: Call[] = [
  { ...chat, title: "refused: no key" },
  { ...chat, title: "refused: a model that is not this consumer's", key: BATCH_JOB },
  { ...chat, title: "refused: a text that is blocked", key: CHAT_APP, text: "-----BEGIN PRIVATE KEY-----" },
  { title: "refused: an API that is not served to consumers", method: "GET", path: "/guarded/v1/files", key: CHAT_APP },
];

/** A prompt that takes most of the tokens that batch-job has for a minute. */
const LONG_QUESTION = `Summarize: ${"All work and no play makes Jack a dull boy. ".repeat(60)}`;
/** batch-job has three requests for a minute. */
const MOST_CHATS = 3;

/** Shows refused requests of the guarded route with their reasons, and one accepted chat, each with its access log line. */
export async function showGuards(stage: Stage): Promise<void> {
  console.log(
    "\n\nThe route /guarded/ of the same Envoy asks for a key, and passes key-auth, key-rate-limit, request-block and ai-token-ratelimit",
  );
  let calls = 0;
  for (const call of REFUSED) {
    const lines = await refusal(stage, call);
    show(call.title, [...lines, "", await lastLogLine(stage, ++calls)]);
  }
  const lines = await guardedChat(stage);
  show("a chat of a consumer who may", [...lines, "", await lastLogLine(stage, ++calls)]);
  const chats = await spendBudget(stage);
  show("refused: the tokens are used up", [...chats.lines, "", await lastLogLine(stage, calls + chats.count)]);
}

/** Sends the long question until the token budget of batch-job refuses it. */
async function spendBudget({ url }: Stage): Promise<{ lines: string[]; count: number }> {
  const body = JSON.stringify({ model: "qwen-turbo", messages: [{ role: "user", content: LONG_QUESTION }] });
  const headers = { "content-type": "application/json", authorization: `Bearer ${BATCH_JOB}` };
  const lines = [`> POST ${chat.path}`, `> authorization: Bearer ${BATCH_JOB}`, `> ${body.slice(0, 120)}…`];
  for (let count = 1; ; count++) {
    const response = await fetch(url + chat.path, { method: "POST", headers, body });
    const text = (await response.text()).trimEnd();
    const limits = [...response.headers].filter(([name]) => /^(retry-after|x-(ratelimit|tokenratelimit)-)/.test(name));
    lines.push(
      "",
      `< ${response.status} ${response.statusText}`,
      ...limits.map(([name, value]) => `< ${name}: ${value}`),
    );
    if (response.status !== 200 || count === MOST_CHATS) return { lines: [...lines, `< ${text}`], count };
  }
}

async function refusal({ url }: Stage, { method, path, key, text = QUESTION }: Call): Promise<string[]> {
  const body = method === "POST" && JSON.stringify({ model: MODEL, messages: [{ role: "user", content: text }] });
  const headers: [string, string][] = body ? [["content-type", "application/json"]] : [];
  if (key) headers.push(["authorization", `Bearer ${key}`]);
  const response = await fetch(url + path, { method, headers, body: body || null });
  const sent = [`> ${method} ${path}`, ...headers.map(([name, value]) => `> ${name}: ${value}`)];
  const received = [`< ${response.status} ${response.statusText}`, `< ${(await response.text()).trimEnd()}`];
  return [...sent, ...(body ? [`> ${body}`] : []), ...received];
}

async function guardedChat({ url, exchanges }: Stage): Promise<string[]> {
  const { text, request } = await streamChat(`${url}/guarded/v1`, MODEL, QUESTION, () => {}, CHAT_APP);
  const provider = exchanges.at(-1)!.request;
  return [
    ...[`> ${request.line}`, `> authorization: Bearer ${CHAT_APP}`, `> ${request.body}`],
    ...["", "which the provider receives as", ""],
    ...[`> ${provider.method} ${provider.path}`, ...tellingHeaders(provider.headers).map((line) => `> ${line}`)],
    ...["", "and answers with", "", `< ${text.replaceAll("\n", "\n< ")}`],
  ];
}

async function lastLogLine({ envoy }: Stage, calls: number): Promise<string> {
  const { consumer, route, status, details, model, usage } = (await accessLog(envoy, "/guarded/", calls)).at(-1)!;
  return `access log: ${JSON.stringify({ consumer, route, status, details, model, usage })}`;
}

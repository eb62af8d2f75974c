import { loadModule } from "../unit/module.ts";

/** Measures only: prints the median of several rounds for each part of the JSON and SSE data path. */
const ROUNDS = 9;
const ROUND_BYTES = 64 << 20;

const { exports, memory } = await loadModule("bench");

const english = 'The quick brown fox jumps over the lazy dog. She said: \\"no\\", and that was that.\\n';
const chinese = "你好，请用简体中文详细介绍一下杭州的历史和文化。\\n";

/** A chat request of about `size` bytes, in turns of some hundred bytes each. */
function chat(size: number, text: string): string {
  const messages: string[] = [];
  for (let bytes = 300; bytes < size;) {
    const content = text.repeat(
      Math.max(1, Math.min(Math.floor((size - bytes) / Buffer.byteLength(text)), size / 5000 + 3)),
    );
    messages.push(`{"role":"${messages.length % 2 ? "assistant" : "user"}","content":"${content}"}`);
    bytes += Buffer.byteLength(messages.at(-1)!);
  }
  return (
    `{"model":"qwen-max","messages":[${messages.join()}],"stream":true,"temperature":0.7,"top_p":0.95,"max_tokens":1024,` +
    `"stream_options":{"include_usage":true},"user":"user-1234","tools":[],"seed":12345}`
  );
}

const event =
  `id:1\nevent:result\n:HTTP_STATUS/200\ndata:{"output":{"choices":[{"message":{"content":"Hello","role":"assistant"},` +
  `"finish_reason":"null"}]},"usage":{"total_tokens":25,"input_tokens":24,"output_tokens":1},"request_id":"0c1a3b"}\n\n`;

function measure(name: string, work: string, text: string, events = 0): void {
  const bytes = Buffer.from(text);
  const address = exports.allocate!(bytes.length);
  new Uint8Array(memory.buffer).set(bytes, address);
  const times = Math.max(1, Math.floor((ROUND_BYTES / bytes.length) * (events ? 0.2 : 1)));
  const seconds: number[] = [];
  for (let round = -2; round < ROUNDS; round++) {
    const started = process.hrtime.bigint();
    if (exports[work]!(address, bytes.length, times, events) !== 0) throw new Error(`${name} went wrong`);
    if (round >= 0) seconds.push(Number(process.hrtime.bigint() - started) / 1e9);
  }
  seconds.sort((a, b) => a - b);
  const median = seconds[ROUNDS >> 1]!;
  const rate = (n: number, digits: number) => ((n * times) / median / 1e6).toFixed(digits);
  const spread = `${((seconds[0]! / median) * 100).toFixed(0)}–${((seconds.at(-1)! / median) * 100).toFixed(0)} %`;
  const speed = events ? `${rate(events, 2)} M events/s` : `${rate(bytes.length, 0)} MB/s`;
  console.log(`${name.padEnd(44)} ${String(bytes.length).padStart(9)} B ${speed.padStart(18)}   ${spread}`);
}

for (const size of [1_000, 10_000, 100_000, 1_000_000, 10_000_000]) {
  measure("chat: validate", "validate", chat(size, english));
  measure("chat: validate and index", "index", chat(size, english));
  measure("chat: replace model, read stream", "replaceModel", chat(size, english));
}
for (const size of [1_000, 100_000]) {
  measure("chat in Chinese: validate and index", "index", chat(size, chinese));
  const indented = JSON.stringify(JSON.parse(chat(size, english)), null, 2);
  measure("chat, indented: validate and index", "index", indented);
  measure("short messages: validate and index", "index", chat(size, "Hi"));
}
measure("numbers: validate", "validate", JSON.stringify(Array.from({ length: 20_000 }, (_, i) => Math.sin(i))));
for (const [language, text] of Object.entries({ English: english, Chinese: chinese })) {
  const plain = JSON.parse(`"${text.repeat(100)}"`) as string;
  measure(`${language}: escape`, "escape", plain);
  measure(`${language}: unescape`, "unescape", JSON.stringify(plain));
}
measure("a short delta: escape", "escape", " world");
measure("SSE: cut into events", "cut", event.repeat(20), 20);
measure("SSE: DashScope to OpenAI", "translate", event.repeat(20), 20);
console.log(`${(exports.memoryBytes!() / 1e6).toFixed(1)} MB of linear memory in the end`);

import { Random } from "../random.ts";

/** The output of a model in one choice. */
export interface Output {
  reasoning: string;
  content: string;
  calls: { id: string; name: string; arguments: string }[];
  finish: "stop" | "length" | "tool_calls";
}

/** The form in which DashScope writes it. */
export interface Spelling {
  multimodal: boolean;
  cumulative: boolean;
  /** All characters beyond ASCII are escaped, so that a surrogate pair may be split. */
  ascii: boolean;
}

const words = [
  "a",
  "é",
  "漢字",
  "😀",
  "👩‍💻",
  '"',
  "\\",
  "\n",
  "\\u00e9",
  "</think>",
  " ",
  "{}",
  "\\n",
  "\u2028",
  "data: ",
  "\u0001",
];
const text = (random: Random, most: number): string =>
  Array.from({ length: random.below(most + 1) }, () => random.pick(words)).join("");

/** A random response. */
export function makeUp(random: Random, id: string): Output {
  const calls = Array.from({ length: random.below(4) === 0 ? 1 + random.below(3) : 0 }, (_, i) => ({
    id: random.below(3) === 0 ? "" : `call_${id}${i}`,
    name: random.pick(["get_weather", "查询"]),
    arguments: JSON.stringify({ place: text(random, 3) }),
  }));
  const finish = calls.length > 0 ? "tool_calls" : random.pick(["stop", "length"] as const);
  return { reasoning: random.below(2) === 0 ? text(random, 6) : "", content: text(random, 12), calls, finish };
}

/** DashScope's whole response. */
export function wholeResponse(choices: Output[], spelling: Spelling): string {
  return json(
    {
      output: {
        choices: choices.map((said, index) => ({
          message: {
            role: "assistant",
            content: contentOf(said.content, spelling),
            ...(said.reasoning === "" ? {} : { reasoning_content: said.reasoning }),
            ...(said.calls.length === 0 ? {} : { tool_calls: said.calls.map((call, i) => callOf(i, call)) }),
          },
          index,
          finish_reason: said.finish,
        })),
      },
      usage: { input_tokens: 3, output_tokens: choices.length, total_tokens: 3 + choices.length },
      request_id: "r-1",
    },
    spelling,
  );
}

/** The same response as DashScope's events. Every text is split at random, between UTF-16 units if all is escaped. */
export function streamedResponse(choices: Output[], spelling: Spelling, random: Random): string {
  let events = "";
  const write = (index: number, message: object, finish: string) => {
    const choice = { message: { role: "assistant", ...message }, index, finish_reason: finish };
    const usage = { input_tokens: 3, output_tokens: 1, total_tokens: 4 };
    events += `id:1\nevent:result\n:HTTP_STATUS/200\ndata:${json({ output: { choices: [choice] }, usage, request_id: "r-1" }, spelling)}\n\n`;
  };
  for (const [index, said] of choices.entries()) {
    const empty = contentOf("", spelling);
    const all = (part: object) =>
      spelling.cumulative
        ? { content: empty, reasoning_content: said.reasoning, ...part }
        : { content: empty, ...part };
    for (const piece of pieces(said.reasoning, spelling, random)) {
      write(index, { content: empty, reasoning_content: piece }, "null");
    }
    for (const piece of pieces(said.content, spelling, random))
      write(index, all({ content: contentOf(piece, spelling) }), "null");
    const content = contentOf(spelling.cumulative ? said.content : "", spelling);
    said.calls.forEach((call, i) => {
      let isFirst = true;
      for (const piece of ["", ...pieces(call.arguments, spelling, random)]) {
        const fn = isFirst || spelling.cumulative ? { name: call.name, arguments: piece } : { arguments: piece };
        const now = { index: i, id: isFirst || spelling.cumulative ? call.id : "", type: "function", function: fn };
        const before = spelling.cumulative ? said.calls.slice(0, i).map((done, j) => callOf(j, done)) : [];
        write(index, all({ content, tool_calls: [...before, now] }), "null");
        isFirst = false;
      }
    });
    const calls =
      spelling.cumulative && said.calls.length > 0 ? { tool_calls: said.calls.map((call, i) => callOf(i, call)) } : {};
    write(index, all({ content, ...calls }), said.finish);
  }
  return events;
}

const contentOf = (content: string, { multimodal }: Spelling): unknown =>
  multimodal ? (content === "" ? [] : [{ text: content }]) : content;

const callOf = (index: number, call: Output["calls"][number]): object => ({
  index,
  id: call.id,
  type: "function",
  function: { name: call.name, arguments: call.arguments },
});

/** The text split into parts, or its prefixes, each longer than the one before. */
function pieces(whole: string, { cumulative, ascii }: Spelling, random: Random): string[] {
  const units = ascii ? whole.split("") : [...whole];
  const list: string[] = [];
  let known = "";
  while (units.length > 0) {
    const piece = units.splice(0, 1 + random.below(3)).join("");
    known += piece;
    list.push(cumulative ? known : piece);
  }
  return list;
}

function json(value: unknown, { ascii }: Spelling): string {
  const plain = JSON.stringify(value);
  return ascii
    ? plain.replace(/[^\x00-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    : plain;
}

import { leb, Reader } from "../wasm/binary.ts";
import { bodiesOf, codeOf, skipLocals } from "../wasm/functions.ts";
import { importedFunctions } from "../wasm/imported-functions.ts";
import {
  CODE_SECTION,
  contentOf,
  CUSTOM_SECTION,
  FUNCTION_SECTION,
  IMPORT_SECTION,
  sectionsOf,
  TYPE_SECTION,
  withSections,
} from "../wasm/sections.ts";
import { functionNames } from "./function-names.ts";
import { budgetGrowth, SMALL_BODY_BYTES } from "./v8-budget.ts";

/** The sizes of the fillers' bodies: a function uses its budget up with few of them, to less than the last one. */
export const FILLERS = [512, 256, 128, 64];

/** Where functions keep their budget: they read and write bytes, and run for every event. */
const KEPT = ["assembly/bytes/", "assembly/json/", "assembly/sse/"];

const [NOP, IF, END, RETURN, CALL, I32_CONST] = [0x01, 0x04, 0x0b, 0x0f, 0x10, 0x41];
const [NO_LOCALS, NO_RESULT, FUNCTION_TYPE] = [0, 0x40, 0x60];

/**
 * Makes V8 inline almost nothing more in a module that is optimized already (docs/decisions/0022), but in `KEPT`. Each function begins
 * with calls of fillers, functions of a given size that do nothing, behind a condition that is never true. Inlining them costs V8 no
 * time, but the budget that it would spend on the calls behind them. What is never true is no code in the end. The module has been
 * compiled with `--debug`, for the names of its functions, and loses them.
 */
export function withoutInlining(module: Uint8Array): Uint8Array {
  const all = sectionsOf(module);
  const sections = all.filter(({ id }) => id !== CUSTOM_SECTION);
  const [types, functions, code] = [TYPE_SECTION, FUNCTION_SECTION, CODE_SECTION].map((id) => contentOf(sections, id));
  if (!types || !functions || !code) return module;
  const bodies = bodiesOf(code);
  const growth = budgetGrowth(bodies.map((body) => body.length));
  const imported = importedFunctions(contentOf(sections, IMPORT_SECTION));
  const firstFiller = imported + bodies.length;
  const names = functionNames(all);
  const changed = bodies.map((body, index) => {
    const name = names.get(imported + index) ?? "";
    return KEPT.some((folder) => name.startsWith(folder)) ? body : withFillers(body, growth, firstFiller);
  });
  const [ownTypes, ownFunctions] = [new Reader(types), new Reader(functions)];
  const fillerType = ownTypes.leb();
  return withSections(module, sections, {
    [TYPE_SECTION]: Buffer.concat([leb(fillerType + 1), ownTypes.rest(), Buffer.from([FUNCTION_TYPE, 0, 0])]),
    [FUNCTION_SECTION]: Buffer.concat([
      leb(ownFunctions.leb() + FILLERS.length),
      ownFunctions.rest(),
      ...FILLERS.map(() => leb(fillerType)),
    ]),
    [CODE_SECTION]: codeOf([...changed, ...FILLERS.map(filler)]),
  });
}

/** The function with the fillers that its budget has room for. */
function withFillers(body: Uint8Array, growth: number, firstFiller: number): Uint8Array {
  // V8 counts the small functions: they stay small. A function without the byte of a call has no calls.
  if (body.length < SMALL_BODY_BYTES || !body.includes(CALL)) return body;
  const [never, end] = [Buffer.from([I32_CONST, 0, IF, NO_RESULT]), Buffer.from([END])];
  const calls: Uint8Array[] = [];
  let budget = growth * (body.length + never.length + end.length);
  for (const [index, bytes] of FILLERS.entries()) {
    const call = Buffer.concat([Buffer.from([CALL]), leb(firstFiller + index)]);
    for (; budget > bytes; budget += growth * call.length - bytes) calls.push(call);
  }
  const reader = new Reader(body);
  skipLocals(reader);
  return Buffer.concat([body.subarray(0, reader.position), never, ...calls, end, reader.rest()]);
}

/** A body that returns at once. The instructions behind it count, but nothing is made of them. */
function filler(bytes: number): Uint8Array {
  const body = Buffer.alloc(bytes, NOP);
  body.set([NO_LOCALS, RETURN]);
  body[bytes - 1] = END;
  return body;
}

import { Reader } from "../wasm/binary.ts";
import { skipLocals } from "../wasm/functions.ts";

/** Where the conditional branches of a function are, `if` and `br_if`: bytes from the beginning of its body, the locals included. */
export function branchesOf(body: Uint8Array): number[] {
  const reader = new Reader(body);
  skipLocals(reader);
  const branches: number[] = [];
  while (!reader.isAtEnd) {
    const at = reader.position;
    const opcode = reader.byte();
    if ((opcode === IF || opcode === BR_IF) && !isNeverTaken(body, at)) branches.push(at);
    skipImmediates(reader, opcode);
  }
  return branches;
}

const [BLOCK, LOOP, IF, BR, BR_IF, BR_TABLE, CALL, CALL_INDIRECT] = [0x02, 0x03, 0x04, 0x0c, 0x0d, 0x0e, 0x10, 0x11];
const [LOCAL_GET, TABLE_SET, FIRST_LOAD, LAST_STORE, MEMORY_SIZE, MEMORY_GROW] = [0x20, 0x26, 0x28, 0x3e, 0x3f, 0x40];
const [SELECT_TYPED, I32_CONST, I64_CONST, F32_CONST, F64_CONST, LAST_NUMERIC] = [0x1c, 0x41, 0x42, 0x43, 0x44, 0xc4];
const [BULK, SIMD] = [0xfc, 0xfd];

/** The condition is the constant 0: a branch of `tools/inlining`. */
const isNeverTaken = (body: Uint8Array, at: number): boolean => body[at - 2] === I32_CONST && body[at - 1] === 0;

/**
 * Skips what follows an opcode, for the instructions that the compiler writes.
 * https://webassembly.github.io/spec/core/binary/instructions.html
 */
function skipImmediates(reader: Reader, opcode: number): void {
  if ([BLOCK, LOOP, IF, BR, BR_IF, CALL].includes(opcode)) reader.leb();
  else if (opcode >= LOCAL_GET && opcode <= TABLE_SET) reader.leb();
  else if (opcode >= FIRST_LOAD && opcode <= LAST_STORE) skipLebs(reader, 2);
  else if (opcode === I32_CONST || opcode === I64_CONST) while (reader.byte() >= 0x80);
  else if (opcode === CALL_INDIRECT) skipLebs(reader, 2);
  else if (opcode === BR_TABLE) skipLebs(reader, reader.leb() + 1);
  else if (opcode === MEMORY_SIZE || opcode === MEMORY_GROW) reader.byte();
  else if (opcode === F32_CONST) reader.take(4);
  else if (opcode === F64_CONST) reader.take(8);
  else if (opcode === SELECT_TYPED) skipLebs(reader, reader.leb());
  else if (opcode === BULK) skipBulk(reader, reader.leb());
  else if (opcode === SIMD) skipVector(reader, reader.leb());
  else if (opcode > LAST_NUMERIC) throw new Error(`branch hints: the instruction 0x${opcode.toString(16)} is unknown`);
}

const [TRUNCATIONS_END, MEMORY_INIT, DATA_DROP, MEMORY_COPY, MEMORY_FILL] = [8, 8, 9, 10, 11];

function skipBulk(reader: Reader, instruction: number): void {
  if (instruction === MEMORY_INIT || instruction === MEMORY_COPY) skipLebs(reader, 2);
  else if (instruction === DATA_DROP || instruction === MEMORY_FILL) reader.leb();
  else if (instruction >= TRUNCATIONS_END) throw new Error(`branch hints: 0xfc ${instruction} is unknown`);
}

function skipVector(reader: Reader, instruction: number): void {
  const isLane = instruction >= 21 && instruction <= 34;
  const isLaneInMemory = instruction >= 84 && instruction <= 91;
  const isInMemory = instruction <= 11 || isLaneInMemory || instruction === 92 || instruction === 93;
  if (isInMemory) skipLebs(reader, 2);
  if (instruction === 12 || instruction === 13) reader.take(16);
  else if (isLane || isLaneInMemory) reader.byte();
}

function skipLebs(reader: Reader, count: number): void {
  for (let left = count; left > 0; left--) reader.leb();
}

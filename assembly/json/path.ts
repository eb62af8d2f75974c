const DOT = 0x2e;
const BACKSLASH = 0x5c;
/** The most steps of a path. */
const MOST_STEPS = 16;

/** What a step leads to. */
export const enum PathStep {
  /** The member of an object with this name. */
  Member,
  /** The element of an array with this index, or the member of an object with these digits as its name. */
  Element,
  /** The last element of an array. */
  Last,
  /** Every element of an array. */
  Each,
}

/**
 * A path to values of a JSON text, as gjson writes it: names and indices with dots between them, `choices.0.message.content`; `\.` is a
 * dot of a name; `@reverse.0` is the last element. `*` is every element. https://github.com/tidwall/gjson/blob/master/SYNTAX.md
 */
export class JsonPath {
  /** What is wrong with the path; empty if nothing is. */
  fault: string = "";
  /** Whether it may lead to several values. */
  hasEach: bool = false;
  /** The steps. */
  readonly steps: PathStep[] = [];
  /** The name of each step, as UTF-8. */
  readonly names: ArrayBuffer[] = [];
  /** The index of each step; -1 if it has none. */
  readonly indices: i32[] = [];

  constructor(readonly text: string) {
    let from = 0;
    while (from <= text.length && !this.fault.length) from = this.read(from);
  }

  /** Reads the step that begins at `from`; returns where the next one begins. */
  private read(from: i32): i32 {
    const text = this.text;
    // Joined at once: a name may be as long as the configuration.
    const parts: string[] = [];
    let at = from;
    let begin = from;
    for (; at < text.length && text.charCodeAt(at) != DOT; at++) {
      if (text.charCodeAt(at) != BACKSLASH || at + 1 == text.length) continue;
      parts.push(text.substring(begin, at));
      begin = ++at;
    }
    parts.push(text.substring(begin, at));
    const name = parts.join("");
    if (text.charAt(from) == "@" && name == "@reverse" && text.substr(at, 2) == ".0") {
      this.add(PathStep.Last, "", -1);
      at += 2;
      if (at < text.length && text.charCodeAt(at) != DOT) this.fail("supports only .0 after @reverse", from);
    } else if (!name.length) this.fail("has an empty step", from);
    else if (name == "*") this.add(PathStep.Each, "", -1);
    else if (isOperator(text, from)) this.fail("has a step that is no name, index or @reverse.0", from);
    else {
      const index = indexOf(name);
      this.add(index < 0 ? PathStep.Member : PathStep.Element, name, index);
    }
    return at + 1;
  }

  private add(step: PathStep, name: string, index: i32): void {
    if (this.steps.length == MOST_STEPS) return this.fail(`has more than ${MOST_STEPS} steps`, 0);
    if (step == PathStep.Each) this.hasEach = true;
    this.steps.push(step);
    this.names.push(String.UTF8.encode(name));
    this.indices.push(index);
  }

  private fail(fault: string, at: i32): void {
    this.fault = at ? `${fault}, at character ${at + 1}` : fault;
  }
}

/** Whether a step has a letter with which gjson does something else. */
function isOperator(text: string, from: i32): bool {
  const first = text.charAt(from);
  if (first == "@" || first == "!" || first == "{" || first == "[") return true;
  for (let i = from; i < text.length && text.charCodeAt(i) != DOT; i++) {
    if (text.charCodeAt(i) == BACKSLASH) i++;
    else if ("#|*?".includes(text.charAt(i))) return true;
  }
  return false;
}

/** The index that a name of at most six digits is; -1 for any other name. */
function indexOf(name: string): i32 {
  if (name.length > 6) return -1;
  let index = 0;
  for (let i = 0; i < name.length; i++) {
    const digit = name.charCodeAt(i) - 0x30;
    if (<u32>digit > 9) return -1;
    index = 10 * index + digit;
  }
  return index;
}

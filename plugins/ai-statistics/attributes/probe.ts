import { JsonPath } from "../../../assembly/json/path";
import { wordsOf } from "../words";
import { Rule } from "./attribute";

/** One path at which an attribute may have its value. */
export class Probe {
  constructor(
    readonly path: JsonPath,
    /** The slot of the value, or one of those below. */
    readonly slot: i32,
    readonly rule: Rule,
    /** The type of the events that count, in quotes; empty for all. */
    readonly eventType: string,
    /** Whether only a string counts. */
    readonly isText: bool,
  ) {}

  /** Reads one path of a built-in value. */
  static builtIn(text: string, slot: i32, rule: Rule): Probe {
    const isText = text.startsWith('"');
    const replaces = text.startsWith("=");
    const type = text.indexOf("<");
    const path = text.substring(isText || replaces ? 1 : 0, type < 0 ? text.length : type);
    const eventType = type < 0 ? "" : `"${text.substring(type + 1)}"`;
    return new Probe(new JsonPath(path), slot, replaces ? Rule.Replace : rule, eventType, isText);
  }
}

/** Slots of values that are no attribute. */
export const enum OwnSlot {
  /** The model that the request names. */
  Model = -1,
  /** The role of a message. */
  Role = -2,
  /** An element that may be the call of a tool. */
  Call = -3,
}

/** The probes of one kind of body. */
export class BodyPlan {
  readonly probes: Probe[] = [];
  readonly paths: JsonPath[] = [];

  /** Adds a probe. */
  add(probe: Probe): void {
    this.probes.push(probe);
    this.paths.push(probe.path);
  }

  /** Adds the probes of a list of paths, separated by spaces. */
  addAll(texts: string, slot: i32, rule: Rule): void {
    const list = wordsOf(texts);
    for (let i = 0; i < list.length; i++) this.add(Probe.builtIn(list[i], slot, rule));
  }
}

import { Configuration } from "./configuration";

/** One root context: a plugin in one place of one configuration. A VM holds many, old and new, in both positions. */
export class Root {
  /** What was configured; `null` before. */
  configuration: Configuration | null = null;

  constructor(readonly id: u32) {}
}

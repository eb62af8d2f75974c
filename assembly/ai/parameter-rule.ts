/** What is done with a parameter that a model does not take. */
export const enum ParameterAction {
  /** It is removed. */
  Drop,
  /** It is removed from requests that ask the model to reason. */
  DropWhenReasoning,
  /** The request is refused. */
  Reject,
  /** A number below the limit becomes the limit. */
  AtLeast,
  /** A number above the limit becomes the limit. */
  AtMost,
  /** It gets another name. */
  Rename,
}

/** A parameter of requests that a model does not take as it is. */
export class ParameterRule {
  /** The limit of a number. */
  limit: f64 = 0;

  constructor(
    /** Its name in OpenAI's chats. */
    readonly name: string,
    readonly action: ParameterAction,
    /** The name that it gets (`Rename`), or the limit as it is written. */
    readonly value: string = "",
  ) {}
}

// The optional parts that the module has. A build for chosen providers replaces this file (tools/chosen-features.ts): the code of a part
// that is `false` here is not compiled, and a configuration that asks for it is refused.

/** Whether API keys that fail are not used for a time, and requests are tried with the next one. */
export const FAILOVER: bool = true;
/** Whether keys of `modelMapping` may be patterns; `failover` reads statuses with them, too. */
export const PATTERNS: bool = true;
/** Whether reasoning may get another form than the provider's. */
export const REASONING: bool = true;
/** Whether a text may be fetched that is added to chats. */
export const CONTEXT: bool = true;

/** Whether the shipped table has the models of all vendors. */
export const EVERY_MODEL: bool = true;
/** Whether the requests of a provider are signed. */
export const SIGNATURES: bool = true;
/** Whether a provider's response of status 200 may say that the request failed. */
export const FAILURE_MEMBERS: bool = true;
/** Whether values are fetched before a request is forwarded. */
export const VALUES: bool = CONTEXT || SIGNATURES;

/** Why an option is refused whose part the module was built without; the part is named as in `FEATURES`. */
export function notBuilt(part: string): string {
  return `is not in this build: build ai-proxy with FEATURES=${part}`;
}

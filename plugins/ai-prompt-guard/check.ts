import { readPromptMember } from "../../assembly/ai/prompt/reader";
import { PromptRole } from "../../assembly/ai/prompt/role";
import { PromptTexts } from "../../assembly/ai/prompt/texts";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { Slice } from "../../assembly/bytes/slice";
import { jsonUnescape, jsonUtf8 } from "../../assembly/json/value";
import { JsonWalker } from "../../assembly/json/walker";
import { AiPromptGuardConfig } from "./config";

/** What a check found. */
export const enum Finding {
  Allowed,
  /** A message matches a denied pattern. */
  Denied,
  /** A message matches no allowed pattern, or there is no message that could. */
  NotAllowed,
  /** Token ids stand in the place of a text. */
  Unreadable,
}

const KEPT_BYTES: i32 = 65536;

const walker = new JsonWalker();

/** Compares the messages of a prompt with the patterns. */
export class PromptCheck extends PromptTexts {
  private config: AiPromptGuardConfig | null = null;
  /** The checked texts of a message, one directly behind the other, as a model may read them. */
  private readonly whole: ByteBuffer = new ByteBuffer();
  private readonly part: ByteBuffer = new ByteBuffer();
  private parts: i32 = 0;
  private isPartDenied: bool = false;
  /** What the checked messages lead to: the first refusal, or only that of the last message. */
  private finding: Finding = Finding.Allowed;
  private messages: i32 = 0;

  /** Checks the valid JSON of an object. */
  run(config: AiPromptGuardConfig, object: Slice): Finding {
    this.config = config;
    this.finding = Finding.Allowed;
    this.messages = 0;
    walker.start(object);
    if (walker.enterObject()) {
      // The last message is that of its list: a text behind the list does not take its place.
      while (this.finding == Finding.Allowed && walker.nextMember()) {
        const key = walker.key;
        readPromptMember(key, walker.value(), this);
      }
    }
    this.config = null;
    if (this.messages == 0 && config.allowed !== null && this.finding == Finding.Allowed) return Finding.NotAllowed;
    return this.finding;
  }

  override beginMessage(role: PromptRole): void {
    this.whole.release(KEPT_BYTES);
    this.parts = 0;
    this.isPartDenied = false;
  }

  override text(token: Slice, role: PromptRole, isProse: bool): void {
    const config = this.config!;
    if (this.hasFinished || !config.checks(role)) return;
    this.parts++;
    jsonUnescape(token, this.whole);
    // Each part alone, too: a pattern may have ^, $ or \\b at its ends.
    const denied = config.denied;
    if (denied !== null && denied.search(jsonUtf8(token, this.part)) >= 0) this.isPartDenied = true;
  }

  override tokenId(): void {
    if (this.config!.checks(PromptRole.User)) this.finding = Finding.Unreadable;
  }

  override endMessage(): void {
    if (this.hasFinished || this.parts == 0) return;
    this.messages++;
    this.finding = this.findingOf(this.config!);
  }

  /** Whether a refusal is certain. */
  private get hasFinished(): bool {
    return this.finding == Finding.Unreadable || (this.finding != Finding.Allowed && !this.config!.checksLast);
  }

  private findingOf(config: AiPromptGuardConfig): Finding {
    if (this.isPartDenied) return Finding.Denied;
    const text = this.whole.slice;
    const denied = config.denied;
    if (denied !== null && this.parts > 1 && denied.search(text) >= 0) return Finding.Denied;
    const allowed = config.allowed;
    return allowed !== null && allowed.search(text) < 0 ? Finding.NotAllowed : Finding.Allowed;
  }
}

import { Api } from "../../../assembly/ai/api";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { percentEncode } from "../../../assembly/bytes/percent-encode";
import { isVisible } from "../../../assembly/config/printable";
import { sliceOfBuffer, sliceSize, sliceToString } from "../../../assembly/bytes/slice";
import { ConfigReader } from "../../../assembly/config/reader";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonEdit } from "../../../assembly/json/edit";
import { removeMember } from "../../../assembly/json/member-edit";
import { jsonFirst, jsonGet, jsonKind, JsonKind } from "../../../assembly/json/value";
import { readFilled } from "../config/address";
import { sseEnd } from "../../../assembly/sse/encoder";
import { ApiToken } from "../config/api-token";
import { ValueSource } from "../config/value-source";
import { ChunkHead } from "../chunk-head";
import { EventEditor } from "../event-editor";
import { Exchange } from "../exchange";
import { OpenAiCompatible } from "../openai-compatible";

const HOST = "api.moonshot.cn";
/** An uploaded file never changes; it may be deleted. */
const FILE_MILLISECONDS = 3_600_000;
const LONGEST_USAGE = 4096;

/** Moonshot's Kimi. https://platform.moonshot.cn/docs/api/chat */
class Moonshot extends OpenAiCompatible {
  /** The text that Moonshot has read in an uploaded file. https://platform.moonshot.cn/docs/api/files */
  override readContext(reader: ConfigReader, tokens: ApiToken[], timeout: i32): ValueSource | null {
    const id = readFilled(reader, "moonshotFileId");
    if (!isVisible(id)) reader.fail("moonshotFileId", "must be printable ASCII without blanks");
    if (reader.failed || !id.length || !tokens.length) return null;
    if (reader.has("context")) reader.fail("moonshotFileId", "and context name two texts: remove one of them");
    const domain = reader.text("providerDomain");
    const host = domain.length ? domain : HOST;
    const segment = new ByteBuffer();
    percentEncode(sliceOfBuffer(String.UTF8.encode(id)), segment);
    const path = `/v1/files/${sliceToString(segment.slice)}/content`;
    segment.dispose();
    const text = new ValueSource("", host, path, FILE_MILLISECONDS, timeout);
    text.authorization = String.UTF8.decode(tokens[0].header);
    text.member = "content";
    return text;
  }

  override eventEditor(exchange: Exchange): EventEditor | null {
    return exchange.api == Api.ChatCompletions ? new MoonshotEvents(exchange) : null;
  }
}

/**
 * Moves the usage of a stream from its last choice to where OpenAI's clients look: to the top of that chunk, or, where the
 * client asked for it, into a chunk of its own, unless Moonshot sends that one too.
 */
class MoonshotEvents extends EventEditor {
  private readonly head: ChunkHead = new ChunkHead();
  /** The usage that the client must still get; empty for none. */
  private readonly owed: ByteBuffer = new ByteBuffer();

  constructor(private readonly exchange: Exchange) {
    super();
  }

  edit(event: JsonDocument, edit: JsonEdit): void {
    const exchange = this.exchange;
    const choice = jsonFirst(event.get("choices"));
    const usage = jsonGet(choice, "usage");
    const isTold = jsonKind(event.get("usage")) == JsonKind.Object;
    if (isTold) this.owed.clear();
    if (jsonKind(usage) != JsonKind.Object) return;
    exchange.usage.read(usage);
    removeMember(edit, choice, "usage");
    if (!exchange.includeUsage) edit.set("usage", usage);
    else if (!isTold && sliceSize(usage) <= LONGEST_USAGE) {
      this.head.read(exchange, event);
      this.owed.clear();
      this.owed.append(usage);
    }
  }

  override onEnd(out: ByteBuffer): void {
    if (!this.owed.size) return;
    this.head.write(out);
    out.text('],"usage":').append(this.owed.slice).byte(0x7d);
    sseEnd(out);
    this.owed.clear();
  }

  override free(): void {
    this.head.dispose();
    this.owed.dispose();
  }
}

/** The type `moonshot`. */
export const moonshot = new Moonshot({
  type: "moonshot",
  takesReasoning: true,
  host: HOST,
  apis: [
    Api.ChatCompletions,
    Api.Models,
    Api.RetrieveModel,
    // https://platform.moonshot.cn/docs/api/files
    Api.Files,
    Api.RetrieveFile,
    Api.RetrieveFileContent,
  ],
  // https://platform.moonshot.cn/docs/guide/agent-support
  messagesBase: "/anthropic/v1",
  // Moonshot sends the usage of each stream, asked or not.
  asksForUsage: false,
  editsChatStreams: true,
});

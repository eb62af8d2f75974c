import { Api } from "../../../assembly/ai/api";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { percentEncode } from "../../../assembly/bytes/percent-encode";
import { sliceOfBuffer, sliceToString } from "../../../assembly/bytes/slice";
import { isVisible } from "../../../assembly/config/printable";
import { ConfigReader } from "../../../assembly/config/reader";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonEdit } from "../../../assembly/json/edit";
import { removeMember } from "../../../assembly/json/member-edit";
import { jsonFirst, jsonGet, jsonKind, JsonKind } from "../../../assembly/json/value";
import { readFilled } from "../address";
import { ApiToken } from "../api-token";
import { Exchange } from "../exchange";
import { OpenAiCompatible } from "../openai-compatible";
import { TextSource } from "../text-source";

const HOST = "api.moonshot.cn";
/** An uploaded file never changes; it may be deleted. */
const FILE_MILLISECONDS = 3_600_000;

/** Moonshot's Kimi. https://platform.moonshot.cn/docs/api/chat */
class Moonshot extends OpenAiCompatible {
  /** The text that Moonshot has read in an uploaded file. https://platform.moonshot.cn/docs/api/files */
  override readContext(reader: ConfigReader, tokens: ApiToken[], timeout: i32): TextSource | null {
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
    const text = new TextSource("", host, path, FILE_MILLISECONDS, timeout);
    text.authorization = String.UTF8.decode(tokens[0].bearer);
    text.member = "content";
    return text;
  }

  /** It tells the usage of each stream, asked or not. */
  override mayAskForUsage(exchange: Exchange, request: JsonDocument): bool {
    return false;
  }

  override editsEvents(exchange: Exchange): bool {
    return exchange.api == Api.ChatCompletions;
  }

  /** The usage stands inside the last choice, and once more in a chunk of its own if the client asked. */
  override editEvent(exchange: Exchange, event: JsonDocument, edit: JsonEdit): void {
    const choice = jsonFirst(event.get("choices"));
    const usage = jsonGet(choice, "usage");
    if (jsonKind(usage) != JsonKind.Object) return;
    exchange.usage.read(usage);
    removeMember(edit, choice, "usage");
    if (!exchange.includeUsage) edit.set("usage", usage);
  }
}

/** The type `moonshot`. */
export const moonshot = new Moonshot("moonshot", HOST)
  .serve(Api.ChatCompletions, "/v1/chat/completions")
  .serve(Api.Models, "/v1/models")
  .serve(Api.RetrieveModel, "/v1/models/{model}")
  // https://platform.moonshot.cn/docs/api/files
  .serve(Api.Files, "/v1/files")
  .serve(Api.RetrieveFile, "/v1/files/{file_id}")
  .serve(Api.RetrieveFileContent, "/v1/files/{file_id}/content")
  // https://platform.moonshot.cn/docs/guide/agent-support
  .serveMessages("/anthropic/v1");

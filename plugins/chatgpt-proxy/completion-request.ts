import { ByteBuffer } from "../../assembly/bytes/buffer";
import { Slice } from "../../assembly/bytes/slice";
import { JsonWriter } from "../../assembly/json/writer";
import { ChatgptProxyConfig } from "./config";

const body = new ByteBuffer();
const json = new JsonWriter(body);
const temperature = new ByteBuffer().text("0.9");
const presencePenalty = new ByteBuffer().text("0.6");

/** The body of the call, with Higress's fixed parameters; valid until the next one is written. */
export function completionRequest(config: ChatgptProxyConfig, prompt: Slice): Slice {
  body.clear();
  json.reset().beginObject();
  json.key("model").string(config.model);
  json.key("prompt").text(prompt);
  json.key("temperature").raw(temperature.slice);
  json.key("max_tokens").integer(150);
  json.key("top_p").integer(1);
  json.key("frequency_penalty").integer(0);
  json.key("presence_penalty").raw(presencePenalty.slice);
  json.key("stop").beginArray().string(config.humanStop).string(config.aiStop).endArray();
  json.endObject();
  return body.slice;
}

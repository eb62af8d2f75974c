import { protocolName } from "../../assembly/ai/chat-protocol";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { Slice } from "../../assembly/bytes/slice";
import { Exchange } from "./exchange";

const text = new ByteBuffer();

/** From which protocol to which a bridged request is translated, such as `messages-to-chat`. Valid until the next call. */
export function translationName(exchange: Exchange): Slice {
  text.clear();
  return text.text(protocolName(exchange.client)).text("-to-").text(protocolName(exchange.upstream)).slice;
}

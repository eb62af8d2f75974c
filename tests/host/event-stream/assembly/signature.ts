import { ByteBuffer } from "../../../../assembly/bytes/buffer";
import { encodeHex } from "../../../../assembly/bytes/hex";
import { ABSENT, Slice, sliceOfBuffer } from "../../../../assembly/bytes/slice";
import { hmacSha256 } from "../../../../assembly/crypto/hmac";
import { sha256 } from "../../../../assembly/crypto/sha256";
import { Exchange } from "../../../../plugins/ai-proxy/exchange";

const digest = new ByteBuffer();
const text = new ByteBuffer();
const date = new ByteBuffer();
const authorization = new ByteBuffer();

/** Signs method, path, time, session and the hash of the body, a line each, with the API key: a short form of SigV4. */
export function sign(exchange: Exchange, method: Slice, path: Slice, body: Slice): bool {
  const token = exchange.token;
  if (token === null) return exchange.refuse("The provider needs an API key.");
  date.clear();
  date.integer(exchange.created);
  text.clear();
  text.append(method).byte(0x0a).append(path).byte(0x0a).append(date.slice).byte(0x0a);
  if (exchange.credential != ABSENT) text.append(exchange.credential);
  text.byte(0x0a);
  digest.clear();
  sha256(body, digest);
  encodeHex(digest.slice, text);
  digest.clear();
  hmacSha256(sliceOfBuffer(String.UTF8.encode(token.text)), text.slice, digest);
  authorization.clear();
  encodeHex(digest.slice, authorization.text("HMAC-SHA256 Signature="));
  exchange.headers.set("authorization", authorization.slice);
  exchange.headers.set("x-date", date.slice);
  if (exchange.credential != ABSENT) exchange.headers.set("x-security-token", exchange.credential);
  return true;
}

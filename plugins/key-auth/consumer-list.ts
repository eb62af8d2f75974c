import { ByteBuffer } from "../../assembly/bytes/buffer";
import { ABSENT, byteAt, indexOfByte, Slice, sliceSize } from "../../assembly/bytes/slice";
import { ConfigReader } from "../../assembly/config/reader";
import { isPlainNumber } from "../../assembly/config/scalar";
import { jsonFirst, JsonKind, jsonKind, jsonNext, jsonUtf8 } from "../../assembly/json/value";
import { Consumers, NOBODY } from "./consumers";
import { CredentialSource } from "./credential-source";

const name = new ByteBuffer();
const credential = new ByteBuffer();
const model = new ByteBuffer();

const SPACE: u32 = 0x20;
const STAR: u32 = 0x2a;

/** The places of the instance's keys for consumers that set only `in_header` or `in_query`: each set is made once. */
class SharedPlaces {
  private readonly places: StaticArray<u64> = new StaticArray<u64>(4);

  constructor(private readonly shared: CredentialSource) {}

  of(reader: ConfigReader, consumers: Consumers): u64 {
    const source = CredentialSource.read(reader, this.shared);
    const at = (source.inHeader ? 1 : 0) + (source.inQuery ? 2 : 0);
    if (!this.places[at]) this.places[at] = source.placesIn(consumers.places, reader);
    return this.places[at];
  }
}

/**
 * Reads `consumers`, or the old list `credentials` of keys without names. Allocates no object for a consumer. A key that
 * belongs to another consumer of the `instance` is refused: the identity must not depend on the route.
 */
export function readConsumers(reader: ConfigReader, shared: CredentialSource, instance: Consumers | null): Consumers {
  const consumers = new Consumers(instance);
  const sharedPlaces = shared.placesIn(consumers.places, reader);
  const otherPlaces = new SharedPlaces(shared);
  let needsKeys = false;
  if (reader.has("credentials")) {
    if (reader.has("consumers")) reader.fail("credentials", "must not stand beside consumers");
    readCredentials(reader, consumers, consumers.add(ABSENT, sharedPlaces, ABSENT));
    needsKeys = true;
  } else {
    const list = reader.each("consumers");
    let isEmpty = true;
    while (list.next()) {
      isEmpty = false;
      let places = sharedPlaces;
      if (!list.has("keys")) needsKeys = true;
      if (list.has("keys")) places = CredentialSource.read(list, shared).placesIn(consumers.places, list);
      else if (list.has("in_header") || list.has("in_query")) places = otherPlaces.of(list, consumers);
      readConsumer(list, consumers, places);
    }
    if (isEmpty && !reader.failed) reader.fail("consumers", "must not be empty");
  }
  if (needsKeys && shared.names.length == 0 && !reader.has("keys")) reader.fail("keys", "is required");
  return consumers;
}

function readConsumer(reader: ConfigReader, consumers: Consumers, places: u64): void {
  const consumer = consumers.add(readName(reader), places, readModels(reader));
  const first = consumers.namesake(consumer);
  if (first != NOBODY) {
    reader.fail("name", `is that of consumers[${first}] already, whose models are others: give both the same ones`);
  }
  if (reader.has("credentials")) {
    if (reader.has("credential")) reader.fail("credentials", "must not stand beside credential");
    readCredentials(reader, consumers, consumer);
    return;
  }
  const token = reader.textToken("credential");
  if (token != ABSENT) addCredential(reader, "credential", token, consumers, consumer);
  else if (!reader.has("credential")) reader.fail("credential", "is required");
}

function readName(reader: ConfigReader): Slice {
  const token = reader.textToken("name");
  name.clear();
  if (token == ABSENT) {
    if (!reader.has("name")) reader.fail("name", "is required");
    return ABSENT;
  }
  const text = textOf(token, name);
  checkText(reader, "name", text);
  return text;
}

function readModels(reader: ConfigReader): Slice {
  const models = reader.listToken("models");
  if (models == ABSENT) return ABSENT;
  let position = 0;
  for (let item = jsonFirst(models); item != ABSENT; item = jsonNext(models, item)) {
    if (jsonKind(item) != JsonKind.String) reader.fail(`models[${position}]`, "must be a string");
    else checkModel(reader, `models[${position}]`, textOf(item, emptied(model)));
    position++;
  }
  if (!position) reader.fail("models", "must not be empty");
  return models;
}

function readCredentials(reader: ConfigReader, consumers: Consumers, consumer: i32): void {
  const list = reader.listToken("credentials");
  if (list == ABSENT) return;
  let position = 0;
  for (let item = jsonFirst(list); item != ABSENT; item = jsonNext(list, item)) {
    const isText = jsonKind(item) == JsonKind.String || isPlainNumber(item);
    if (!isText) reader.fail(`credentials[${position}]`, "must be a string");
    else addCredential(reader, `credentials[${position}]`, item, consumers, consumer);
    position++;
  }
  if (!position) reader.fail("credentials", "must not be empty");
}

function addCredential(reader: ConfigReader, key: string, token: Slice, consumers: Consumers, consumer: i32): void {
  credential.clear();
  const text = textOf(token, credential);
  if (!checkText(reader, key, text)) return;
  const owner = consumers.addCredential(text, consumer);
  if (owner == NOBODY) {
    if (consumers.isOthersOnInstance(text, consumer)) reader.fail(key, "is that of another consumer of the instance");
    return;
  }
  const whose = owner == consumer ? "stands here" : `is that of consumers[${owner}]`;
  reader.fail(key, `${whose} already: a key has one owner`);
}

function checkModel(reader: ConfigReader, key: string, name: Slice): void {
  const star = indexOfByte(name, STAR);
  if (!checkText(reader, key, name) || star < 0 || star == sliceSize(name) - 1) return;
  reader.fail(key, "must have one * at most, at its end");
}

/** Whether the text can be a header's value; otherwise it reports an error. */
function checkText(reader: ConfigReader, key: string, text: Slice): bool {
  const size = sliceSize(text);
  let fault = size ? "" : "must not be empty";
  for (let i = 0; i < size; i++) {
    if (byteAt(text, i) < 0x20 || byteAt(text, i) == 0x7f)
      fault = "must not have control characters: no header has them";
  }
  if (size && !fault.length && (byteAt(text, 0) == SPACE || byteAt(text, size - 1) == SPACE)) {
    fault = "must not begin or end with a space: no value of a header does";
  }
  if (fault.length) reader.fail(key, fault);
  return !fault.length;
}

function emptied(buffer: ByteBuffer): ByteBuffer {
  buffer.clear();
  return buffer;
}

/** A string token as UTF-8, in place or unescaped into the empty `scratch`; a number as it is written. */
function textOf(token: Slice, scratch: ByteBuffer): Slice {
  if (jsonKind(token) == JsonKind.Number) return token;
  return jsonUtf8(token, scratch);
}

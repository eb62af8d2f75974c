// SPDX-License-Identifier: Apache-2.0
import * as host from "./imports";
import { OUT, OUT_NUMBER, OUT_SIZE, Text, encodePairs, reset, take, takeNames } from "./memory";

const num = (text: string): u32 => <u32>parseInt(text);
const at = (list: ArrayBuffer): usize => changetype<usize>(list);

function arg(words: string[], index: i32): string {
  return index < words.length ? words[index] : "";
}

/** Runs one operation of a script and says what the host answered: the status, and the value where there is one. */
export function run(words: string[], streamId: u32, rootId: u32): string {
  reset();
  const a = arg(words, 1);
  const b = arg(words, 2);
  const c = arg(words, 3);
  const first = new Text(a);
  const second = new Text(b);
  const third = new Text(c);
  const fourth = new Text(arg(words, 4));
  const name = words[0];

  if (name == "get") return valued(host.getHeader(num(a), second.at, second.size, OUT, OUT_SIZE));
  if (name == "keep") return plain(host.getHeader(num(a), second.at, second.size, OUT, OUT_SIZE));
  if (name == "freetwice") return freeTwice();
  if (name == "trap") return trap();
  if (name == "add") return plain(host.addHeader(num(a), second.at, second.size, third.at, third.size));
  if (name == "set") return plain(host.setHeader(num(a), second.at, second.size, third.at, third.size));
  if (name == "del") return plain(host.removeHeader(num(a), second.at, second.size));
  if (name == "names") return plain(host.getPairs(num(a), OUT, OUT_SIZE)) + " " + takeNames();
  if (name == "setall") {
    const pairs = encodePairs(b);
    return plain(host.setPairs(num(a), at(pairs), pairs.byteLength));
  }
  if (name == "mapsize") return plain(host.getPairsSize(num(a), OUT_NUMBER));
  if (name == "len") return numbered(host.getBufferStatus(num(a), OUT_NUMBER, OUT_SIZE));
  if (name == "read") return valued(host.getBuffer(num(a), num(b), num(c), OUT, OUT_SIZE));
  if (name == "write") return plain(host.setBuffer(num(a), num(b), num(c), fourth.at, fourth.size));
  if (name == "prop") {
    const path = new Text(a.split("/").join("\0"));
    return valued(host.getProperty(path.at, path.size, OUT, OUT_SIZE));
  }
  if (name == "setprop") return plain(host.setProperty(first.at, first.size, second.at, second.size));
  if (name == "reply") {
    const pairs = encodePairs(arg(words, 4));
    return plain(
      host.reply(num(a), second.at, second.size, third.at, third.size, at(pairs), pairs.byteLength, <u32>-1),
    );
  }
  if (name == "continue") return plain(host.continueStream(num(a)));
  if (name == "close") return plain(host.closeStream(num(a)));
  if (name == "context") return plain(host.setContext(a == "stream" ? streamId : a == "root" ? rootId : num(a)));
  if (name == "call") {
    const pairs = encodePairs(b);
    const status = host.httpCall(
      first.at,
      first.size,
      at(pairs),
      pairs.byteLength,
      third.at,
      third.size,
      0,
      0,
      num(arg(words, 4)),
      OUT_NUMBER,
    );
    return numbered(status);
  }
  if (name == "grpc") {
    const status = host.grpcCall(
      first.at,
      first.size,
      second.at,
      second.size,
      third.at,
      third.size,
      0,
      0,
      fourth.at,
      fourth.size,
      1000,
      OUT_NUMBER,
    );
    return numbered(status);
  }
  if (name == "grpcstream") {
    const pairs = encodePairs(arg(words, 4));
    const size = pairs.byteLength;
    return plain(
      host.grpcStream(first.at, first.size, second.at, second.size, third.at, third.size, at(pairs), size, OUT_NUMBER),
    );
  }
  if (name == "grpccancel") return plain(host.grpcCancel(num(a)));
  if (name == "grpcclose") return plain(host.grpcClose(num(a)));
  if (name == "grpcsend") return plain(host.grpcSend(num(a), second.at, second.size, c == "0" ? 0 : 1));
  if (name == "shared") {
    const status = host.getShared(first.at, first.size, OUT, OUT_SIZE, OUT_NUMBER);
    return valued(status) + " cas=" + load<u32>(OUT_NUMBER).toString();
  }
  if (name == "share") return plain(host.setShared(first.at, first.size, second.at, second.size, num(c)));
  if (name == "queue") return numbered(host.registerQueue(first.at, first.size, OUT_NUMBER));
  if (name == "findqueue") return numbered(host.resolveQueue(0, 0, first.at, first.size, OUT_NUMBER));
  if (name == "enqueue") return plain(host.enqueue(num(a), second.at, second.size));
  if (name == "dequeue") return valued(host.dequeue(num(a), OUT, OUT_SIZE));
  if (name == "metric") return numbered(host.defineMetric(num(a), second.at, second.size, OUT_NUMBER));
  if (name == "increment") return plain(host.incrementMetric(num(a), <i64>parseInt(b)));
  if (name == "record") return plain(host.recordMetric(num(a), <u64>parseInt(b)));
  if (name == "value") return numbered(host.getMetric(num(a), OUT_NUMBER));
  if (name == "foreign") return valued(host.callForeign(first.at, first.size, second.at, second.size, OUT, OUT_SIZE));
  if (name == "declare") return plain(declare(a, <u8>num(b), <u8>num(c), <u8>num(arg(words, 4))));
  if (name == "tick") return plain(host.setTick(num(a)));
  if (name == "time") return plain(host.getTime(OUT_NUMBER)) + (load<u64>(OUT_NUMBER) > 0 ? " some" : " none");
  if (name == "level") return plain(host.getLogLevel(OUT_NUMBER));
  if (name == "status") return numbered(host.getStatus(OUT_NUMBER, OUT, OUT_SIZE)) + " " + take();
  if (name == "done") return plain(host.done());
  if (name == "log") return plain(host.log(num(a), second.at, second.size));
  return "unknown operation";
}

function trap(): string {
  unreachable();
  return "";
}

function freeTwice(): string {
  const block = heap.alloc(16);
  heap.free(block);
  heap.free(block);
  return "freed twice";
}

function plain(status: u32): string {
  return status.toString();
}

function valued(status: u32): string {
  const value = take();
  return value == "" ? status.toString() : status.toString() + " " + value;
}

function numbered(status: u32): string {
  return status.toString() + " " + load<u32>(OUT_NUMBER).toString();
}

/** `declare_property` takes a protobuf message: name = 1, readonly = 2, type = 3, span = 5. */
function declare(property: string, readonly: u8, type: u8, span: u8): u32 {
  const name = String.UTF8.encode(property);
  const size = 2 + name.byteLength + 6;
  const message = new ArrayBuffer(size);
  const base = at(message);
  store<u8>(base, 0x0a);
  store<u8>(base + 1, <u8>name.byteLength);
  memory.copy(base + 2, at(name), name.byteLength);
  const tail = base + 2 + name.byteLength;
  store<u8>(tail, 0x10);
  store<u8>(tail + 1, readonly);
  store<u8>(tail + 2, 0x18);
  store<u8>(tail + 3, type);
  store<u8>(tail + 4, 0x28);
  store<u8>(tail + 5, span);
  const call = new Text("declare_property");
  return host.callForeign(call.at, call.size, base, size, 0, 0);
}

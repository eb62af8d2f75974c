import {
  ABSENT,
  Slice,
  sliceSize,
  sliceStartsWith,
  sliceToString,
  startsWithIgnoringCase,
  subslice,
} from "../../../bytes/slice";
import { jsonContent, jsonEquals, jsonGet, jsonKind, JsonKind } from "../../../json/value";
import { JsonWalker } from "../../../json/walker";
import { dataUrlData, dataUrlType, isDataUrl } from "../../hub/data-url";
import { RequestSink, Role } from "../../hub/request-sink";

/** The longest name of a type that a refusal repeats, in bytes. */
const LONGEST_TYPE = 64;

/** Where a refusal finds what it is about. */
let message: i32 = 0;
let position: i32 = 0;

/**
 * Reads the part of a content that a walker is at into a sink: the part at position `at` of the message at position `index`. `false` if
 * the sink refused.
 * https://platform.openai.com/docs/api-reference/chat/create
 */
export function readPart(walker: JsonWalker, role: Role, index: i32, at: i32, sink: RequestSink): bool {
  message = index;
  position = at;
  if (!walker.isAtObject) return refuse("A content part must be an object.", "", sink);
  const part = walker.value();
  const type = jsonGet(part, "type");
  const control = jsonGet(part, "cache_control");
  if (jsonKind(control) == JsonKind.Object) sink.cacheControl(control);
  if (jsonEquals(type, "text")) return readText(jsonGet(part, "text"), ".text", sink);
  if (role == Role.Assistant && jsonEquals(type, "refusal")) {
    return readText(jsonGet(part, "refusal"), ".refusal", sink);
  }
  if (role == Role.User) {
    let isRead = false;
    if (jsonEquals(type, "image_url")) isRead = readImage(jsonGet(part, "image_url"), sink);
    else if (jsonEquals(type, "file")) isRead = readFile(jsonGet(part, "file"), sink);
    else if (jsonEquals(type, "input_audio")) isRead = readAudio(jsonGet(part, "input_audio"), sink);
    else return refuseType(type, sink);
    if (!isRead && !sink.refusalParam.length) sink.refusalParam = pathOf("");
    return isRead;
  }
  return refuseType(type, sink);
}

function readText(text: Slice, member: string, sink: RequestSink): bool {
  if (jsonKind(text) != JsonKind.String) return refuse("A text must be a string.", member, sink);
  return sliceSize(jsonContent(text)) ? sink.text(jsonContent(text)) : true;
}

/** Some clients write the URL alone. */
function readImage(image: Slice, sink: RequestSink): bool {
  const isText = jsonKind(image) == JsonKind.String;
  const url = jsonContent(isText ? image : jsonGet(image, "url"));
  if (!sliceSize(url)) return refuse("An image must have a url.", ".image_url.url", sink);
  const detail = isText ? ABSENT : jsonContent(jsonGet(image, "detail"));
  return isDataUrl(url) ? readData(url, ABSENT, detail, ".image_url.url", sink) : sink.imageUrl(url, detail);
}

function readFile(file: Slice, sink: RequestSink): bool {
  const data = jsonContent(jsonGet(file, "file_data"));
  if (!sliceSize(data)) {
    return refuse("This provider takes no ids of files: send the data in file_data.", ".file.file_id", sink);
  }
  const name = jsonContent(jsonGet(file, "filename"));
  if (isDataUrl(data)) return readData(data, name, ABSENT, ".file.file_data", sink);
  if (startsWithIgnoringCase(data, "http")) return sink.documentUrl(data, name);
  return refuse("The data must be a URL such as data:application/pdf;base64,…", ".file.file_data", sink);
}

function readAudio(audio: Slice, sink: RequestSink): bool {
  const data = jsonContent(jsonGet(audio, "data"));
  const format = jsonContent(jsonGet(audio, "format"));
  if (!sliceSize(data) || !sliceSize(format)) return refuse("Sound must have data and a format.", ".input_audio", sink);
  return sink.audioData(format, data);
}

/** Reads a `data:` URL, which is a picture or a document. */
function readData(url: Slice, name: Slice, detail: Slice, member: string, sink: RequestSink): bool {
  const mediaType = dataUrlType(url);
  if (mediaType == ABSENT) return refuse("A data: URL must have Base64 data.", member, sink);
  const data = dataUrlData(url);
  if (sliceStartsWith(mediaType, "image")) return sink.imageData(mediaType, data, detail);
  return sink.documentData(mediaType, data, name);
}

function refuseType(type: Slice, sink: RequestSink): bool {
  const name = sliceToString(subslice(jsonContent(type), 0, LONGEST_TYPE));
  const reason = name.length
    ? `This provider takes no content part of type '${name}' here.`
    : "A content part must have a type.";
  return refuse(reason, ".type", sink);
}

function refuse(reason: string, member: string, sink: RequestSink): bool {
  return sink.refuse(reason, pathOf(member));
}

function pathOf(member: string): string {
  return `messages[${message}].content[${position}]${member}`;
}

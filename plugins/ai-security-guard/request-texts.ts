import { readDefinitionMember } from "../../assembly/ai/prompt/definitions";
import { readPromptMember } from "../../assembly/ai/prompt/reader";
import { PromptRole } from "../../assembly/ai/prompt/role";
import { PromptTexts } from "../../assembly/ai/prompt/texts";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import {
  ABSENT,
  indexOfText,
  Slice,
  sliceOfBuffer,
  sliceSize,
  sliceStartsWith,
  startsWithIgnoringCase,
  subslice,
} from "../../assembly/bytes/slice";
import { jsonContent, jsonGet, JsonKind, jsonKind, jsonUtf8 } from "../../assembly/json/value";
import { JsonWalker } from "../../assembly/json/walker";
import { Check } from "./check";
import { CheckedPath } from "./checked-path";
import { CheckTask } from "./check-task";
import { PieceKind } from "./checkers/check-piece";
import { TextEntry, TextList } from "./text-list";

const LINE_END: u32 = 0x0a;
const BASE64 = ";base64,";
const DATA = "data:";
/** A key whose value may be a text, parts of it, or messages. */
const ANY_TEXT = String.UTF8.encode('"prompt"');

const walker = new JsonWalker();
const mediaType = new ByteBuffer();

/** The texts of a prompt, and which of its messages are the last ones. */
export class RequestTexts extends PromptTexts {
  readonly list: TextList = new TextList();
  /** Whether a text could not be read. */
  hasTokenIds: bool = false;
  private message: i32 = -1;
  private lastFrom: i32 = 0;
  private isBehindAssistant: bool = false;
  private hasOthers: bool = false;
  /** Whether a conversation had other messages than of the system, and where the entries of the current one begin. */
  private hasLast: bool = false;
  private from: i32 = 0;

  /** Reads the valid JSON of an object, or what is at a path of it. */
  read(object: Slice, path: CheckedPath | null): void {
    this.list.begin(object);
    this.hasTokenIds = false;
    this.message = -1;
    this.lastFrom = 0;
    this.isBehindAssistant = false;
    this.hasOthers = false;
    this.hasLast = false;
    this.from = 0;
    if (path) readPromptMember(sliceOfBuffer(ANY_TEXT), path.find(object), this);
    else {
      walker.start(object);
      if (walker.enterObject())
        while (walker.nextMember()) {
          const key = walker.key;
          const value = walker.value();
          readPromptMember(key, value, this);
          readDefinitionMember(key, value, this);
        }
    }
    this.beginConversation();
  }

  /** Appends what a check is to see to its task: for a service that knows roles, the texts of each role together. */
  write(check: Check, task: CheckTask): void {
    const hasRoles = check.checker.knowsRoles;
    const last = hasRoles ? PromptRole.Tool : PromptRole.Unknown;
    for (let role: i32 = PromptRole.Unknown; role <= last; role++) {
      if (hasRoles) task.beginRole(<PromptRole>role);
      this.writeTexts(check, task, hasRoles, role);
    }
  }

  private writeTexts(check: Check, task: CheckTask, hasRoles: bool, role: i32): void {
    const list = this.list;
    let message = -1;
    for (let i = 0; i < list.count; i++) {
      const entry = list.at(i);
      if (!this.isFor(check, entry) || (hasRoles && entry.role != role)) continue;
      if (entry.kind != PieceKind.Text) {
        if (check.checksImages) task.addImage(entry.kind, entry.role, list.contentOf(entry), list.typeOf(entry));
      } else if (check.checksRequest) {
        // The texts of a message follow each other directly, as a model may read them.
        if (message >= 0 && entry.message != message) task.text.byte(LINE_END);
        message = entry.message;
        task.text.append(list.contentOf(entry));
      }
    }
  }

  /** Whether a check is to see a text. */
  isFor(check: Check, entry: TextEntry): bool {
    return check.checksRole(entry.role) && (check.checksAll || entry.isLast || !this.hasLast);
  }

  /** Marks the last messages of the one before: it is not known which of several a model reads. */
  override beginConversation(): void {
    const list = this.list;
    if (this.hasOthers) {
      for (let i = this.from; i < list.count; i++) {
        const entry = list.at(i);
        if (entry.message >= this.lastFrom) entry.isLast = true;
      }
      this.hasLast = true;
    }
    this.from = list.count;
    this.hasOthers = false;
    this.isBehindAssistant = false;
  }

  override beginMessage(role: PromptRole): void {
    this.message++;
    // A system prompt comes first, or in a member of its own: it neither begins nor ends the last messages.
    if (role == PromptRole.System) return;
    const isAssistant = role == PromptRole.Assistant;
    if (!this.hasOthers || (this.isBehindAssistant && !isAssistant)) this.lastFrom = this.message;
    this.hasOthers = true;
    this.isBehindAssistant = isAssistant;
  }

  override text(token: Slice, role: PromptRole, isProse: bool): void {
    this.list.addText(jsonContent(token), this.message, role, isProse);
  }

  override media(value: Slice, role: PromptRole, isImage: bool): void {
    if (jsonKind(value) == JsonKind.String) {
      if (isImage) this.addUrl(jsonContent(value), role);
      return;
    }
    const data = jsonGet(value, "data");
    const type = jsonGet(value, "media_type");
    if (jsonKind(data) == JsonKind.String && isImageType(type))
      this.list.addImage(PieceKind.ImageData, jsonContent(data), jsonContent(type), this.message, role);
    const url = jsonGet(value, "url");
    if (jsonKind(url) == JsonKind.String && (isImage || data == ABSENT)) this.addUrl(jsonContent(url), role);
  }

  override tokenId(): void {
    this.hasTokenIds = true;
  }

  override endMessage(): void {}

  /** Adds an image by its URL, which may have its data. */
  private addUrl(url: Slice, role: PromptRole): void {
    if (!sliceSize(url)) return;
    const at = sliceStartsWith(url, DATA) ? indexOfText(url, BASE64) : -1;
    if (at < 0) this.list.addImage(PieceKind.ImageUrl, url, ABSENT, this.message, role);
    else {
      const data = subslice(url, at + BASE64.length);
      this.list.addImage(PieceKind.ImageData, data, subslice(url, DATA.length, at), this.message, role);
    }
  }
}

/** Whether the token is the media type of an image; many clients write it as `image\/png`. */
function isImageType(token: Slice): bool {
  return jsonKind(token) == JsonKind.String && startsWithIgnoringCase(jsonUtf8(token, mediaType), "image/");
}

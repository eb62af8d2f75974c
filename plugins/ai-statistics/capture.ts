import { JsonTexts } from "../../assembly/ai/json-texts";
import { readPromptTexts } from "../../assembly/ai/prompt-estimate";
import { ResponseTexts } from "../../assembly/ai/response-texts";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { constant } from "../../assembly/bytes/constant";
import { Slice, sliceSize } from "../../assembly/bytes/slice";
import { StructState } from "../../assembly/host/struct-state";
import { Capture, CaptureConfig } from "./capture-config";
import { CapturedText } from "./captured-text";
import { giveCaptureMemory, takeCaptureMemory } from "./capture-memory";

const KEPT_BYTES: i32 = 1024;
const PROMPT = constant("prompt");
const PROMPT_HASH = constant("prompt_hash");
const RESPONSE = constant("response");
const RESPONSE_HASH = constant("response_hash");

/** Captures the texts of one request and its response. */
export class TextCapture {
  private config: CaptureConfig | null = null;
  private readonly prompt: CapturedText;
  private readonly response: CapturedText;
  private readonly promptTexts: JsonTexts;
  private readonly responseTexts: ResponseTexts;
  private readonly body: ByteBuffer = new ByteBuffer();
  /** The bytes of the response's body that `responseTexts` holds. */
  private heldResponse: i32 = 0;
  private readsResponse: bool = false;

  constructor() {
    const prompt = new CapturedText();
    const response = new CapturedText();
    this.prompt = prompt;
    this.response = response;
    this.promptTexts = new JsonTexts(prompt, true);
    this.responseTexts = new ResponseTexts(response);
  }

  /** Begins with a request. */
  begin(config: CaptureConfig): void {
    this.config = config;
    this.prompt.begin(config);
    this.response.begin(config);
  }

  /** Takes a chunk of the request's body. */
  pushRequest(chunk: Slice, isLastChunk: bool): void {
    const config = this.config;
    if (config === null || !this.prompt.isOpen) return;
    if (takeCaptureMemory(sliceSize(chunk), config.memoryLimit)) this.body.append(chunk);
    else {
      this.releaseBody();
      this.prompt.drop();
    }
    if (isLastChunk) this.endRequest();
  }

  /** Begins with a response of this content type. Returns whether its body is needed. */
  beginResponse(contentType: Slice): bool {
    this.endRequest();
    this.readsResponse = this.config !== null && this.responseTexts.begin(contentType);
    return this.readsResponse;
  }

  /** Takes a chunk of the response's body. */
  pushResponse(chunk: Slice): void {
    const config = this.config;
    if (!this.readsResponse || config === null) return;
    if (this.responseTexts.holds) {
      if (!takeCaptureMemory(sliceSize(chunk), config.memoryLimit)) {
        this.releaseResponse();
        return this.response.drop();
      }
      this.heldResponse += sliceSize(chunk);
    }
    this.responseTexts.push(chunk);
    // What the patterns match may be divided by the text of another choice.
    if (config.mode != Capture.Masked || !this.responseTexts.isMixed) return;
    this.releaseResponse();
    this.response.drop();
  }

  /** Adds what is captured to the fields. After the first call nothing more is captured. */
  write(fields: StructState): void {
    const config = this.config;
    if (config === null) return;
    this.endRequest();
    if (this.readsResponse) this.responseTexts.finish();
    this.releaseResponse();
    const isHash = config.mode == Capture.Hash;
    fields.text(isHash ? PROMPT_HASH : PROMPT, this.prompt.finish());
    fields.text(isHash ? RESPONSE_HASH : RESPONSE, this.response.finish());
  }

  /** Forgets the texts. */
  reset(): void {
    this.config = null;
    this.prompt.end();
    this.response.end();
    this.releaseBody();
    this.releaseResponse();
  }

  /** Frees the memory; the object is not used again. */
  free(): void {
    this.prompt.free();
    this.response.free();
    this.responseTexts.free();
    this.body.dispose();
  }

  private endRequest(): void {
    if (this.body.size) readPromptTexts(this.body.slice, this.promptTexts);
    this.releaseBody();
  }

  private releaseBody(): void {
    giveCaptureMemory(this.body.size);
    this.body.release(KEPT_BYTES);
  }

  private releaseResponse(): void {
    giveCaptureMemory(this.heldResponse);
    this.heldResponse = 0;
    this.readsResponse = false;
    this.responseTexts.reset();
  }
}

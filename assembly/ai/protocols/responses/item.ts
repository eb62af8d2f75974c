import { ABSENT, Slice } from "../../../bytes/slice";
import { JsonFields } from "../../../json/fields";
import { JsonWalker } from "../../../json/walker";

/**
 * One item of `input`, or one part of its content, of any type: its members as JSON values, ABSENT where it lacks them.
 * https://platform.openai.com/docs/api-reference/responses/create#responses-create-input
 */
export class Item extends JsonFields {
  type: Slice = ABSENT;
  role: Slice = ABSENT;
  content: Slice = ABSENT;
  text: Slice = ABSENT;
  refusal: Slice = ABSENT;
  annotations: Slice = ABSENT;
  callId: Slice = ABSENT;
  name: Slice = ABSENT;
  namespace: Slice = ABSENT;
  argumentsText: Slice = ABSENT;
  input: Slice = ABSENT;
  output: Slice = ABSENT;
  summary: Slice = ABSENT;
  encrypted: Slice = ABSENT;
  imageUrl: Slice = ABSENT;
  detail: Slice = ABSENT;
  fileData: Slice = ABSENT;
  fileUrl: Slice = ABSENT;
  filename: Slice = ABSENT;
  audio: Slice = ABSENT;

  constructor() {
    super(offsetof<Item>());
  }

  protected take(walker: JsonWalker): void {
    if (walker.keyIs("type")) this.type = walker.value();
    else if (walker.keyIs("role")) this.role = walker.value();
    else if (walker.keyIs("content")) this.content = walker.value();
    else if (walker.keyIs("text")) this.text = walker.value();
    else if (walker.keyIs("refusal")) this.refusal = walker.value();
    else if (walker.keyIs("annotations")) this.annotations = walker.value();
    else if (walker.keyIs("call_id")) this.callId = walker.value();
    else if (walker.keyIs("name")) this.name = walker.value();
    else if (walker.keyIs("namespace")) this.namespace = walker.value();
    else if (walker.keyIs("arguments")) this.argumentsText = walker.value();
    else if (walker.keyIs("input")) this.input = walker.value();
    else if (walker.keyIs("output")) this.output = walker.value();
    else if (walker.keyIs("summary")) this.summary = walker.value();
    else if (walker.keyIs("encrypted_content")) this.encrypted = walker.value();
    else if (walker.keyIs("image_url")) this.imageUrl = walker.value();
    else if (walker.keyIs("detail")) this.detail = walker.value();
    else if (walker.keyIs("file_data")) this.fileData = walker.value();
    else if (walker.keyIs("file_url")) this.fileUrl = walker.value();
    else if (walker.keyIs("filename")) this.filename = walker.value();
    else if (walker.keyIs("input_audio")) this.audio = walker.value();
    else walker.value();
  }
}

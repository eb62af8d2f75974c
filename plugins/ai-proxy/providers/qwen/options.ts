import { ConfigReader } from "../../../../assembly/config/reader";
import { DASHSCOPE_PROVIDERS } from "../../config/built-protocols";
import { readHost } from "../../config/address";
import { ProviderOptions } from "../../config/provider-type";

/** The options that only providers of type `qwen` have. */
export class QwenOptions extends ProviderOptions {
  /** Whether OpenAI's requests go to DashScope's OpenAI-compatible endpoints; else its own protocol is spoken. */
  compatible: bool = true;
  /** Whether the model may search the web (own protocol only). */
  search: bool = false;
  /** The files that `qwen-long` is to read, as the text of a system message; "" if there are none. */
  fileUrls: string = "";

  /** Reads them. */
  static read(reader: ConfigReader): QwenOptions {
    const options = new QwenOptions();
    options.compatible = reader.booleanOrText("qwenEnableCompatible", true);
    if (!DASHSCOPE_PROVIDERS) {
      if (!options.compatible)
        reader.fail(
          "qwenEnableCompatible",
          "must be true: this build has no DashScope protocol; build ai-proxy with PROTOCOLS=chat,dashscope",
        );
      options.compatible = true;
    }
    options.search = reader.booleanOrText("qwenEnableSearch", false);
    options.fileUrls = readFileUrls(reader);
    if (options.fileUrls.length > 0 && reader.has("context")) {
      reader.fail("qwenFileIds", "and context name two texts: remove one of them");
    }
    options.host = readHost(reader, "qwenDomain");
    if (options.compatible) {
      const reason = "has no effect without qwenEnableCompatible: false";
      if (options.search) reader.warn("qwenEnableSearch", reason);
      if (options.fileUrls.length > 0) reader.warn("qwenFileIds", reason);
    }
    return options;
  }
}

function readFileUrls(reader: ConfigReader): string {
  const ids = reader.textsOrNumbers("qwenFileIds");
  const urls: string[] = [];
  for (let i = 0; i < ids.length; i++) {
    if (!isFileId(ids[i])) reader.fail(`qwenFileIds[${i}]`, "must be the id of a file, such as file-fe-xxx");
    urls.push("fileid://" + ids[i]);
  }
  return urls.join(",");
}

function isFileId(id: string): bool {
  for (let i = 0; i < id.length; i++)
    if (!isLetterOrDigit(id.charCodeAt(i)) && !"-_.".includes(id.charAt(i))) return false;
  return id.length > 0;
}

function isLetterOrDigit(unit: i32): bool {
  return <u32>(unit - 0x30) < 10 || <u32>((unit | 0x20) - 0x61) < 26;
}

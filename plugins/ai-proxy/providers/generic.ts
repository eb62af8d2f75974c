import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ConfigReader } from "../../../assembly/config/reader";
import { readHost } from "../config/address";
import { ProviderOptions } from "../config/provider-type";
import { Exchange } from "../exchange";
import { OpenAiCompatible } from "../openai-compatible";
import { BodyTreatment } from "../provider";

/** Any server: it gets the API key and the client's request as it is. */
class Generic extends OpenAiCompatible {
  override readOptions(reader: ConfigReader): ProviderOptions {
    const options = new ProviderOptions();
    options.host = readHost(reader, "genericHost");
    return options;
  }

  override writePath(exchange: Exchange, out: ByteBuffer): bool {
    return true;
  }

  override requestTreatment(exchange: Exchange): BodyTreatment {
    return BodyTreatment.Untouched;
  }
}

/** The type `generic`. */
export const generic = new Generic({ type: "generic", requiresToken: false, refusesUnknownApis: false });

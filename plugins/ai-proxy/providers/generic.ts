import { ConfigReader } from "../../../assembly/config/reader";
import { readHost } from "../config/address";
import { Exchange } from "../exchange";
import { OpenAiCompatible } from "../openai-compatible";
import { BodyTreatment, ProviderOptions } from "../provider";

/** What only `generic` has: the host, where it is not the client's. */
class GenericOptions extends ProviderOptions {
  constructor(readonly host: string) {
    super();
  }
}

/** Any server, of which nothing is known: it gets a key, and else what the client sent. */
class Generic extends OpenAiCompatible {
  override requiresToken(): bool {
    return false;
  }

  override readOptions(reader: ConfigReader): ProviderOptions {
    return new GenericOptions(readHost(reader, "genericHost"));
  }

  override host(exchange: Exchange): string {
    return changetype<GenericOptions>(exchange.config.options).host;
  }

  override base(exchange: Exchange): string {
    return "";
  }

  override refusesUnknownApis(): bool {
    return false;
  }

  override requestTreatment(exchange: Exchange): BodyTreatment {
    return BodyTreatment.Untouched;
  }
}

/** The type `generic`. */
export const generic = new Generic("generic", "");

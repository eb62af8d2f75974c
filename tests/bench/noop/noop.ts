import { ConfigReader } from "../../../assembly/config/reader";
import { HttpFilter } from "../../../assembly/plugin/filter";
import { Plugin } from "../../../assembly/plugin/plugin";
import { registerPlugin } from "../../../assembly/plugin/register";

class NoopFilter extends HttpFilter {}

/** A filter that does nothing: the cost of the kernel. */
class Noop extends Plugin<ConfigReader> {
  name(): string {
    return "noop";
  }
  readConfig(reader: ConfigReader, inherited: ConfigReader | null): ConfigReader {
    return reader;
  }
  createFilter(config: ConfigReader): HttpFilter {
    return new NoopFilter();
  }
}

registerPlugin<ConfigReader>(new Noop());

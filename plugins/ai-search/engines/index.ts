import { ConfigReader } from "../../../assembly/config/reader";
import { Arxiv } from "./arxiv";
import { Bing } from "./bing";
import { Brave } from "./brave";
import { Elasticsearch } from "./elasticsearch";
import { Engine } from "./engine";
import { Exa } from "./exa";
import { Google } from "./google";
import { Quark } from "./quark";
import { Searxng } from "./searxng";
import { Serper } from "./serper";
import { Tavily } from "./tavily";

/** An engine: the value of `type`, and what reads its options. */
class EngineType {
  constructor(
    readonly name: string,
    readonly read: (reader: ConfigReader, language: string) => Engine,
  ) {}
}

const ELASTICSEARCH = "elasticsearch";

/** All engines for `defaultLang`, by their names. */
const TYPES: EngineType[] = [
  new EngineType("arxiv", Arxiv.read),
  new EngineType("bing", Bing.read),
  new EngineType("brave", Brave.read),
  new EngineType("exa", Exa.read),
  new EngineType("google", Google.read),
  new EngineType("quark", Quark.read),
  new EngineType("searxng", Searxng.read),
  new EngineType("serper", Serper.read),
  new EngineType("tavily", Tavily.read),
];

/** Reads an item of `searchFrom`, whose `type` says which engine it is; `null` if it names none. An engine that was read with errors is not used. */
export function readEngine(reader: ConfigReader, language: string, refers: bool): Engine | null {
  const name = reader.requiredText("type");
  if (name == ELASTICSEARCH) return Elasticsearch.read(reader, refers);
  const names: string[] = [ELASTICSEARCH];
  for (let i = 0; i < TYPES.length; i++) {
    if (TYPES[i].name == name) return TYPES[i].read(reader, language);
    names.push(TYPES[i].name);
  }
  names.sort();
  if (name.trim().length) reader.fail("type", `must be one of ${names.join(", ")}`);
  return null;
}

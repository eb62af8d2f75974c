import { Slice } from "../../bytes/slice";
import { NameTable } from "../../config/name-table";
import { edgeFault } from "../../config/printable";
import { ConfigReader } from "../../config/reader";
import { ModelPrice } from "./model-price";

/** The longest name of a model in a table, in bytes of UTF-8. */
const LONGEST_NAME: i32 = 256;

/** The prices of models: of one model, of all whose names begin alike (`qwen-*`), or of all others (`*`). */
export class PriceTable {
  private readonly prices: NameTable<ModelPrice> = new NameTable<ModelPrice>();

  private constructor() {}

  /** Reads the option `prices`, an object of objects. */
  static read(reader: ConfigReader): PriceTable {
    const table = new PriceTable();
    const names: string[] = [];
    const models = reader.objectsByName("prices", names);
    for (let i = 0; i < names.length; i++) {
      const name = names[i];
      const fault = nameFault(name);
      if (fault.length) reader.fail("prices", `has a model whose name ${fault}`);
      table.prices.add(name, ModelPrice.read(models[i]));
    }
    if (reader.has("prices") && !names.length && !reader.failed) reader.fail("prices", "must not be empty");
    return table;
  }

  /** The prices of a model, `null` if it has none: those of its name, else of its longest beginning. */
  find(model: Slice): ModelPrice | null {
    return this.prices.find(model);
  }
}

function nameFault(name: string): string {
  if (!name.length) return "is empty";
  if (String.UTF8.byteLength(name) > LONGEST_NAME) return `has more than ${LONGEST_NAME} bytes`;
  const star = name.indexOf("*");
  if (star >= 0 && star < name.length - 1) return `has a * before its end: ${name}`;
  const fault = edgeFault(name);
  return fault.length ? `${fault}: ${name}` : "";
}

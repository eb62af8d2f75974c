import { ModelTraits } from "../../../assembly/ai/model-traits";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { sliceOfBuffer } from "../../../assembly/bytes/slice";
import { ConfigReader } from "../../../assembly/config/reader";
import { ConfigReport } from "../../../assembly/config/report";
import { plainName } from "./model-name";
import { ModelPattern } from "./model-pattern";
import { ModelTable } from "./model-table";
import { readTraits } from "./read-traits";
import { SHIPPED_MODELS, ShippedGroup } from "./shipped-models";

// Each table is read once, for the first configuration that needs it.
const keys: string[] = [];
const tables: ModelTable[] = [];

const folded = new ByteBuffer();

/** The models of a type of provider. */
export function modelsOf(type: string): ModelTable {
  return tableOf(type, type, false);
}

/** The models of all vendors; what a type of provider says of its own comes first. */
export function everyModel(type: string): ModelTable {
  return tableOf(`${type} *`, type, true);
}

/** What a table says of the model of that name; `null` for nothing. */
export function traitsIn(table: ModelTable, name: string): ModelTraits | null {
  folded.clear();
  folded.appendInLowerCase(sliceOfBuffer(String.UTF8.encode(name)));
  return table.find(plainName(folded.slice));
}

function tableOf(key: string, type: string, isAll: bool): ModelTable {
  const known = keys.indexOf(key);
  if (known >= 0) return tables[known];
  const table = new ModelTable();
  for (let i = 0; i < SHIPPED_MODELS.length; i++) {
    if (SHIPPED_MODELS[i].types.includes(type)) addGroup(SHIPPED_MODELS[i], table);
  }
  for (let i = 0; isAll && i < SHIPPED_MODELS.length; i++) {
    if (SHIPPED_MODELS[i].isVendor && !SHIPPED_MODELS[i].types.includes(type)) addGroup(SHIPPED_MODELS[i], table);
  }
  keys.push(key);
  tables.push(table);
  return table;
}

function addGroup(group: ShippedGroup, table: ModelTable): void {
  for (let i = 0; i < group.entries.length; i++) {
    const json = sliceOfBuffer(String.UTF8.encode(group.entries[i]));
    const reader = new ConfigReader(json, "$", new ConfigReport());
    const like = reader.text("like");
    const base = like.length ? traitsIn(table, like) : null;
    const traits = readTraits(reader, base);
    const names = reader.text("model").split(" ");
    for (let j = 0; j < names.length; j++) table.add(new ModelPattern(names[j]), traits);
  }
}

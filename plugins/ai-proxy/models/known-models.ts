import { ModelTraits } from "../../../assembly/ai/model-traits";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { copyInto, Slice, sliceOfBuffer, slicesEqual, sliceSize, subslice } from "../../../assembly/bytes/slice";
import { ConfigReader } from "../../../assembly/config/reader";
import { EVERY_MODEL } from "../config/built-features";
import { plainName } from "./model-name";
import { ModelPattern } from "./model-pattern";
import { ModelTable } from "./model-table";
import { readTraits } from "./read-traits";
import { everyModel, modelsOf, traitsIn } from "./shipped-tables";

/** Nothing is known of a model whose name has more bytes. */
const LONGEST_NAME = 256;
const MOST_ENTRIES = 64;

/** Which entries of the shipped table apply. */
const enum ShippedModels {
  /** Those of the provider's own models. */
  Own,
  /** All: the name of a model says what it is, whoever serves it. */
  Any,
  /** None. */
  Off,
}

const folded = new ByteBuffer();

/** What is known of the models of a provider: the entries of its configuration, then those of the shipped table. */
export class KnownModels {
  private configured: ModelTable = new ModelTable();
  private shipped: ModelTable = new ModelTable();
  /** The name that was looked up last, and what was found. */
  private readonly lastName: ArrayBuffer = new ArrayBuffer(LONGEST_NAME);
  private lastSize: i32 = 0;
  private last: ModelTraits | null = null;
  /** Whether anything may be found. */
  any: bool = false;
  /** Whether the shipped table applies. */
  isShipped: bool = true;

  /** Reads `models` and `modelTable`; `type` is that of a provider at its vendor's address, "" for any other server. */
  static read(reader: ConfigReader, type: string): KnownModels {
    const known = new KnownModels();
    const choice = reader.choice("modelTable", ["own", "any", "off"], ShippedModels.Own);
    if (!EVERY_MODEL && choice == ShippedModels.Any)
      reader.fail("modelTable", "must be own or off: this build knows the models of its own providers alone");
    known.isShipped = choice != ShippedModels.Off;
    if (choice == ShippedModels.Any) known.shipped = everyModel(type);
    else if (choice == ShippedModels.Own) known.shipped = modelsOf(type);
    const items = reader.objects("models");
    if (items.length > MOST_ENTRIES) reader.fail("models", `has more than ${MOST_ENTRIES} entries`);
    for (let i = 0; i < items.length && i < MOST_ENTRIES; i++) known.addEntry(items[i]);
    known.any = !known.configured.isEmpty || !known.shipped.isEmpty;
    return known;
  }

  /** What is known of a model; `null` for nothing. Allocates nothing. */
  find(model: Slice): ModelTraits | null {
    if (!this.any || sliceSize(model) > LONGEST_NAME) return null;
    const last = sliceOfBuffer(this.lastName);
    if (slicesEqual(model, subslice(last, 0, this.lastSize))) return this.last;
    folded.clear();
    folded.appendInLowerCase(model);
    const name = folded.slice;
    const plain = plainName(name);
    let traits = this.configured.find(name);
    if (traits === null) traits = this.configured.find(plain);
    if (traits === null) traits = this.shipped.find(plain);
    this.lastSize = sliceSize(model);
    copyInto(last, model);
    this.last = traits;
    return traits;
  }

  private addEntry(reader: ConfigReader): void {
    const text = reader.requiredText("model");
    if (!isName(text)) return reader.fail("model", `must be at most ${LONGEST_NAME} visible ASCII characters`);
    const pattern = new ModelPattern(text);
    let base: ModelTraits | null = null;
    if (reader.has("like")) {
      const like = reader.requiredText("like");
      base = traitsIn(everyModel(""), like);
      if (base === null && like.length) reader.fail("like", "names no model of the shipped table");
    } else base = traitsIn(this.shipped, pattern.begin);
    this.configured.add(pattern, readTraits(reader, base));
  }
}

function isName(text: string): bool {
  if (text.length > LONGEST_NAME) return false;
  for (let i = 0; i < text.length; i++) if (<u32>(text.charCodeAt(i) - 0x21) > 0x5d) return false;
  return true;
}

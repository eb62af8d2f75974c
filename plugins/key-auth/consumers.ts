import { ABSENT, Slice, slicesEqual } from "../../assembly/bytes/slice";
import { TextTable } from "../../assembly/bytes/text-table";
import { KeyPlaces } from "./key-places";

/** The result of `Consumers.find` for an unknown key. */
export const NOBODY: i32 = -1;

/** The consumers and their keys. Finding one takes constant time; there is no object for each consumer. */
export class Consumers {
  /** The places of a request that may carry a key. */
  readonly places: KeyPlaces = new KeyPlaces();
  private readonly credentials: TextTable = new TextTable();
  private readonly owners: i32[] = [];
  private readonly names: TextTable = new TextTable();
  private readonly nameNumbers: i32[] = [];
  /** For each name the first consumer that has it. */
  private readonly firstOfName: i32[] = [];
  private readonly placesOf: u64[] = [];
  private readonly modelLists: TextTable = new TextTable();
  private readonly modelNumbers: i32[] = [];

  /** `instance` has the consumers of the instance, if these belong to a rule or a route. */
  constructor(private readonly instance: Consumers | null = null) {}

  /** Whether the consumers have names: those of the old list `credentials` have none. */
  get haveNames(): bool {
    return this.names.count > 0;
  }

  /** Adds a consumer; its name and its models, a JSON list, may be `ABSENT`. Returns its number. */
  add(name: Slice, places: u64, models: Slice): i32 {
    this.nameNumbers.push(name == ABSENT ? -1 : this.names.add(name));
    if (this.names.count > this.firstOfName.length) this.firstOfName.push(this.placesOf.length);
    this.modelNumbers.push(models == ABSENT ? -1 : this.modelLists.add(models));
    return this.placesOf.push(places) - 1;
  }

  /** The first consumer of the same name if it has other models; `NOBODY` if there is none. */
  namesake(consumer: i32): i32 {
    const name = this.nameNumbers[consumer];
    const first = name < 0 ? consumer : this.firstOfName[name];
    return this.modelNumbers[first] == this.modelNumbers[consumer] ? NOBODY : first;
  }

  /** Adds a credential of a consumer. Returns the consumer that has it already, or `NOBODY`. */
  addCredential(credential: Slice, consumer: i32): i32 {
    const known = this.credentials.find(credential);
    if (known >= 0) return this.owners[known];
    this.credentials.add(credential);
    this.owners.push(consumer);
    return NOBODY;
  }

  /** The owner of a key, if it may be in one of these places; `NOBODY` otherwise. */
  find(key: Slice, places: u64): i32 {
    const known = this.credentials.find(key);
    if (known < 0) return NOBODY;
    const owner = this.owners[known];
    return this.placesOf[owner] & places ? owner : NOBODY;
  }

  /** Whether a key of this consumer belongs to a consumer of another name on the instance. */
  isOthersOnInstance(key: Slice, consumer: i32): bool {
    const instance = this.instance;
    if (instance === null) return false;
    const known = instance.credentials.find(key);
    return known >= 0 && !slicesEqual(instance.nameOf(instance.owners[known]), this.nameOf(consumer));
  }

  /** Whether a consumer has this name. */
  hasName(name: Slice): bool {
    return this.names.find(name) >= 0;
  }

  /** The first consumer of that name, or `NOBODY`. */
  findName(name: Slice): i32 {
    const number = this.names.find(name);
    return number < 0 ? NOBODY : this.firstOfName[number];
  }

  /** The name of a consumer; `ABSENT` if it has none. */
  nameOf(consumer: i32): Slice {
    const number = this.nameNumbers[consumer];
    return number < 0 ? ABSENT : this.names.at(number);
  }

  /** The models that a consumer may use, a JSON list of strings; `ABSENT` if it may use all. */
  modelsOf(consumer: i32): Slice {
    const number = this.modelNumbers[consumer];
    return number < 0 ? ABSENT : this.modelLists.at(number);
  }
}

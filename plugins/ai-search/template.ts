import { ByteBuffer } from "../../assembly/bytes/buffer";
import { Slice, sliceOfBuffer } from "../../assembly/bytes/slice";

/** A text with placeholders, of which each is replaced once. What is put in place of one is not searched for others. */
export class Template {
  private readonly texts: ArrayBuffer[] = [];
  /** The placeholder behind each text but the last one. */
  private readonly places: i32[] = [];

  constructor(text: string, placeholders: string[]) {
    let from = 0;
    const used: bool[] = [];
    for (let i = 0; i < placeholders.length; i++) used.push(false);
    while (true) {
      let first = i32.MAX_VALUE;
      let place = -1;
      for (let i = 0; i < placeholders.length; i++) {
        const at = used[i] ? -1 : text.indexOf(placeholders[i], from);
        if (at < 0 || at >= first) continue;
        first = at;
        place = i;
      }
      if (place < 0) break;
      used[place] = true;
      this.texts.push(String.UTF8.encode(text.substring(from, first)));
      this.places.push(place);
      from = first + placeholders[place].length;
    }
    this.texts.push(String.UTF8.encode(text.substring(from)));
  }

  /** The number of placeholders. */
  get count(): i32 {
    return this.places.length;
  }

  /** The placeholder behind the text at an index. */
  placeAt(index: i32): i32 {
    return this.places[index];
  }

  /** The text at an index of at most `count`. */
  textAt(index: i32): Slice {
    return sliceOfBuffer(this.texts[index]);
  }

  /** Appends the template with two values for its placeholders. */
  write(first: Slice, second: Slice, third: Slice, out: ByteBuffer): void {
    for (let i = 0; i < this.count; i++) {
      const place = this.placeAt(i);
      out.append(this.textAt(i)).append(place == 0 ? first : place == 1 ? second : third);
    }
    out.append(this.textAt(this.count));
  }
}

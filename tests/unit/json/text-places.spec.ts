import { TextPlaces } from "../../../assembly/json/text-places";
import { utf8 } from "../assembly/slices";

/** The place of each byte of a text that comes in pieces, contents of JSON strings; and what is behind its end. */
function placesOf(pieces: string[], bytes: i32): string {
  const places = new TextPlaces(true);
  for (let i = 0; i < pieces.length; i++) places.push(utf8(pieces[i]));
  let text = "";
  for (let at = -1; at <= bytes + 1; at++) text += `${places.characterAt(at)} `;
  text += `of ${places.characters}`;
  places.dispose();
  return text;
}

describe("places in a text", () => {
  test("ASCII", () => expect<string>(placesOf(["ab", "", "c"], 3)).toBe("-1 0 1 2 3 -1 of 3"));
  test("characters of each width, and inside of them", () =>
    expect<string>(placesOf(["a\u00e9", "\u4f60b\ud83c\udf0d"], 11)).toBe("-1 0 1 1 2 2 2 3 4 4 4 4 5 -1 of 5"));
  test("escapes", () =>
    expect<string>(placesOf(["\\n\\u00e9", '\\ud83c\\udf0d\\"'], 8)).toBe("-1 0 1 1 2 2 2 2 3 4 -1 of 4"));
  test("a text that changes its width too often has no places, and keeps no more memory", () => {
    const places = new TextPlaces(true);
    const piece = utf8("a\u00e9".repeat(1000));
    for (let i = 0; i < 20; i++) places.push(piece);
    expect<i32>(places.characters).toBe(40000);
    expect<i32>(places.characterAt(1)).toBe(-1);
    places.dispose();
  });
});

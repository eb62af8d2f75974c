import { HeaderParameters } from "../../../assembly/bytes/header-parameters";
import { textOf, utf8 } from "../assembly/slices";

const parameters = new HeaderParameters();

function read(header: string): string {
  let found = "";
  parameters.begin(utf8(header));
  while (parameters.next()) found += `[${textOf(parameters.name)}|${textOf(parameters.value)}]`;
  return found;
}

describe("the parameters of a header", () => {
  test("are tokens and quoted strings", () => {
    expect(read('a/b; c=d; e="f g"')).toBe("[c|d][e|f g]");
    expect(read('a ;c = d ; e= "f" ;g=h')).toBe("[c|d][e|f][g|h]");
    expect(read('a;b="c\\"d\\\\e;f=g";h=i')).toBe('[b|c"d\\e;f=g][h|i]');
  });

  test("may be missing, empty, or broken", () => {
    expect(read("")).toBe("");
    expect(read("a/b")).toBe("");
    expect(read("a;;b;c=")).toBe("[c|]");
    expect(read('a;b="c')).toBe("[b|c]");
    expect(read('a;b="c\\')).toBe("[b|c\\]");
    expect(read('a;b=""x;c=d')).toBe("[b|][c|d]");
    expect(read("a;=b")).toBe("[|b]");
  });
});

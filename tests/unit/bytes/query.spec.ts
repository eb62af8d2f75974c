import { ABSENT } from "../../../assembly/bytes/slice";
import { QueryParameters, queryOf, withoutQuery } from "../../../assembly/bytes/query";
import { textOf, utf8 } from "../assembly/slices";

const parameters = new QueryParameters();

function parametersOf(query: string): string {
  let found = "";
  parameters.begin(utf8(query));
  while (parameters.next())
    found += `[${textOf(parameters.name)}|${textOf(parameters.value)}|${textOf(parameters.whole)}]`;
  return found;
}

describe("a query", () => {
  test("is after the first question mark, and before a fragment", () => {
    expect(textOf(queryOf(utf8("/a?b=c?d")))).toBe("b=c?d");
    expect(textOf(queryOf(utf8("/a?b#c?d")))).toBe("b");
    expect(textOf(queryOf(utf8("/a?")))).toBe("");
    expect(textOf(queryOf(utf8("/a")))).toBe("ABSENT");
    expect<bool>(queryOf(ABSENT) == ABSENT).toBe(true);
  });

  test("is the part that withoutQuery removes", () => {
    expect(textOf(withoutQuery(utf8("/a/b?c=d")))).toBe("/a/b");
    expect(textOf(withoutQuery(utf8("/a/b")))).toBe("/a/b");
  });

  test("is a list of parameters", () => {
    expect(parametersOf("a=1&b=2")).toBe("[a|1|a=1][b|2|b=2]");
    expect(parametersOf("a=1=2&b=&=c&d")).toBe("[a|1=2|a=1=2][b||b=][|c|=c][d||d]");
  });

  test("has no empty parameters", () => {
    expect(parametersOf("")).toBe("");
    expect(parametersOf("&&a&&")).toBe("[a||a]");
  });
});

import { TextTable } from "../../../assembly/bytes/text-table";
import { textOf, utf8 } from "../assembly/slices";

describe("a table of texts", () => {
  test("numbers each text once, in the order in which it came", () => {
    const table = new TextTable();
    expect(table.add(utf8("b"))).toBe(0);
    expect(table.add(utf8("a"))).toBe(1);
    expect(table.add(utf8("b"))).toBe(0);
    expect(table.add(utf8(""))).toBe(2);
    expect(table.count).toBe(3);
    expect(textOf(table.at(1))).toBe("a");
    expect(textOf(table.at(2))).toBe("");
  });

  test("contains the added texts, and no others", () => {
    const table = new TextTable();
    expect(table.find(utf8("a"))).toBe(-1);
    table.add(utf8("abc"));
    expect(table.find(utf8("abc"))).toBe(0);
    expect(table.find(utf8("ab"))).toBe(-1);
    expect(table.find(utf8("abcd"))).toBe(-1);
    expect(table.find(utf8("abC"))).toBe(-1);
  });

  test("finds each of many", () => {
    const table = new TextTable();
    for (let i = 0; i < 5000; i++) table.add(utf8("text " + i.toString()));
    let wrong = 0;
    for (let i = 0; i < 5000; i++) {
      const text = "text " + i.toString();
      if (table.find(utf8(text)) != i || textOf(table.at(i)) != text) wrong++;
      if (table.find(utf8("text" + i.toString())) >= 0) wrong++;
    }
    expect(wrong).toBe(0);
    expect(table.count).toBe(5000);
  });

  test("accepts a text that is larger than all others", () => {
    const table = new TextTable();
    const large = "x".repeat(100_000);
    table.add(utf8("small"));
    table.add(utf8(large));
    expect(table.find(utf8("small"))).toBe(0);
    expect(table.find(utf8(large))).toBe(1);
  });
});

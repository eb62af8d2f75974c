import { NameTable } from "../../../assembly/bytes/name-table";
import { utf8 } from "../assembly/slices";

describe("a table of names", () => {
  test("has the number of each name, and none for others", () => {
    const table = new NameTable();
    // More than the table has room for at first, of all sizes.
    for (let i = 1; i <= 40; i++) table.add(utf8("abcdefghijklmnopqrstuvwxyz0123456789abcd".substring(0, i)), i);
    for (let i = 1; i <= 40; i++)
      expect(table.find(utf8("abcdefghijklmnopqrstuvwxyz0123456789abcd".substring(0, i)))).toBe(i);
    expect(table.find(utf8(""))).toBe(0);
    expect(table.find(utf8("b"))).toBe(0);
    // Their ends are those of names, from which the place follows.
    expect(table.find(utf8("abc_efgh"))).toBe(0);
    expect(table.find(utf8("abcdefgh_jklmnop"))).toBe(0);
    expect(table.find(utf8("abcdefghi_klmnopq"))).toBe(0);
    expect(table.find(utf8("abcdefghijklmnopqrstuvwxyz0123456789abcde"))).toBe(0);
  });

  test("a name keeps its first number", () => {
    const table = new NameTable();
    table.add(utf8("usage"), 1);
    table.add(utf8("usage"), 2);
    expect(table.find(utf8("usage"))).toBe(1);
  });
});

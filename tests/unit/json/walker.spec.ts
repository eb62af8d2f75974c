import { ABSENT } from "../../../assembly/bytes/slice";
import { jsonInteger } from "../../../assembly/json/value";
import { JsonWalker } from "../../../assembly/json/walker";
import { textOf, utf8 } from "../assembly/slices";

const walker = new JsonWalker();

/** Every scalar of a value, with its path of keys and positions. */
function leaves(path: string): string {
  let found = "";
  if (walker.enterObject()) {
    while (walker.nextMember()) found += leaves(path + "." + textOf(walker.key));
    return found;
  }
  if (walker.enterArray()) {
    for (let i = 0; walker.nextElement(); i++) found += leaves(path + "[" + i.toString() + "]");
    return found;
  }
  return path + "=" + textOf(walker.value()) + ";";
}

describe("a JSON walker", () => {
  test("comes to every member and element in order, whatever white space there is", () => {
    walker.start(utf8('{"a":1,"b":{"c":[],"d":[true,{"e":"x\\"}]"}, [2]]},"a":{}, "f" :null }'));
    const all = '."a"=1;."b"."d"[0]=true;."b"."d"[1]."e"="x\\"}]";."b"."d"[2][0]=2;."f"=null;';
    expect<string>(leaves("")).toBe(all);
    walker.start(utf8('{ "a" : 1 , "b" : [ 1 , [ ] , 2 ]\n}'));
    expect<string>(leaves("")).toBe('."a"=1;."b"[0]=1;."b"[2]=2;');
  });

  test("a value is skipped as a whole", () => {
    walker.start(utf8('{"a":{"b":[{}]},"c":3}'));
    expect<bool>(walker.enterObject()).toBe(true);
    expect<bool>(walker.nextMember()).toBe(true);
    expect<string>(textOf(walker.value())).toBe('{"b":[{}]}');
    expect<bool>(walker.nextMember()).toBe(true);
    expect<bool>(walker.keyIs("c")).toBe(true);
    expect<i64>(jsonInteger(walker.value())).toBe(3);
    expect<bool>(walker.nextMember()).toBe(false);
    expect<bool>(walker.nextMember()).toBe(false);
  });

  test("keys are compared after unescaping, and wholly", () => {
    walker.start(utf8('{"n\\u0061me":1,"name":2,"names":3,"nam":4,"":5,"\\u006eame":6}'));
    walker.enterObject();
    let sum: i64 = 0;
    while (walker.nextMember()) {
      const isName = walker.keyIs("name");
      const value = jsonInteger(walker.value());
      if (isName) sum = sum * 10 + value;
    }
    expect<i64>(sum).toBe(126);
  });

  test("there is nothing in what is absent, or a scalar", () => {
    walker.start(ABSENT);
    expect<bool>(walker.enterObject()).toBe(false);
    expect<bool>(walker.nextMember()).toBe(false);
    expect<bool>(walker.nextElement()).toBe(false);
    walker.start(utf8('"{}"'));
    expect<bool>(walker.enterObject()).toBe(false);
    expect<string>(textOf(walker.value())).toBe('"{}"');
  });
});

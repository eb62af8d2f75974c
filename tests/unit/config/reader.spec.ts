import { Slice, sliceOfBuffer } from "../../../assembly/bytes/slice";
import { DoubleKeys } from "../../../assembly/config/double-keys";
import { ConfigReader } from "../../../assembly/config/reader";
import { ConfigReport } from "../../../assembly/config/report";
import { GuardingOption, meantOption, shownName } from "../../../assembly/config/spelling";

let text = new ArrayBuffer(0);

function token(json: string): Slice {
  text = String.UTF8.encode(json);
  return sliceOfBuffer(text);
}

function reader(json: string): ConfigReader {
  return new ConfigReader(token(json), "$", new ConfigReport());
}

function doubles(json: string): string {
  const report = new ConfigReport();
  DoubleKeys.find(token(json), report);
  return report.errors.join("; ");
}

describe("a reader", () => {
  test("accepts the types that Higress's readers convert", () => {
    const r = reader('{"a":7,"b":"x","c":1.50,"d":"404","e":"true","f":"false","g":true,"h":[1,"two"],"i":5}');
    expect(r.textOrNumber("a")).toBe("7");
    expect(r.requiredTextOrNumber("b")).toBe("x");
    expect(r.requiredTextOrNumber("c")).toBe("1.50");
    expect(r.integerOrText("d", 0, 100, 599)).toBe(404);
    expect(r.integerOrText("i", 0)).toBe(5);
    expect(r.booleanOrText("e", false)).toBe(true);
    expect(r.booleanOrText("f", true)).toBe(false);
    expect(r.booleanOrText("g", false)).toBe(true);
    expect(r.textsOrNumbers("h").join()).toBe("1,two");
    expect(r.report.errors.join()).toBe("");
  });

  test("refuses all other types, each once", () => {
    const r = reader('{"a":1e3,"b":"40x","c":"TRUE","d":["x","", " ",null,7],"e":null,"f":"","g":7}');
    r.textOrNumber("a");
    r.integerOrText("b", 0);
    r.booleanOrText("c", false);
    r.texts("d");
    r.value("e");
    r.requiredText("e");
    r.requiredText("f");
    r.requiredText("g");
    r.requiredText("h");
    const errors = r.report.errors;
    expect(errors.join("; ")).toBe(
      "$.a must be a string; $.b must be a number; $.c must be true or false; $.d[1] must not be empty; " +
        "$.d[2] must not be blank; $.d[3] must be a string; $.d[4] must be a string; $.e must not be null: leave it out; " +
        "$.f must not be empty; $.g must be a string; $.h is required",
    );
  });

  test("refuses unknown keys that are like one that guards, here and below, and warns about the others", () => {
    const r = reader('{"Models":1,"note":1,"S3CRET":1,"list":[{"alow":1,"note":1}],"allow":[]}');
    r.guards(["models", "allow"]);
    r.objects("list");
    r.finish();
    expect(r.report.errors.join("; ")).toBe(
      "$.Models is not known: write models, or leave it out; $.allow has no effect here: it belongs elsewhere; " +
        "$.list[0].alow is not known: write allow, or leave it out",
    );
    expect(r.report.warnings.join("; ")).toBe(
      "$.note is not known and has no effect; $.S3C... is not known and has no effect; " +
        "$.list[0].note is not known and has no effect",
    );
  });
});

/** The option that a name resembles. */
function meant(name: string): string {
  const options = ["apiTokens", "global_auth", "allow", "keys", "key", "_rules_"];
  return meantOption(
    token(`"${name}"`),
    options.map<GuardingOption>((option) => GuardingOption.of(option)),
  );
}

describe("a misspelling", () => {
  test("is a difference of at most two letters, of case, or of word separators", () => {
    expect(meant("apitokens")).toBe("apiTokens");
    expect(meant("api_token")).toBe("apiTokens");
    expect(meant("golbal_auth")).toBe("global_auth");
    expect(meant("globalAuth")).toBe("global_auth");
    expect(meant("alow")).toBe("allow");
    expect(meant("allowed")).toBe("allow");
    expect(meant("\\u0061llowed")).toBe("allow");
    expect(meant("\\ufeffallow")).toBe("allow");
    expect(meant("allow\\u200b")).toBe("allow");
    expect(meant("\u0430llow")).toBe("allow");
    expect(meant("kesy")).toBe("keys");
    expect(meant("Key")).toBe("key");
    expect(meant("rules")).toBe("_rules_");
    expect(meant("_rule_")).toBe("_rules_");
    expect(meant("roles")).toBe("");
    expect(meant("monkey")).toBe("");
    expect(meant("comment")).toBe("");
    expect(meant("")).toBe("");
  });

  test("shows a name whole only where it looks like an option", () => {
    expect(shownName(token('"global_auht"'))).toBe("global_auht");
    expect(shownName(token('"sk-test-1"'))).toBe("sk-...");
    expect(shownName(token('"a\\nb"'))).toBe("a...");
    expect(shownName(token('""'))).toBe("...");
    expect(shownName(token(`"${"abc".repeat(20)}"`))).toBe("abc...");
    expect(shownName(token(`"${"abc".repeat(200)}"`))).toBe("abc...");
  });
});

describe("keys that occur twice", () => {
  test("are found in every object", () => {
    expect(doubles('{"a":1,"b":{"a":1},"c":[{"a":1},{"a":1}],"d":"a","e":["a","a"]}')).toBe("");
    expect(doubles('{"a":1, "b" : 2 , "\\u0061":3}')).toBe(
      "$.a stands twice, the second time at byte 18: remove one of them",
    );
    expect(doubles('[{"x":[1,{"é":{"y":0,"y":1}}]}]')).toBe(
      "$[0].x[1].....y stands twice, the second time at byte 22: remove one of them",
    );
    expect(doubles('{"":1,"":2}')).toBe("$.... stands twice, the second time at byte 6: remove one of them");
  });

  test("are found among many, and after objects that were closed", () => {
    let json = "{";
    for (let i = 0; i < 1000; i++) json += `"k${i}":{"k${i}":{"k1":0,"k2":[{}]}},`;
    expect(doubles(json + '"last":0}')).toBe("");
    expect(doubles(json + '"k999":0,"k0":0}').includes("; ")).toBe(true);
    let many = "";
    for (let i = 0; i < 30; i++) many += ',"a":0';
    expect(doubles(`{"a":0${many}}`).split("; ").length).toBe(10);
  });
});

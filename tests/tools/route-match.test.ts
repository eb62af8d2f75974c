// Which route `make explain` takes: Envoy's conditions of routes, virtual hosts and rewrites.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { rewriteOf } from "../../tools/explain/rewrite.ts";
import { routeMatch, virtualHostOf } from "../../tools/explain/route-match.ts";
import { HeaderMap, type HeaderPair } from "../host/header-map.ts";

const at = (path: string, ...more: HeaderPair[]): HeaderMap => new HeaderMap([[":path", path], ...more]);
const header = (match: object): object => ({ prefix: "/", headers: [{ name: "x-a", ...match }] });

describe("a route match", () => {
  const rows: [match: object, headers: HeaderMap, expected: boolean][] = [
    [{ prefix: "/v1" }, at("/v1/x?y"), true],
    [{ prefix: "/v1" }, at("/V1"), false],
    [{ prefix: "/v1", case_sensitive: false }, at("/V1"), true],
    [{ path: "/v1" }, at("/v1?a=/b"), true],
    [{ path: "/v1" }, at("/v1/"), false],
    [{ path_separated_prefix: "/v1" }, at("/v1/x"), true],
    [{ path_separated_prefix: "/v1" }, at("/v12"), false],
    [{ safe_regex: { regex: "/v[0-9]" } }, at("/v1?x"), true],
    [{ safe_regex: { regex: "/v[0-9]" } }, at("/v12"), false],
    [{ safe_regex: { regex: "(?i)/a|/b" } }, at("/A"), true],
    [header({ string_match: { exact: "b" } }), at("/", ["x-a", "b"]), true],
    [header({ string_match: { exact: "b" } }), at("/"), false],
    [header({ string_match: { exact: "B", ignore_case: true } }), at("/", ["x-a", "b"]), true],
    [header({ string_match: { contains: "b" } }), at("/", ["x-a", "abc"]), true],
    [header({ string_match: { suffix: "c" } }), at("/", ["x-a", "abc"]), true],
    [header({ string_match: { safe_regex: { regex: "b" } } }), at("/", ["x-a", "abc"]), false],
    [header({ prefix_match: "a" }), at("/", ["x-a", "abc"]), true],
    [header({ string_match: { exact: "b" }, invert_match: true }), at("/", ["x-a", "c"]), true],
    [header({ string_match: { exact: "b" }, invert_match: true }), at("/"), false],
    [header({ string_match: { exact: "" }, treat_missing_header_as_empty: true }), at("/"), true],
    [header({}), at("/", ["x-a", ""]), true],
    [header({ present_match: false }), at("/"), true],
    [header({ present_match: true, invert_match: true }), at("/"), true],
    [{ prefix: "/", query_parameters: [{ name: "a", string_match: { exact: "b" } }] }, at("/?c=d&a=b"), true],
    [{ prefix: "/", query_parameters: [{ name: "a" }] }, at("/?b=a"), false],
  ];
  for (const [match, headers, expected] of rows) {
    const shown = headers.pairs().map(([, value]) => value);
    it(`${JSON.stringify(match)} is ${expected} for ${shown.join(" ")}`, () =>
      assert.equal(routeMatch(match)(headers), expected));
  }

  it("stops at a condition that it does not know", () => {
    for (const match of [
      { prefix: "/", grpc: {} },
      header({ range_match: {} }),
      header({ string_match: { custom: {} } }),
    ])
      assert.throws(() => routeMatch(match)(at("/", ["x-a", "b"])), /which this command does not know/);
  });
});

describe("a virtual host", () => {
  const hosts = ["*", "api.example.com", "*.example.com", "*.b.example.com", "api.*"].map((domain) => ({
    domains: [domain],
  }));
  const rows: [authority: string, domain: string][] = [
    ["api.example.com", "api.example.com"],
    ["API.Example.com", "api.example.com"],
    ["a.example.com", "*.example.com"],
    ["a.b.example.com", "*.b.example.com"],
    ["api.test", "api.*"],
    ["example.com", "*"],
  ];
  for (const [authority, domain] of rows)
    it(`of ${authority} has ${domain}`, () => assert.deepEqual(virtualHostOf(hosts, authority), { domains: [domain] }));

  it("may be none", () => assert.equal(virtualHostOf(hosts.slice(1), "x.test"), undefined));
});

describe("a rewrite", () => {
  const rows: [route: object, path: string, expected: string][] = [
    [{ match: { prefix: "/a" }, route: { prefix_rewrite: "/b" } }, "/a/c?d", "/b/c?d"],
    [{ match: { path: "/a" }, route: { prefix_rewrite: "/b" } }, "/a?d", "/b?d"],
    [{ route: { regex_rewrite: { pattern: { regex: "^/g" }, substitution: "" } } }, "/g/v1?/g", "/v1?/g"],
    [{ route: { regex_rewrite: { pattern: { regex: "/(\\w)/(\\w)" }, substitution: "/\\2/$1" } } }, "/a/b", "/b/$1"],
  ];
  for (const [route, path, expected] of rows) {
    it(`of ${path} gives ${expected}`, () => {
      const headers = at(path);
      rewriteOf(route)!(headers);
      assert.deepEqual([headers.get(":path"), headers.get("x-envoy-original-path")], [expected, path]);
    });
  }

  it("removes the headers of each level", () => {
    const removed = (name: string): object => ({ request_headers_to_remove: [name] });
    const headers = at("/", ["a", "1"], ["b", "1"], ["c", "1"], ["d", "1"]);
    rewriteOf(removed("a"), { host: removed("b"), configuration: removed("c") })!(headers);
    assert.deepEqual(
      headers.pairs().map(([name]) => name),
      [":path", "d"],
    );
  });

  it("sets the host, and is none on another route", () => {
    const headers = at("/");
    rewriteOf({ route: { host_rewrite_literal: "b" } })!(headers);
    assert.equal(headers.get(":authority"), "b");
    assert.equal(rewriteOf({ route: { cluster: "x" } }), undefined);
  });
});

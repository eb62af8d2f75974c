// SPDX-License-Identifier: Apache-2.0
// The clusters of envoy/ai-gateway.yaml use TLS with a fixed server name, and accept only a certificate for that name.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { TLSSocket } from "node:tls";
import { after, before, describe, it } from "node:test";
import { parse } from "yaml";
import { bootstrapFor, listenerFor, routeFor, wasmFilter, type EnvoyConfig } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send, type ClientResponse } from "../harness/http-client.ts";

const root = resolve(import.meta.dirname, "../..");

// Node cannot create certificates; a Python package of the tests can.
const MAKE_CERTIFICATE = `
import sys, datetime
from cryptography import x509
from cryptography.x509.oid import NameOID
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
name, folder = sys.argv[1], sys.argv[2]
key = ec.generate_private_key(ec.SECP256R1())
subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
now = datetime.datetime.now(datetime.timezone.utc)
certificate = (x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
  .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
  .not_valid_after(now + datetime.timedelta(days=1))
  .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), False)
  .add_extension(x509.BasicConstraints(ca=True, path_length=None), True).sign(key, hashes.SHA256()))
open(f"{folder}/cert.pem", "wb").write(certificate.public_bytes(serialization.Encoding.PEM))
open(f"{folder}/key.pem", "wb").write(key.private_bytes(serialization.Encoding.PEM,
  serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
`;

interface Cluster extends Record<string, unknown> {
  name: string;
  transport_socket: {
    typed_config: { common_tls_context: { validation_context: { trusted_ca: { filename: string } } } };
  };
}

/** A TLS server with a certificate for `name`, and the requests that it received. */
class TlsProvider {
  readonly folder = mkdtempSync(join(tmpdir(), "tls-"));
  readonly serverNames: (string | false | null | undefined)[] = [];
  readonly hosts: (string | undefined)[] = [];
  private readonly server: Server;

  constructor(name: string) {
    execFileSync(join(root, ".venv/bin/python"), ["-c", MAKE_CERTIFICATE, name, this.folder]);
    const [key, cert] = ["key.pem", "cert.pem"].map((file) => readFileSync(join(this.folder, file)));
    this.server = createServer({ key, cert }, (request, response) => {
      this.serverNames.push((request.socket as TLSSocket & { servername?: string | false }).servername);
      this.hosts.push(request.headers.host);
      request.resume().on("end", () => response.setHeader("content-type", "application/json").end("{}"));
    });
  }

  get certificate(): string {
    return join(this.folder, "cert.pem");
  }

  async listen(): Promise<number> {
    await new Promise<void>((done) => this.server.listen(0, "127.0.0.1", done));
    return (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
    rmSync(this.folder, { recursive: true });
  }
}

/** The shipped cluster `qwen` with the address of a local server, whose certificate it trusts. */
function shippedCluster(name: string, port: number, certificate: string): EnvoyConfig {
  const text = readFileSync(join(root, "envoy/ai-gateway.yaml"), "utf8");
  const clusters: Cluster[] = parse(text).static_resources.clusters;
  const cluster = clusters.find((candidate) => candidate.name === "qwen");
  assert.ok(cluster);
  cluster.transport_socket.typed_config.common_tls_context.validation_context.trusted_ca.filename = certificate;
  const address = { socket_address: { address: "127.0.0.1", port_value: port } };
  const load_assignment = { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }] };
  return { ...cluster, name, type: "STATIC", load_assignment };
}

describe("TLS to a provider in envoy/ai-gateway.yaml", () => {
  let envoy: EnvoyProcess;
  let provider: TlsProvider;
  let stranger: TlsProvider;

  before(async () => {
    provider = new TlsProvider("dashscope.aliyuncs.com");
    stranger = new TlsProvider("stranger.example");
    const filter = wasmFilter({
      ...{ plugin: "ai-proxy", wasm: "build/ai-proxy.wasm" },
      configuration: JSON.stringify({ provider: { type: "qwen", apiToken: "sk-test-qwen" } }),
    });
    const routes = ["provider", "stranger"].map((name) =>
      routeFor({ name, match: { prefix: `/${name}/` }, cluster: name }),
    );
    envoy = await startEnvoy(
      bootstrapFor(
        [listenerFor({ name: "gateway", routes, upstream: [filter] })],
        [
          shippedCluster("provider", await provider.listen(), provider.certificate),
          shippedCluster("stranger", await stranger.listen(), stranger.certificate),
        ],
      ),
    );
  });
  after(async () => {
    await envoy?.stop();
    await provider?.close();
    await stranger?.close();
  });

  const chat = (cluster: string): Promise<ClientResponse> => {
    const body = Buffer.from('{"model":"qwen-plus","messages":[{"role":"user","content":"hello"}]}');
    const headers: [string, string][] = [
      ["content-type", "application/json"],
      ["content-length", String(body.length)],
    ];
    const path = `/${cluster}/v1/chat/completions`;
    const request = { method: "POST", path, authority: "gateway.example", headers, chunks: [body] };
    return send(envoy.listenerPorts.gateway, request);
  };

  it("requests the provider's name, whatever host the client sends", async () => {
    const response = await chat("provider");
    assert.equal(response.status, 200, response.body.toString());
    assert.deepEqual(provider.serverNames, ["dashscope.aliyuncs.com"]);
    assert.deepEqual(provider.hosts, ["dashscope.aliyuncs.com"]);
  });

  it("sends nothing to a server with another name's certificate", async () => {
    const response = await chat("stranger");
    assert.equal(response.status, 503);
    assert.deepEqual(stranger.hosts, []);
  });
});

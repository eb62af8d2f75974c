import { PROVIDER_METADATA } from "../../../assembly/ai/contract";
import { writeError } from "../../../assembly/ai/error";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice } from "../../../assembly/bytes/slice";
import { HeaderMap } from "../../../assembly/host/headers";
import { namedProperty } from "../../../assembly/host/property";
import { sendLocalReply } from "../../../assembly/host/reply";
import { HeadersAction, HttpFilter } from "../../../assembly/plugin/filter";

const INTERNAL_ERROR = 500;
const OF_ENDPOINT = "xds\0upstream_host_metadata\0filter_metadata\0ai-proxy\0" + PROVIDER_METADATA;
const OF_CLUSTER = "xds\0cluster_metadata\0filter_metadata\0ai-proxy\0" + PROVIDER_METADATA;

const message = new ByteBuffer();
const body = new ByteBuffer();

/**
 * The id of the provider that the request is going to, as the metadata of the endpoint says (known in the router's chain
 * only), else that of the cluster; `ABSENT` where neither says anything.
 */
export function providerOfTarget(): Slice {
  const id = namedProperty(OF_ENDPOINT);
  return id == ABSENT ? namedProperty(OF_CLUSTER) : id;
}

/** Refuses what is going to a provider that the configuration does not know: it would go there without a key. */
export class UnknownTarget extends HttpFilter {
  override onRequestHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    message.clear();
    message.text("The gateway's configuration does not know the provider that this request was sent to.");
    body.clear();
    writeError(body, INTERNAL_ERROR, message.slice, ABSENT, ABSENT);
    sendLocalReply(INTERNAL_ERROR, "ai-proxy.unknown_provider", "application/json", body.slice);
    return HeadersAction.Pause;
  }
}

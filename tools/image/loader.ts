import { fileIn } from "./archive.ts";
import { ARCHIVE_TYPE, LAYOUTS, MODULE_TYPE, SPEC_TYPE, type Image, type Layout } from "./image.ts";

/** The layers that may hold plugin.wasm: those that `make push` writes, and those of images that Docker has built. */
const ARCHIVE_TYPES = [ARCHIVE_TYPE, "application/vnd.docker.image.rootfs.diff.tar.gzip"];

/**
 * Returns the module of an image, by the rules of the gateways' loaders; throws an error of one line if they would load none.
 * Istio: https://github.com/istio/istio/blob/master/pkg/wasm/imagefetcher.go; Envoy Gateway and Higress have the same.
 */
export function loadModule({ manifest: { layers }, blobs }: Image): Buffer {
  const last = layers.at(-1);
  if (last && ARCHIVE_TYPES.includes(last.mediaType)) {
    const module = fileIn(blobs.get(last.digest) as Buffer, "plugin.wasm");
    if (!module) throw new Error("the last layer of the image has no plugin.wasm");
    return module;
  }
  const raw = layers.find(({ mediaType }) => mediaType === MODULE_TYPE);
  if (!raw) throw new Error(`the image has neither a last layer of ${ARCHIVE_TYPE} nor a layer of ${MODULE_TYPE}`);
  if (layers.length !== 2) throw new Error(`an image with ${MODULE_TYPE} has 2 layers, not ${layers.length}`);
  return blobs.get(raw.digest) as Buffer;
}

/** The layout of an image that `loadModule` accepts. */
export function layoutOf({ manifest: { layers } }: Image): Layout {
  const has = (type: string): boolean => layers.some(({ mediaType }) => mediaType === type);
  return LAYOUTS[has(MODULE_TYPE) ? 1 : has(SPEC_TYPE) ? 2 : 0];
}

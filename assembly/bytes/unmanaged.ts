/** Frees the memory of an unmanaged object, which is not used again. */
export function freeUnmanaged<T>(object: T): void {
  if (isManaged<T>()) ERROR("the collector frees managed objects");
  heap.free(changetype<usize>(object));
}

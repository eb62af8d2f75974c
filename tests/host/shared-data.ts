// SPDX-License-Identifier: Apache-2.0
/** A value that all VMs with one VM id share, and the number that changes with every write. */
export interface SharedValue {
  value: Buffer;
  cas: number;
}

/** A queue that one root context registered. */
export interface SharedQueue {
  token: number;
  ownerRootId: number;
  messages: Buffer[];
}

/** What is shared by the VMs of one process: data with compare-and-set, and queues. */
export class SharedData {
  private readonly data = new Map<string, SharedValue>();
  private readonly queues = new Map<string, SharedQueue>();
  private nextCas = 1;

  get(vmId: string, key: string): SharedValue | undefined {
    return this.data.get(`${vmId}\0${key}`);
  }

  /** Writes, unless `cas` is given and the value changed since it was read. */
  set(vmId: string, key: string, value: Buffer, cas: number): boolean {
    const id = `${vmId}\0${key}`;
    const old = this.data.get(id);
    if (old && cas !== 0 && cas !== old.cas) return false;
    this.data.set(id, { value, cas: this.nextCas++ });
    return true;
  }

  /** The size of all keys and values. */
  get bytes(): number {
    return [...this.data].reduce((sum, [id, { value }]) => sum + id.length + value.length, 0);
  }

  registerQueue(vmId: string, name: string, ownerRootId: number): SharedQueue {
    const id = `${vmId}\0${name}`;
    const queue = this.queues.get(id) ?? { token: this.queues.size + 1, ownerRootId, messages: [] };
    queue.ownerRootId = ownerRootId;
    this.queues.set(id, queue);
    return queue;
  }

  findQueue(vmId: string, name: string): SharedQueue | undefined {
    return this.queues.get(`${vmId}\0${name}`);
  }

  queueOf(token: number): SharedQueue | undefined {
    return [...this.queues.values()].find((queue) => queue.token === token);
  }
}

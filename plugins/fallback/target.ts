/** One fallback target: a route of the gateway, which names its provider. */
export class Target {
  constructor(
    /** The name of the target, and of its cooldown. */
    readonly name: string,
    /** The model that the target is asked for; empty for the client's. */
    readonly model: string,
    /** The share of the target among its neighbours that have a weight; 0 if it stands alone. */
    readonly weight: i32,
  ) {}
}

// What is done with alarms once they are known. Pure.

/** text: without what counts, so that a reader that hears it hears it once. age: since when, counting. */
export interface Alarm { key: string; text: string; age?: string; incident: string | null; grave: boolean }

/** What nobody has acknowledged comes first, the gravest of it before the rest; else the order stays. */
export const inTurn = (all: readonly Alarm[], acknowledged: ReadonlySet<string>): Alarm[] =>
  [...all].sort((one, other) => Number(acknowledged.has(one.key)) - Number(acknowledged.has(other.key)) || Number(other.grave) - Number(one.grave));

/** What is acknowledged after somebody has acknowledged what is in view. What has gone is forgotten: it may come again. */
export function afterAcknowledging(all: readonly Alarm[], before: ReadonlySet<string>, inView: readonly string[]): ReadonlySet<string> {
  const seen = new Set(inView);
  return new Set(all.flatMap((one) => (before.has(one.key) || seen.has(one.key) ? [one.key] : [])));
}

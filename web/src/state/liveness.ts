// Whether what is on the screen is of now. Pure.
import type { Line } from "./source.ts";

/** silent: nothing came when something should have. standing: the room has no Kafka, so the picture does not move. */
export type Liveness = Line | "silent" | "standing";

/** The room says something every ten seconds; what is two seconds late may not come. */
const OVERDUE_MS = 12_000;

/** Unix milliseconds in. heardAt: when the last byte came; standingSince: since when the room has no Kafka, else null. */
export function liveness(line: Line, heardAt: number | null, standingSince: number | null, at: number): Liveness {
  if (line !== "live") return line;
  if (standingSince !== null) return "standing";
  return heardAt !== null && at - heardAt >= OVERDUE_MS ? "silent" : "live";
}

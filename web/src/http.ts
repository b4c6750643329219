// Requests to the services, through the command room's own origin. A change carries one key for all its attempts, so
// that a lost answer is asked for again and acts once.
import { session } from "./session.ts";
import { heard } from "./state/over.ts";

const PATIENCE_MS = 12_000;

/** pointer: to the field in what was sent (RFC 6901). */
export interface WrongField { pointer: string; detail: string }

export class Refusal extends Error {
  constructor(readonly status: number, readonly detail: string, readonly type = "", readonly allowed: string[] = [], readonly fields: WrongField[] = []) {
    super(detail);
  }
}

/** Nobody knows whether it was done: the answer was lost more than once. */
export class Unconfirmed extends Error {}

export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // randomUUID needs https, which an intranet may not have
  return `page-${Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("")}`;
}

async function fetched(path: string, how: RequestInit): Promise<Response> {
  const askedAt = performance.now();
  const answer = await fetch(path, { signal: AbortSignal.timeout(PATIENCE_MS), ...how });
  heard(answer.status, askedAt);
  return answer;
}

async function refused(answer: Response): Promise<Refusal> {
  try {
    const problem = await answer.json();
    const fields: WrongField[] = problem.errors ?? [];
    const named = fields.map((one) => one.detail).join(" ");
    return new Refusal(answer.status, named || String(problem.detail ?? answer.statusText), String(problem.type ?? ""), problem.allowed ?? [], fields);
  } catch {
    return new Refusal(answer.status, answer.statusText);
  }
}

export async function ask<T>(path: string): Promise<T> {
  const answer = await fetched(path, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw await refused(answer);
  return (await answer.json()) as T;
}

export interface Answer<T> { status: number; body: T; etag: string | null }

export async function askWhole<T>(path: string): Promise<Answer<T>> {
  const answer = await fetched(path, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw await refused(answer);
  return { status: answer.status, body: (await answer.json()) as T, etag: answer.headers.get("etag") };
}

export async function tell<T>(
  method: "POST" | "PUT" | "PATCH", path: string, body: unknown, more: Record<string, string> = {}, key = newKey(),
): Promise<Answer<T>> {
  const headers = {
    "Content-Type": "application/json", "X-CSRF-Token": session.csrf, "Idempotency-Key": key, Prefer: "wait=3", ...more,
  };
  for (let attempt = 0; ; attempt += 1) {
    try {
      const answer = await fetched(path, { method, headers, body: JSON.stringify(body ?? {}) });
      if (answer.status === 503 && attempt < 2) {
        await new Promise((resolve) => setTimeout(resolve, 1000));
        continue;
      }
      if (!answer.ok) throw await refused(answer);
      return { status: answer.status, body: (await answer.json()) as T, etag: answer.headers.get("etag") };
    } catch (error) {
      if (error instanceof Refusal) throw error;
      if (attempt >= 2) throw new Unconfirmed();
      await new Promise((resolve) => setTimeout(resolve, 500 * (attempt + 1)));
    }
  }
}

interface Decided { command_id: string; status: string; case_id?: string; problem?: { detail: string; status: number; allowed?: string[]; errors?: WrongField[] } }

/** A command to dispatch, followed until it is decided; null when nothing was decided in ten seconds. */
export async function command(path: string, body: unknown, method: "POST" | "PUT" = "POST"): Promise<Decided | null> {
  const answer = await tell<Decided>(method, `/dispatch/v1${path}`, body);
  if (answer.status !== 202) return answer.body;
  for (let left = 14; left > 0; left -= 1) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const later = await ask<Decided>(`/dispatch/v1/commands/${answer.body.command_id}`);
    if (later.status === "refused") throw new Refusal(later.problem?.status ?? 409, later.problem?.detail ?? "", "", later.problem?.allowed ?? [], later.problem?.errors ?? []);
    if (later.status !== "pending") return later;
  }
  return null;
}

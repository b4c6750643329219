// Domain time: the server's clock, which a demonstration may run faster than a real one.
import { signal } from "@preact/signals";

let base = Date.now();
let heard = Date.now();
let speed = 1;

/** Unix milliseconds of domain time. */
export const now = (): number => base + (Date.now() - heard) * speed;

/** How many times as fast as a real clock. */
export const pace = (): number => speed;

/** at: the server's time when it answered. */
export function setClock(at: string, times = 1): void {
  base = Date.parse(at);
  heard = Date.now();
  speed = times;
  second.value = now();
}

/** Domain time, told once a second: what counts on the screen reads this. */
export const second = signal(now());
setInterval(() => { second.value = now(); }, 1000);

// Whether the session is over: nothing is read or done until somebody signs in, who then comes back to where this was.
import { signal } from "@preact/signals";

const BACK = "back";
export const over = signal(false);

let refusedAt = -1;

/** status: what a service answered. askedAt: milliseconds of `performance.now()`; what was asked before a refusal says
 *  nothing of the session after it. */
export function heard(status: number, askedAt: number): void {
  if (status === 401) { refusedAt = performance.now(); over.value = true; }
  else if (askedAt > refusedAt) over.value = false;
}

// Before anything reads the address: signing in leads to a bare one.
const back = sessionStorage.getItem(BACK);
sessionStorage.removeItem(BACK);
if (back !== null && [...new URLSearchParams(location.search).keys()].every((name) => name === "lang")) history.replaceState(null, "", `/${back}`);

addEventListener("pagehide", () => {
  if (over.value) sessionStorage.setItem(BACK, location.search);
});

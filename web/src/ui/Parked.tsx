// A call that was begun and is not accepted: it stays in sight until it is.
import { beginCall, draft, drafted, gist, taking } from "../state/call.ts";
import { words } from "../words/index.ts";

export function Parked() {
  if (taking.value || !drafted.value) return null;
  return (
    <p class="parked" role="status"><b>{words.call.parked}</b> {gist(draft.value)} <button type="button" onClick={() => beginCall()}>{words.call.goOn} <kbd>F2</kbd></button></p>
  );
}

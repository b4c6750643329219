// How a matter ended, as the field `result` of a form: one of the area's results; words where it keeps no list of them.
import { named } from "../session.ts";
import { results } from "../state/lookups.ts";
import { words } from "../words/index.ts";

export function ResultField({ id, label }: { id: string; label: string }) {
  const listed = results.value;
  return <div><label for={id}>{label} * {words.form["required"]}</label>
    {listed !== null && listed.length === 0
      ? <input id={id} name="result" required maxLength={60} autocomplete="off" />
      : <select id={id} name="result" required><option value="" />{listed?.map((one) => <option key={one.code} value={one.code}>{named(one)}</option>)}</select>}</div>;
}

/** What stands in it. */
export const resultIn = (form: HTMLFormElement): string => (form.elements.namedItem("result") as HTMLInputElement).value.trim();

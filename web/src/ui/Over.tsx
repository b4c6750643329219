// Told across the whole page: the session is over, and where to sign in.
import { session } from "../session.ts";
import { over } from "../state/over.ts";
import { words } from "../words/index.ts";

export function Over() {
  if (!over.value) return null;
  return <p class="banner" role="alert">! {words.over.told} <a href={`/sign-in?lang=${session.language}`}>{words.over.signIn}</a></p>;
}

const longest = 300;

/** A URL's query may be its signature; so may the user information in front of its host. */
const urlSecrets = /(\bhttps?:\/\/)(?:[^\s/@"']*@)?([^\s?#"']*)[?#][^\s"']*/gi;

/** What an error says, fit to be kept and shown: of bounded length, and without what URLs carry behind their paths. */
export function safeMessage(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const safe = text.replaceAll(urlSecrets, '$1$2');
  return safe.length > longest ? `${safe.slice(0, longest - 1)}…` : safe;
}

/**
 * Words that the search goes by: runs of letters and digits, as in `MEMORY_CACHE_BYTES` or `fetch`, and pairs of neighbouring
 * Chinese characters, as there are no spaces between words. Runs in the browser too, so it may refer to nothing outside.
 */
export function searchWords(text: string): string[] {
  const words: string[] = [];
  for (const [run] of text.matchAll(/\p{Script=Han}+|[^\p{Script=Han}\p{Z}\p{P}\p{C}\p{S}]+/gu)) {
    if (!/\p{Script=Han}/u.test(run) || run.length === 1) {
      words.push(run);
      continue;
    }
    for (let at = 0; at < run.length - 1; at++) words.push(run.slice(at, at + 2));
  }
  return words;
}

/**
 * Words that the search goes by: names such as `MEMORY_CACHE_BYTES` or `no-upstream` whole and in parts, and pairs of neighbouring
 * Chinese characters, as there are no spaces between words. Runs in the browser too, so it may refer to nothing outside.
 */
export function searchWords(text: string): string[] {
  const words: string[] = [];
  const runs = /\p{Script=Han}+|(?:(?!\p{Script=Han})[\p{L}\p{N}])+(?:[_-](?:(?!\p{Script=Han})[\p{L}\p{N}])+)*/gu;
  for (const [run] of text.matchAll(runs)) {
    if (!/^\p{Script=Han}/u.test(run) || run.length === 1) {
      words.push(run);
      if (/[_-]/.test(run)) words.push(...run.split(/[_-]/));
      continue;
    }
    for (let at = 0; at < run.length - 1; at++) words.push(run.slice(at, at + 2));
  }
  return words;
}

import { distance } from 'fastest-levenshtein';

/** Shorter names resemble too many foreign ones: `HOME` is not a misspelt `HOST`. */
const shortest = 6;

/**
 * The known name that was probably meant, or undefined. An environment is full of names that are none of ours, so
 * only what begins alike and differs by one letter in six, by two at most, is worth a word.
 */
export const nearMiss = (name: string, known: Iterable<string>): string | undefined => {
  const written = name.toUpperCase();
  let best: { readonly name: string; readonly distance: number } | undefined;
  for (const candidate of known) {
    const upper = candidate.toUpperCase();
    if (upper[0] !== written[0] || upper.length < shortest || written.length < shortest) continue;
    const far = distance(written, upper);
    if (far <= (upper.length < 9 ? 1 : 2) && (best === undefined || far < best.distance)) {
      best = { name: candidate, distance: far };
    }
  }
  return best?.name;
};

import { Problem } from '@forebay/reverse-proxy';

/** The one wording for whatever is refused: which part was wrong is nobody's business but the operator's. */
export const notAllowed = (): Problem =>
  new Problem(403, 'not-allowed', 'this is not allowed, or not any more: the link must come from a valid token');

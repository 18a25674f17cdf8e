/** Paths that are the server's own; no route serves them, however they are spelt. */
const RESERVED =
  /^\/(?:health(?:\/.*)?|status|stats|config|metrics|monitor(?:\/.*)?|docs(?:\/.*)?|openapi\.json|cache\/.*|upstream|api\/v1\/.*|hls\/.*|favicon\.ico|robots\.txt)$/;

// A look at one character spares nearly every proxied request the expression.
const INITIALS = new Set([...'hscmduoafr'].map((letter) => letter.charCodeAt(0)));

export function isReserved(path: string): boolean {
  return INITIALS.has(path.charCodeAt(1)) && RESERVED.test(path);
}

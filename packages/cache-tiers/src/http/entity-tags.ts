/** A list of entity tags (RFC 9110, section 8.8.3). Tags without quotation marks, which some origins send, are taken too. */
export function parseEntityTags(value: string): string[] {
  return value.match(/(?:W\/)?(?:"[^"]*"|[^\s,"]+)/g) ?? [];
}

export function isWeak(tag: string): boolean {
  return tag.startsWith('W/');
}

/** RFC 9110, section 8.8.3.2. */
export function matchesStrongly(a: string, b: string): boolean {
  return a === b && !isWeak(a);
}

/** RFC 9110, section 8.8.3.2. */
export function matchesWeakly(a: string, b: string): boolean {
  return (isWeak(a) ? a.slice(2) : a) === (isWeak(b) ? b.slice(2) : b);
}

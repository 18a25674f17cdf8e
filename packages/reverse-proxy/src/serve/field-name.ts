const SPECIAL: Readonly<Record<string, string>> = {
  'content-md5': 'Content-MD5',
  dnt: 'DNT',
  etag: 'ETag',
  te: 'TE',
  'www-authenticate': 'WWW-Authenticate',
};

const known = new Map<string, string>();
const MOST_KNOWN = 512;

/** A header field's name as it is customarily written; names are kept in lower case inside. */
export function fieldName(name: string): string {
  let written = known.get(name);
  if (written === undefined) {
    written = SPECIAL[name] ?? name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
    if (known.size < MOST_KNOWN) known.set(name, written);
  }
  return written;
}

/** Fields ready for `writeHead`. */
export function writtenFields(
  headers: Readonly<Record<string, string | readonly string[]>>,
): Record<string, string | string[]> {
  const fields: Record<string, string | string[]> = {};
  for (const name in headers) fields[fieldName(name)] = headers[name] as string | string[];
  return fields;
}

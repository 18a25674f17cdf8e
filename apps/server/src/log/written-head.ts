import type { ServerResponse } from 'node:http';

/** Reads a field of an answer's head, after it was written. */
export type ReadField = (name: string) => string | undefined;

/** Node forgets the fields that `writeHead` is given, unless others were set before: this remembers them. */
export function rememberHead(response: ServerResponse): ReadField {
  const writeHead: (...parts: Parameters<ServerResponse['writeHead']>) => ServerResponse =
    response.writeHead.bind(response);
  let given: readonly (readonly [string, unknown])[] = [];
  response.writeHead = (...parts: unknown[]) => {
    given = fieldsOf(parts.at(-1));
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- passed on as they came
    return writeHead(...(parts as Parameters<ServerResponse['writeHead']>));
  };
  return (name) => {
    const value = given.find(([field]) => field.toLowerCase() === name)?.[1] ?? response.getHeader(name);
    return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
  };
}

/** As an object, or as names and values that take turns. */
function fieldsOf(fields: unknown): (readonly [string, unknown])[] {
  if (typeof fields !== 'object' || fields === null) return [];
  if (!Array.isArray(fields)) return Object.entries(fields);
  return fields.flatMap((name, index) => (index % 2 === 0 ? [[String(name), fields[index + 1]] as const] : []));
}

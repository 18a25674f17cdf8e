const redacted = '[redacted]';

/**
 * What is secret wherever it turns up in a line of JSON: credentials in queries (`api_key=`, `token=`), in URLs, in
 * header fields, and under telling keys. Working on the finished line, it also covers text that others composed, such
 * as an error's message.
 */
const secrets: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [
    /([?&;](?:[\w.-]*(?:api_?key|token|signature|secret|password|credential)|(?:guest_)?session_id|sig|q-ak|awsaccesskeyid)=)[^&\s"'\\#]+/gi,
    `$1${redacted}`,
  ],
  [/(\/\/)[^/@\s"\\]+@/g, `$1${redacted}@`],
  [/\b(Bearer|Basic) [\w.~+/=-]+/gi, `$1 ${redacted}`],
  [
    /("(?:authorization|proxy-authorization|x-api-key|cookie|set-cookie|api_?key|password|secret_?key|secret_?access_?key|token)":)(?:"(?:[^"\\]|\\.)*"|\[[^\]]*\])/gi,
    `$1"${redacted}"`,
  ],
];

/**
 * What JSON leaves as it is though a terminal may obey it: DEL and the C1 controls, line separators, and the marks that
 * turn the direction of text.
 */
const invisible = /[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Makes one line of JSON fit to be kept: without secrets and without characters that act. */
export const redactLine = (line: string): string => {
  let clean = line;
  for (const [pattern, replacement] of secrets) clean = clean.replace(pattern, replacement);
  return clean.replace(invisible, escaped);
};

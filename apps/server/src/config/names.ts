/** The name of a variable in a configuration file: `UPSTREAM_SERVERS` is `upstreamServers`. */
export type FileKey<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Lowercase<Head>}${Capitalize<FileKey<Tail>>}`
  : Lowercase<Name>;

export const fileKeyOf = (variable: string): string =>
  variable.toLowerCase().replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** The name of a variable on the command line: `UPSTREAM_SERVERS` is `--upstream-servers`. */
export const flagOf = (variable: string): string => `--${variable.toLowerCase().replaceAll('_', '-')}`;

import { Command, CommanderError, Option } from 'commander';
import { nearMiss } from './config/near-miss.js';
import { flagOf } from './config/names.js';
import type { Problem } from './config/index.js';
import { variableGroups } from './config/variables.js';
import type { Variable } from './config/variables/table.js';

/** What the command line asks for. */
export interface Arguments {
  readonly command: 'serve' | 'worker' | 'check' | 'print-config' | 'healthcheck';
  /** Texts by variable name. */
  readonly flags: Readonly<Record<string, string>>;
  readonly configFile: string | undefined;
  readonly problems: readonly Problem[];
}

/** The command line was answered at once (`--help`, `--version`) or cannot be read at all. */
export interface Answered {
  readonly command: 'none';
  readonly output: string;
  readonly failed: boolean;
}

const about = `Every option is also an environment variable (--upstream-servers is UPSTREAM_SERVERS) and a key of
forebay.config.{ts,mjs,json} (upstreamServers). With -file behind it (--api-key-file, API_KEY_FILE) it names a file that
holds the value. Flags win over the environment, then .env, the configuration file, and the defaults.
Durations may be written 500ms, 30s, 15m, 6h or 7d, sizes 64MB or 10GB; bare numbers have the unit shown.`;

const describe = ({ doc, default: fallback, defaultDoc }: Variable<unknown>): string => {
  const shown = defaultDoc ?? fallback;
  return shown === undefined ? doc : `${doc} (default: ${shown})`;
};

/** Adds a flag for every variable; `set` is called with what is given. */
const addFlags = (program: Command, set: (variable: string, text: string) => void): void => {
  for (const { title, variables } of variableGroups) {
    for (const [name, variable] of Object.entries(variables)) {
      const { placeholder, bare } = variable.kind;
      const argument = bare ? `[${placeholder}]` : `<${placeholder.replaceAll(/[<>[\]]/g, '')}>`;
      const flag = new Option(`${flagOf(name)} ${argument}`, describe(variable)).helpGroup(`${title}:`);
      const file = new Option(`${flagOf(name)}-file <file>`).hideHelp();
      program.addOption(flag).addOption(file);
      program.on(`option:${flag.name()}`, (text: string | null) => set(name, text ?? 'true'));
      program.on(`option:${file.name()}`, (text: string) => set(`${name}_FILE`, text));
    }
  }
};

/** What is left over is wrong; a word behind an unknown flag is taken for its value. */
const leftOvers = (words: readonly string[], known: readonly string[]): readonly Problem[] =>
  words.flatMap((word, index): Problem[] => {
    const isFlag = word.startsWith('-');
    if (!isFlag && words[index - 1]?.startsWith('-') === true) return [];
    const [name = word] = word.split('=');
    const meant = isFlag ? nearMiss(name, known) : undefined;
    const hint = meant === undefined ? 'see forebay --help' : `did you mean ${meant}?`;
    return [
      { name, value: undefined, source: 'flag', wanted: `is not ${isFlag ? 'an option' : 'a command'}; ${hint}` },
    ];
  });

/** Reads the words behind the program's name. */
export const parseArguments = async (words: readonly string[], version: string): Promise<Arguments | Answered> => {
  const flags: Record<string, string> = {};
  let output = '';
  const write = (text: string): void => {
    output += text;
  };
  const program = new Command('forebay')
    .description('A caching proxy in front of media upstreams')
    .version(version, '--version', 'Print the version')
    .helpOption('--help', 'Print this')
    .option('--config <file>', 'Configuration file (default: forebay.config.{ts,mjs,json})')
    .option('--check', 'Check the configuration and exit: 0 if it is valid, 78 if not')
    .option('--print-config', 'Print the configuration in force, secrets redacted, and exit')
    .addHelpText('after', `\n${about}`)
    .allowUnknownOption()
    .allowExcessArguments()
    .exitOverride()
    .configureOutput({ writeOut: write, writeErr: write })
    .helpCommand(false)
    .action(() => undefined);
  addFlags(program, (variable, text) => {
    flags[variable] = text;
  });
  let subcommand: { readonly command: 'healthcheck' | 'worker'; readonly rest: readonly string[] } | undefined;
  const addCommand = (command: 'healthcheck' | 'worker', description: string): void => {
    const added = program.command(command).description(description).allowUnknownOption().allowExcessArguments();
    added.action(() => {
      subcommand = { command, rest: added.args };
    });
  };
  addCommand('healthcheck', 'Ask the running server whether it lives and exit with 0 or 1, for containers');
  addCommand('worker', 'Run background tasks from the queues in Redis, and serve nothing');
  try {
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { command: 'none', output, failed: error.exitCode !== 0 };
  }
  const known = program.options.flatMap((option) => option.long ?? []);
  const configFile: unknown = program.getOptionValue('config');
  const asked = (option: string): boolean => program.getOptionValue(option) === true;
  const word = asked('check') ? 'check' : asked('printConfig') ? 'print-config' : 'serve';
  const { command, rest } = subcommand ?? { command: word, rest: program.args };
  return {
    command,
    flags,
    configFile: typeof configFile === 'string' ? configFile : undefined,
    problems: leftOvers(rest, known),
  };
};

/** One thing to measure: `run` does it `times` times. */
export interface Subject {
  readonly name: string;
  readonly run: (times: number) => void | Promise<void>;
}

export interface Measured {
  readonly name: string;
  /** Of CPU time, the median over the rounds. */
  readonly nanoseconds: number;
}

/** Measures CPU time, all subjects in turns, so that what else the machine does disturbs little, and all alike. */
export async function measure(subjects: readonly Subject[], times: number, rounds = 15): Promise<readonly Measured[]> {
  const samples = subjects.map((): number[] => []);
  for (let round = -3; round < rounds; round++) {
    for (const [index, subject] of subjects.entries()) {
      const start = process.cpuUsage();
      // eslint-disable-next-line no-await-in-loop -- one after the other is the point
      await subject.run(times);
      const { user, system } = process.cpuUsage(start);
      const each = ((user + system) * 1000) / times;
      if (round >= 0) samples[index]!.push(each);
    }
  }
  return subjects.map(({ name }, index) => ({ name, nanoseconds: median(samples[index]!) }));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** Prints a Markdown table, each row as a ratio of the row named `base`, with `floor` taken off both. */
export function printTable(title: string, measured: readonly Measured[], base: string, floor = 0): void {
  const reference = measured.find(({ name }) => name === base)!.nanoseconds - floor;
  console.log(`\n### ${title}\n\n| | ns | ratio to ${base} |\n| --- | --: | --: |`);
  for (const { name, nanoseconds } of measured) {
    const net = nanoseconds - floor;
    console.log(`| ${name} | ${net.toFixed(0)} | ${(net / reference).toFixed(2)} |`);
  }
}

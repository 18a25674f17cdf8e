/** A fragmented MP4 file (ISO/IEC 14496-12, 8.8), cut up. */
export interface FragmentedFile {
  /** What comes before the first fragment: `ftyp` and `moov`. */
  readonly init: Buffer;
  /** `moof` and `mdat`, one after the other. */
  readonly fragments: readonly Fragment[];
  /** Ticks a second. */
  readonly timescale: number;
}

export interface Fragment {
  readonly bytes: Buffer;
  /** Where it begins in its file. */
  readonly offset: number;
}

/** Only for what the samples are made of: 32-bit sizes, version 1 of `tfdt`. */
export function readFragments(file: Buffer): FragmentedFile {
  const fragments: Fragment[] = [];
  let init = file;
  let begin: number | undefined;
  for (let at = 0; at < file.length;) {
    const size = file.readUInt32BE(at);
    const type = file.toString('latin1', at + 4, at + 8);
    if (type === 'moof') {
      begin = at;
      if (fragments.length === 0) init = file.subarray(0, at);
    }
    at += size;
    if (type === 'mdat' && begin !== undefined) fragments.push({ bytes: file.subarray(begin, at), offset: begin });
  }
  // Version 0: two dates of 32 bits stand before the timescale.
  return { init, fragments, timescale: init.readUInt32BE(contentOf(init, 'mdhd') + 12) };
}

/** The same fragment, that many ticks later: what makes an endless timeline of a loop. */
export function moveFragment(fragment: Buffer, ticks: number, sequence: number): Buffer {
  const moved = Buffer.from(fragment);
  moved.writeUInt32BE(sequence >>> 0, contentOf(moved, 'mfhd') + 4);
  const time = contentOf(moved, 'tfdt') + 4;
  moved.writeBigUInt64BE(moved.readBigUInt64BE(time) + BigInt(ticks), time);
  return moved;
}

const contentOf = (bytes: Buffer, type: string): number => bytes.indexOf(type, 0, 'latin1') + 4;

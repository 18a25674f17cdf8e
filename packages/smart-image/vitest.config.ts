import { mergeConfig } from 'vitest/config';
import base from '../../vitest.base.ts';

/** One browser at a time: several would fight for the processor, and measure each other. */
export default mergeConfig(base, { test: { fileParallelism: false } });

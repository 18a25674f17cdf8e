import { describe, it } from 'vitest';
import { memoryDriver } from '@forebay/image-proxy/tasks';
import { runDriverConformance } from '@forebay/image-proxy/tasks/testing';

runDriverConformance('queues in this process', async (settings) => ({ driver: memoryDriver(settings) }), {
  describe,
  it,
});

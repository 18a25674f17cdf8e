import type { CacheInfo, KeyPage, Session, Task, Transfer } from '@forebay/dashboard/listings';
import type { Overview as Shown } from '@forebay/dashboard/overview';
import { expectTypeOf, it } from 'vitest';
import type { Overview, OverviewWithSeries } from '../../src/history/overview.js';
import type { CacheControl } from '../../src/cache-control.js';
import type { SessionJson, TransferJson } from '../../src/routes/hls-shape.js';
import type { TaskJson } from '../../src/routes/task-shape.js';

it('tells the dashboard all that it shows, under the names that it knows', () => {
  expectTypeOf<Overview>().toExtend<Shown>();
  expectTypeOf<OverviewWithSeries>().toExtend<Shown>();
  expectTypeOf<SessionJson>().toExtend<Session>();
  expectTypeOf<TransferJson>().toExtend<Transfer>();
  expectTypeOf<TaskJson>().toExtend<Task>();
  expectTypeOf<Awaited<ReturnType<CacheControl['info']>>>().toExtend<CacheInfo>();
  expectTypeOf<Awaited<ReturnType<CacheControl['keys']>>>().toExtend<KeyPage>();
});

import { test } from 'tap';
import type { EngineImage } from '../../../../../src/engine/engine-images.ts';
import { leftoverOf } from '../../../../../src/domains/images/jobs/interrupted-jobs.ts';

const startedAt = new Date('2026-01-01T10:00:00Z');
const log = [
  'Step 1/3 : FROM base',
  ' ---> aaaaaaaaaaaa',
  'Step 2/3 : RUN make',
  ' ---> Running in cccccccccccc',
  ' ---> bbbbbbbbbbbb',
  'Step 3/3 : RUN wait',
].join('\n');

const image = (start: string, changes: Partial<EngineImage> = {}): EngineImage => ({
  id: `sha256:${start}${'0'.repeat(52)}`,
  names: [],
  digests: [],
  sizeBytes: 1,
  createdAt: startedAt,
  role: undefined,
  machines: 0,
  foreignContainers: 0,
  ...changes,
});

await test('the image of the last step is left over', (t) => {
  const left = image('bbbbbbbbbbbb');
  t.equal(leftoverOf({ log, startedAt }, [image('aaaaaaaaaaaa'), image('cccccccccccc'), left]), left);
  t.end();
});

await test('a tagged or earlier image is not', (t) => {
  const others = [
    image('bbbbbbbbbbbb', { names: ['tools:1'] }),
    image('bbbbbbbbbbbb', { digests: [`tools@sha256:${'0'.repeat(64)}`] }),
    image('bbbbbbbbbbbb', { createdAt: new Date(startedAt.getTime() - 61_000) }),
  ];
  for (const other of others) t.equal(leftoverOf({ log, startedAt }, [other]), undefined);
  t.equal(leftoverOf({ log: 'Step 1/1 : FROM scratch\n', startedAt }, [image('bbbbbbbbbbbb')]), undefined);
  t.end();
});

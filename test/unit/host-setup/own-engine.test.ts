import { test } from 'tap';
import { withLabel } from '../../../src/host-setup/docker-engine.ts';

const IDS = 'dockremap:10485760:1048576\n';
const OURS = '{ "userns-remap": "dockremap", "live-restore": true }';

await test('an engine that Berth has set up gets the label, and keeps its settings', async (t) => {
  t.same(JSON.parse(withLabel(OURS, IDS) ?? ''), {
    'userns-remap': 'dockremap',
    'live-restore': true,
    labels: ['berth.nested-docker=on'],
  });
});

await test('another engine is left alone, and so is one with labels', async (t) => {
  t.equal(withLabel('', IDS), undefined);
  t.equal(withLabel('{}', IDS), undefined);
  t.equal(withLabel('{ "userns-remap": "default" }', IDS), undefined);
  t.equal(withLabel(OURS, 'dockremap:231072:65536\n'), undefined, 'others take a range of 65,536');
  t.equal(withLabel('{ "userns-remap": "dockremap", "labels": [] }', IDS), undefined, 'it was removed');
});

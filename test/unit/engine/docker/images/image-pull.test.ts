import { test } from 'tap';
import {
  pullFaultCode,
  createPullLayers,
  downloadedPercent,
} from '../../../../../src/engine/docker/images/image-pull.ts';
import type { PullEvent } from '../../../../../src/engine/docker/images/image-pull.ts';

await test('the percentage of a pull grows with the bytes of its layers', (t) => {
  const gather = createPullLayers();
  const percent = (event: PullEvent) => downloadedPercent(gather(event));
  const bytes = (id: string, status: string, current: number, total: number) =>
    percent({ id, status, progressDetail: { current, total } });
  t.equal(percent({ status: 'Pulling from library/debian', id: 'trixie' }), undefined);
  t.equal(percent({ status: 'Pulling fs layer', id: 'a', progressDetail: {} }), undefined);
  t.equal(bytes('a', 'Downloading', 25, 100), 25);
  t.equal(bytes('b', 'Downloading', 50, 100), 37);
  t.equal(percent({ id: 'a', status: 'Download complete' }), 75);
  t.equal(bytes('a', 'Extracting', 10, 100), 75, 'extracting does not reduce it');
  t.equal(percent({ id: 'c', status: 'Already exists' }), 75);
  t.equal(percent({ id: 'b', status: 'Pull complete' }), 100);
  t.end();
});

await test('each layer has its current phase', (t) => {
  const gather = createPullLayers();
  const phase = (status: string, progressDetail = {}) => gather({ id: 'a', status, progressDetail })[0];
  t.same(phase('Waiting'), { id: 'a', phase: 'waiting', current: 0, total: undefined });
  t.same(phase('Downloading', { current: 3, total: 9 }), {
    id: 'a',
    phase: 'downloading',
    current: 3,
    total: 9,
  });
  t.same(phase('Retrying in 5 seconds'), { id: 'a', phase: 'waiting', current: 0, total: 9 });
  t.same(phase('Verifying Checksum'), { id: 'a', phase: 'downloading', current: 9, total: 9 });
  t.same(phase('Extracting', { current: 1, total: 9 }), {
    id: 'a',
    phase: 'extracting',
    current: 1,
    total: 9,
  });
  t.same(phase('Pull complete'), { id: 'a', phase: 'done', current: 9, total: 9 });
  t.same(gather({ status: 'Digest: sha256:12' }).length, 1, 'other messages add no layer');
  t.end();
});

await test('messages of registries are distinguished', (t) => {
  const table = {
    IMAGE_NOT_FOUND: [
      'manifest unknown: manifest unknown',
      "pull access denied for nothing, repository does not exist or may require 'docker login': denied",
    ],
    REGISTRY_DENIED: [
      'Head "http://r/v2/a/manifests/1": no basic auth credentials',
      'unauthorized: authentication required',
      'Get "https://r/v2/": unauthorized: incorrect username or password',
    ],
    REGISTRY_UNREACHABLE: [
      'Get "https://registry.invalid/v2/": dial tcp: lookup registry.invalid: no such host',
      'Get "https://10.9.9.9/v2/": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)',
      'http: server gave HTTP response to HTTPS client',
      'tls: failed to verify certificate: x509: certificate signed by unknown authority',
      'Get "http://127.0.0.1:5000/v2/": EOF',
    ],
  } as const;
  for (const [code, all] of Object.entries(table))
    for (const words of all) t.equal(pullFaultCode(words), code, words);
  t.end();
});

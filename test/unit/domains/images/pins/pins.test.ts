import { test } from 'tap';
import { digestOf } from '../../../../../src/domains/images/pins/pins.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

await test("the digest of the name's own repository is preferred", async (t) => {
  const digests = [`other@${DIGEST}`, `127.0.0.1:5000/tools@${DIGEST}`, `tools@${DIGEST}`];
  t.equal(digestOf('127.0.0.1:5000/tools:1.2', digests), `127.0.0.1:5000/tools@${DIGEST}`);
  t.equal(digestOf('127.0.0.1:5000/tools', digests), `127.0.0.1:5000/tools@${DIGEST}`);
  t.equal(digestOf('tools:1', digests), `tools@${DIGEST}`);
  t.equal(digestOf(`tools@${DIGEST}`, digests), `tools@${DIGEST}`);
});

await test('otherwise any digest is used', async (t) => {
  t.equal(digestOf('docker.io/library/ubuntu', [`ubuntu@${DIGEST}`]), `ubuntu@${DIGEST}`);
  t.equal(digestOf('berth/lab-linux', []), undefined);
});

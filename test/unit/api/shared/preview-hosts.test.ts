import { test } from 'tap';
import { newId } from '../../../../src/core/ids.ts';
import { createPreviewHosts } from '../../../../src/api/shared/preview-hosts.ts';
import { previewLabel } from '../../../../src/domains/previews/preview.ts';

const target = { sessionId: newId(), machine: 'main', port: 8080 };
const label = previewLabel(target);
const local = createPreviewHosts({ previewDomain: 'preview.localhost', publicUrl: undefined });
const open = createPreviewHosts({
  previewDomain: 'preview.example.org',
  publicUrl: 'https://berth.example.com:8443',
});

await test('only hosts below the domain belong to previews', (t) => {
  for (const host of [
    `${label}.preview.localhost:80`,
    'preview.localhost',
    'a.b.PREVIEW.localhost.',
    'x.preview.localhost:x',
  ]) {
    t.equal(local.owns(host), !host.endsWith(':x'), host);
  }
  for (const host of [
    'localhost',
    'xpreview.localhost',
    'preview.localhost.example',
    '127.0.0.1',
    '',
    undefined,
  ]) {
    t.equal(local.owns(host), false, String(host));
  }
  t.same(local.target(`${label.toUpperCase()}.Preview.Localhost:8080`), target);
  t.equal(local.target(`x.${label}.preview.localhost`), undefined);
  t.equal(local.target('preview.localhost'), undefined);
  t.equal(
    createPreviewHosts({ previewDomain: undefined, publicUrl: undefined }).owns('preview.localhost'),
    false,
  );
  t.end();
});

await test('addresses have the public scheme and port', (t) => {
  t.equal(local.origin(label, 'localhost:4000'), `http://${label}.preview.localhost:4000`);
  t.equal(open.origin(label, 'anything'), `https://${label}.preview.example.org:8443`);
  t.equal(local.appOrigin(`${label}.preview.localhost:4000`), 'http://localhost:4000');
  t.equal(open.appOrigin('whatever'), 'https://berth.example.com:8443');
  t.same(open.targetOfOrigin(`https://${label}.preview.example.org:8443`), target);
  t.equal(open.targetOfOrigin(`http://${label}.preview.example.org:8443`), undefined);
  t.equal(open.targetOfOrigin('null'), undefined);
  t.end();
});

await test('previews are off if browsers could not resolve them', (t) => {
  const off = createPreviewHosts({ previewDomain: undefined, publicUrl: 'https://berth.example.com' });
  t.throws(() => off.origin(label, 'berth.example.com'), {
    code: 'PREVIEWS_OFF',
    message: /BERTH_PREVIEW_DOMAIN/,
  });
  t.throws(() => local.origin(label, '192.168.1.5:8080'), { code: 'PREVIEWS_OFF' });
  t.end();
});

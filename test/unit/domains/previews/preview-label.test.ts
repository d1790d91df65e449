import { test } from 'tap';
import { newId } from '../../../../src/core/ids.ts';
import { isPort, parsePreviewLabel, previewLabel } from '../../../../src/domains/previews/preview.ts';

await test('a label encodes session, machine and port, and is decoded', (t) => {
  for (const machine of ['main', 'a', 'web-2', 'x-80', 'a--b']) {
    for (const port of [1, 80, 8080, 65_535]) {
      const target = { sessionId: newId(), machine, port };
      const label = previewLabel(target);
      t.match(label, new RegExp(`^[a-z0-9]+-${machine}-${port}$`));
      t.same(parsePreviewLabel(label), target);
    }
  }
  t.end();
});

await test('the longest label fits into a host name', (t) => {
  const machine = `m${'a'.repeat(30)}z`;
  const label = previewLabel({ sessionId: newId(new Date('2100-01-01')), machine, port: 65_535 });
  t.equal(label.length, 63);
  t.match(parsePreviewLabel(label), { machine });
  t.end();
});

await test('an invalid label belongs to nobody', (t) => {
  const session = previewLabel({ sessionId: newId(), machine: 'main', port: 80 }).split('-')[0] ?? '';
  for (const label of [
    '',
    session,
    `${session}-80`,
    `${session}-main`,
    `${session}-main-0`,
    `${session}-main-080`,
    `${session}-main-65536`,
    `${session}-main-8e1`,
    `${session}-Main-80`,
    `${session}-8main-80`,
    `${session}--80`,
    `${session}-main.x-80`,
    `0${session}-main-80`,
    `${'z'.repeat(25)}-main-80`,
    `-main-80`,
  ]) {
    t.equal(parsePreviewLabel(label), undefined, label);
  }
  t.same([0, 65_536, 1.5, Number.NaN, 1, 65_535].map(isPort), [false, false, false, false, true, true]);
  t.end();
});

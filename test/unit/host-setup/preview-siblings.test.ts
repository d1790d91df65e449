import { test } from 'tap';
import { readConfig } from '../../../src/config/config.ts';
import { previewSiblingProblem } from '../../../src/host-setup/doctor-checks.ts';

await test('advises only against previews that share a registrable domain with Berth', async (t) => {
  const table: [
    publicUrl: string | undefined,
    previewDomain: string | undefined,
    shared: string | undefined,
  ][] = [
    [undefined, undefined, undefined],
    ['http://localhost:8080', undefined, undefined],
    ['https://berth.example.org', undefined, undefined],
    ['https://berth.example.org', 'preview.example.org', 'example.org'],
    ['https://example.org', 'preview.example.org', 'example.org'],
    ['https://berth.example.org', 'berth-previews.org', undefined],
    ['https://berth.example.co.uk', 'preview.example.co.uk', 'example.co.uk'],
    ['https://berth.example.co.uk', 'preview.other.co.uk', undefined],
    // Anyone can have a name below a public suffix.
    ['https://berth.github.io', 'previews.github.io', undefined],
    ['https://berth.school.internal', 'preview.school.internal', 'school.internal'],
    ['https://10.0.0.5', 'preview.example.org', undefined],
  ];
  for (const [publicUrl, domain, shared] of table) {
    const config = readConfig({ BERTH_PUBLIC_URL: publicUrl, BERTH_PREVIEW_DOMAIN: domain });
    const problem = previewSiblingProblem(config);
    const name = `${publicUrl} with ${domain}`;
    if (shared === undefined) t.equal(problem, undefined, name);
    else t.match(problem, `can set cookies for ${shared},`, name);
  }
});

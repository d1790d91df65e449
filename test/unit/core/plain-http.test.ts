import t from 'tap';
import { readConfig } from '../../../src/config/config.ts';
import { plainHttpProblem } from '../../../src/core/service-url.ts';

await t.test('reports only connections that others can read', (t) => {
  const url = 'BERTH_PUBLIC_URL';
  const domain = 'BERTH_PREVIEW_DOMAIN';
  const table: [Record<string, string>, RegExp | undefined][] = [
    [{}, undefined],
    [{ BERTH_HOST: '0.0.0.0' }, undefined],
    [{ [url]: 'http://localhost:9000' }, undefined],
    [{ [url]: 'http://127.0.0.1', [domain]: 'preview.localhost' }, undefined],
    [{ [url]: 'https://berth.example.org', [domain]: 'preview.example.org' }, undefined],
    [{ [url]: 'http://berth.example.org' }, /cookies of sign-ins at http:\/\/berth\.example\.org are sent/],
    [
      { [url]: 'http://10.0.0.5:8080', [domain]: 'preview.example.org' },
      /sign-ins at http:\/\/10\.0\.0\.5:8080 and of previews below preview\.example\.org are sent/,
    ],
    [
      { [url]: 'http://berth.example.org', [domain]: 'preview.localhost' },
      /cookies of sign-ins at \S+ are sent/,
    ],
    [{ [domain]: 'preview.example.org' }, /cookies of previews below preview\.example\.org are sent/],
    [{ [url]: 'http://localhost', [domain]: 'preview.example.org' }, /cookies of previews below/],
  ];
  for (const [settings, problem] of table) {
    const found = plainHttpProblem(readConfig(settings));
    if (problem) t.match(found, problem, JSON.stringify(settings));
    else t.equal(found, undefined, JSON.stringify(settings));
  }
  t.end();
});

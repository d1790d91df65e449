import { fault } from '../core/errors.ts';
import { isLoopback } from '../core/local-url.ts';

/**
 * The domain of previews. On one machine browsers find every name below localhost by themselves;
 * elsewhere a domain must be set. @throws CONFIG_INVALID for one that holds Berth's own address
 */
export function previewDomain(set: string | undefined, publicUrl: string | undefined): string | undefined {
  const host = publicUrl === undefined ? 'localhost' : new URL(publicUrl).hostname;
  const domain = set ?? (isLoopback(host) ? 'preview.localhost' : undefined);
  if (domain !== undefined && (host === domain || host.endsWith(`.${domain}`))) {
    const problem = `BERTH_PREVIEW_DOMAIN: ${domain} holds the address of Berth itself (${host}), which previews must be kept from: name another domain, such as preview.${host}.`;
    throw fault('CONFIG_INVALID', { problem });
  }
  return domain;
}

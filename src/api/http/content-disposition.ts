/** Longest name that is suggested, in characters: file systems take 255 bytes, which 80 characters never exceed by much. */
const NAME_LIMIT = 80;

/**
 * Has browsers keep a file instead of showing it, under the name that it has in the machine, as far
 * as that is harmless. Old ones read the first name, others the second (RFC 6266).
 */
export function asAttachment(name: string): string {
  const harmless =
    Array.from(name.replaceAll(/[\p{C}/\\]/gu, '_'))
      .slice(0, NAME_LIMIT)
      .join('') || 'file';
  const ascii = harmless.replaceAll(/[^ -~]|["%]/g, '_');
  const encoded = encodeURIComponent(harmless).replaceAll(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}

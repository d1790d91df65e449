/** Maximum characters of a suggested name. File systems allow 255 bytes, which 80 characters hardly ever exceed. */
const NAME_LIMIT = 80;

/**
 * Returns the header that makes browsers save a file instead of displaying it, under its name in the machine without
 * dangerous characters. Old browsers read the first name, others the second (RFC 6266).
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

/**
 * The names and indices of a JSON Pointer (RFC 6901), unescaped; undefined when it is not one: it is neither
 * empty nor starts with `/`.
 */
export function parsePointer(pointer: string): string[] | undefined {
  if (pointer === '') return [];
  if (!pointer.startsWith('/')) return undefined;
  const parts = pointer.slice(1).split('/');
  if (!pointer.includes('~')) return parts;
  return parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** One name as it is spelt inside a JSON Pointer. */
export function escapePointer(name: string): string {
  return name.includes('~') || name.includes('/') ? name.replaceAll('~', '~0').replaceAll('/', '~1') : name;
}

/** The array index that a pointer's part spells: digits without a leading zero; else -1. */
export function arrayIndex(part: string): number {
  return /^(?:0|[1-9][0-9]{0,14})$/.test(part) ? Number(part) : -1;
}

/** A name with a time in it: `job-20260131120000`. @param ms since 1970 */
export function nameAt(prefix: string, ms: number): string {
  return `${prefix}-${new Date(ms).toISOString().slice(0, 19).replaceAll(/\D/g, '')}`;
}

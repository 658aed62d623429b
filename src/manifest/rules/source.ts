/** What the beginning of a `source` says about where the thing is. */
export type SourceKind =
  | 'local'
  | 'obs'
  /** An object address without bucket or key. */
  | 'obs-incomplete'
  | 'http'
  | 'content'
  | 'hdfs'
  | 'unknown';

/**
 * Reads the scheme of a source: letters, digits, `+`, `-`, `.` before `://`, in any letter case.
 * Without one it is a path; `C:\…` and `s3data/1.jpg` are paths.
 */
export function sourceKind(source: string): SourceKind {
  let i = 0;
  for (; i < source.length; i++) {
    const c = source.charCodeAt(i);
    if (c === 0x3a) break;
    const letter = (c | 0x20) >= 0x61 && (c | 0x20) <= 0x7a;
    if (!letter && !((c >= 0x30 && c <= 0x39) || c === 0x2b || c === 0x2d || c === 0x2e)) return 'local';
  }
  if (i === 0 || source.charCodeAt(i + 1) !== 0x2f || source.charCodeAt(i + 2) !== 0x2f) return 'local';
  switch (source.slice(0, i).toLowerCase()) {
    case 'obs':
    case 's3':
    case 's3a':
    case 's3n': {
      const slash = source.indexOf('/', i + 3);
      return slash > i + 3 && slash + 1 < source.length ? 'obs' : 'obs-incomplete';
    }
    case 'content':
      return 'content';
    case 'http':
    case 'https':
      return 'http';
    case 'file':
      return 'local';
    case 'hdfs':
      return 'hdfs';
    default:
      return 'unknown';
  }
}

/** The extension after the last dot of the last path segment, lower case; `""` when there is none. */
export function extensionOf(source: string): string {
  let end = source.length;
  if (sourceKind(source) === 'http') {
    const cut = source.search(/[?#]/);
    if (cut !== -1) end = cut;
  }
  const dot = source.lastIndexOf('.', end - 1);
  if (dot === -1) return '';
  for (let i = dot + 1; i < end; i++) {
    const c = source.charCodeAt(i);
    if (c === 0x2f || c === 0x5c) return '';
  }
  return source.slice(dot + 1, end).toLowerCase();
}

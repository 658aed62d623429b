import * as nodePath from 'node:path';
import { StorageError } from '../../model/index.js';

/**
 * Where something is. `text` is the address as written (or as resolved); it is never decoded, encoded or
 * tidied. `unsupported`: `hdfs://` and every other scheme nobody here can open, so that the error can say so.
 */
export type Location =
  | { readonly kind: 'local'; readonly text: string; readonly path: string }
  | {
      readonly kind: 'obs';
      readonly text: string;
      /** As written: `obs`, `S3`, `s3a`, `s3n`. All four mean the same object. */
      readonly scheme: string;
      readonly bucket: string;
      /** Everything after the bucket's slash, verbatim; may be empty. */
      readonly key: string;
    }
  | { readonly kind: 'http'; readonly text: string; readonly scheme: string }
  /** `content://`: the sample's text itself. */
  | { readonly kind: 'content'; readonly text: string; readonly content: string }
  /** `-`: standard input or output. */
  | { readonly kind: 'stdio'; readonly text: '-' }
  | { readonly kind: 'memory'; readonly text: string; readonly path: string }
  | { readonly kind: 'unsupported'; readonly text: string; readonly scheme: string };

// Two characters at least: `C://x` is a Windows path, not a scheme.
const schemePattern = /^([A-Za-z][A-Za-z0-9+.-]+):\/\//;
const drivePattern = /^[A-Za-z]:[\\/]/;

/**
 * Tells what kind of place a text names. Never throws: an address that cannot be opened (`obs://bucket`
 * without a key, `hdfs://…`) is still an address; see {@link requireObject}.
 */
export function parseLocation(text: string): Location {
  if (text === '-') return { kind: 'stdio', text };
  const scheme = schemePattern.exec(text)?.[1];
  if (scheme === undefined) return { kind: 'local', text, path: text };
  const rest = text.slice(scheme.length + 3);
  switch (scheme.toLowerCase()) {
    case 'obs':
    case 's3':
    case 's3a':
    case 's3n': {
      const slash = rest.indexOf('/');
      const bucket = slash < 0 ? rest : rest.slice(0, slash);
      const key = slash < 0 ? '' : rest.slice(slash + 1);
      return { kind: 'obs', text, scheme, bucket, key };
    }
    case 'http':
    case 'https':
      return { kind: 'http', text, scheme };
    case 'content':
      return { kind: 'content', text, content: rest };
    case 'mem':
      return { kind: 'memory', text, path: rest };
    case 'file': {
      const path = filePath(rest);
      return path === undefined ? { kind: 'unsupported', text, scheme } : { kind: 'local', text, path };
    }
    default:
      return { kind: 'unsupported', text, scheme };
  }
}

/**
 * The path in what follows `file://`: percent escapes are decoded as RFC 8089 has it (the writers of such
 * URIs encode), `#` and `?` stay part of the name (people write them by hand). Undefined for another host.
 */
function filePath(rest: string): string | undefined {
  const slash = rest.indexOf('/');
  const host = slash < 0 ? rest : rest.slice(0, slash);
  if (slash < 0 || (host !== '' && host.toLowerCase() !== 'localhost')) return undefined;
  const encoded = rest.slice(slash);
  const path = encoded.includes('%') ? decodePercent(encoded) : encoded;
  return drivePattern.test(path.slice(1)) ? path.slice(1) : path;
}

/** Decodes `%XX`, except where that is no UTF-8 or would make a slash or a NUL: such text is kept as it is. */
function decodePercent(text: string): string {
  return text.replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) => {
    if (/%(?:2F|5C|00)/i.test(run)) return run;
    const bytes = Buffer.from(run.replaceAll('%', ''), 'hex');
    const decoded = bytes.toString('utf8');
    return Buffer.from(decoded, 'utf8').equals(bytes) ? decoded : run;
  });
}

/** The object address of a location, complete. @throws StorageError `BadAddress` when bucket or key is missing */
export function requireObject(location: Location & { kind: 'obs' }): { bucket: string; key: string } {
  const { bucket, key, text, scheme } = location;
  if (bucket === '' || key === '') {
    throw new StorageError('BadAddress', `${text} has no ${bucket === '' ? 'bucket' : 'key'}`, {
      path: text,
      hint: `Write it as ${scheme}://bucket/key.`,
    });
  }
  return { bucket, key };
}

/** What a reference is resolved against. */
export interface ResolveOptions {
  /**
   * A directory that nothing may leave: relative references, and absolute ones of the same kind of place.
   * Compared by name; symbolic links inside it are the storage's matter.
   */
  readonly root?: string | undefined;
}

/**
 * What a reference stored in a manifest means. Relative ones (`a.xml`, `./a.xml`, `../a.xml`) are taken
 * from `baseDirectory`, with `.` and `..` worked out; all others are what they say. `-` is a file name here.
 *
 * @param reference as stored; it is not changed, only read
 * @param baseDirectory the manifest's directory, as {@link dirOf} gives it
 * @throws StorageError `UnsafePath` when `..` climbs above the bucket, or the result is outside `root`
 */
export function resolveReference(
  reference: string,
  baseDirectory: string,
  options: ResolveOptions = {},
): Location {
  const target = resolve(reference, baseDirectory);
  if (options.root !== undefined) confine(target, options.root, reference);
  return target;
}

function resolve(reference: string, baseDirectory: string): Location {
  const own =
    reference === '-' ? ({ kind: 'local', text: '-', path: '-' } as const) : parseLocation(reference);
  if (own.kind !== 'local' || own.path !== own.text || isAbsolute(reference)) return own;
  const base = parseLocation(baseDirectory);
  switch (base.kind) {
    case 'stdio':
      return localLocation(named(nodePath.normalize(reference)));
    case 'local':
      return localLocation(named(nodePath.join(base.path, reference)));
    case 'obs':
      return {
        ...base,
        ...climb(base.text.slice(0, base.scheme.length + 3 + base.bucket.length), base.key, reference),
      };
    case 'memory': {
      const { key, text } = climb('mem:/', base.path, reference);
      return { kind: 'memory', text, path: key };
    }
    default:
      throw new StorageError('Unsupported', `cannot resolve ${reference} against ${baseDirectory}`, {
        path: baseDirectory,
        hint: 'Give a base directory on the local disk or in OBS.',
      });
  }
}

/** A file called `-` must not come to mean standard input. */
function named(path: string): string {
  return path === '-' ? './-' : path;
}

function localLocation(path: string): Location {
  return { kind: 'local', text: path, path };
}

/** Walks from a key prefix along a relative reference. Empty segments are part of a key and stay. */
function climb(head: string, prefix: string, reference: string): { key: string; text: string } {
  const segments = prefix === '' ? [] : prefix.split('/');
  if (segments.at(-1) === '') segments.pop();
  const steps = reference.split('/');
  for (const [i, step] of steps.entries()) {
    if (step === '.') {
      if (i === steps.length - 1) segments.push('');
    } else if (step === '..') {
      if (segments.pop() === undefined) throw outside(reference, `${head}/`);
      if (i === steps.length - 1) segments.push('');
    } else {
      segments.push(step);
    }
  }
  const key = segments.join('/');
  return { key, text: `${head}/${key}` };
}

function confine(target: Location, rootText: string, reference: string): void {
  const root = parseLocation(rootText);
  if (root.kind !== target.kind) return;
  if (!isInside(target, root)) throw outside(reference, rootText);
}

function isInside(target: Location, root: Location): boolean {
  if (target.kind === 'local' && root.kind === 'local') {
    const way = nodePath.relative(nodePath.resolve(root.path), nodePath.resolve(target.path));
    return (
      way !== '..' &&
      !way.startsWith(`..${nodePath.sep}`) &&
      !nodePath.isAbsolute(way) &&
      !isDrive(target.path)
    );
  }
  if (target.kind === 'obs' && root.kind === 'obs') {
    return target.bucket === root.bucket && isBelow(target.key, root.key);
  }
  if (target.kind === 'memory' && root.kind === 'memory') return isBelow(target.path, root.path);
  return true;
}

/** A Windows path met on another system names nothing below any directory of it. */
function isDrive(path: string): boolean {
  return process.platform !== 'win32' && drivePattern.test(path);
}

function isBelow(key: string, prefix: string): boolean {
  const directory = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
  return key.startsWith(directory) && !key.slice(directory.length).split('/').includes('..');
}

function outside(reference: string, root: string): StorageError {
  return new StorageError('UnsafePath', `${reference} leads out of ${root}`, {
    path: reference,
    hint: 'Mend the reference, or name the directory it is meant to be relative to.',
  });
}

/** True for `/a`, `C:\a`, `\\server\share`; such paths are not taken from a base directory. */
function isAbsolute(path: string): boolean {
  return path.startsWith('/') || path.startsWith('\\\\') || drivePattern.test(path);
}

/**
 * How a file at `fromDirectory` names `toPath`: relative, separated by `/` on every platform, so that both
 * can be moved together; the full address when there is no such way (another bucket, drive or kind).
 * {@link resolveReference} of the result leads back to `toPath`.
 */
export function relativeReference(fromDirectory: string, toPath: string): string {
  const to = parseLocation(toPath);
  const from = parseLocation(fromDirectory);
  if (to.kind === 'local' && from.kind === 'local') return relativeLocal(from.path, to.path);
  if (to.kind === 'obs' && from.kind === 'obs' && to.bucket === from.bucket) {
    return checked(relativeKey(from.key, to.key), fromDirectory, to, to.key);
  }
  if (to.kind === 'memory' && from.kind === 'memory') {
    return checked(relativeKey(from.path, to.path), fromDirectory, to, to.path);
  }
  // Seen from another kind of place, a path that is relative here would mean something else.
  return to.kind === 'local' && !isAbsolute(to.path) ? slashed(nodePath.resolve(to.path)) : toPath;
}

function relativeLocal(fromDirectory: string, to: string): string {
  if (isDrive(to)) return to;
  const way = nodePath.relative(nodePath.resolve(fromDirectory), nodePath.resolve(to));
  if (way === '' || nodePath.isAbsolute(way)) return slashed(nodePath.resolve(to));
  return plain(slashed(way));
}

function slashed(path: string): string {
  return nodePath.sep === '/' ? path : path.split(nodePath.sep).join('/');
}

function relativeKey(prefix: string, key: string): string {
  const from = prefix === '' ? [] : (prefix.endsWith('/') ? prefix.slice(0, -1) : prefix).split('/');
  const to = key.split('/');
  let shared = 0;
  while (shared < from.length && shared < to.length - 1 && from[shared] === to[shared]) shared++;
  return plain('../'.repeat(from.length - shared) + to.slice(shared).join('/'));
}

/** Adds `./` to a relative name that a reader would otherwise take for something else. */
function plain(name: string): string {
  return name === '-' || isAbsolute(name) || schemePattern.test(name) || name.startsWith('<')
    ? `./${name}`
    : name;
}

/** Keys may hold `.` and `..` as ordinary segments, which no relative reference can express. */
function checked(way: string, fromDirectory: string, to: Location, key: string): string {
  const back = /(?:^|\/)\.\.?(?:\/|$)/.test(key) ? undefined : parseBack(way, fromDirectory);
  return back?.kind === to.kind &&
    (back.kind === 'obs' ? back.key : back.kind === 'memory' ? back.path : '') === key
    ? way
    : to.text;
}

function parseBack(way: string, fromDirectory: string): Location | undefined {
  return way === '' ? undefined : resolveReference(way, fromDirectory);
}

/**
 * A path below a directory, from names the program itself chose (for names out of data there is
 * `containedPath`). Names are separated by `/`.
 */
export function joinLocation(directory: string, ...names: readonly string[]): string {
  const base = parseLocation(directory);
  if (base.kind === 'local') return named(nodePath.join(base.path, ...names));
  return (directory.endsWith('/') ? directory : `${directory}/`) + names.join('/');
}

/**
 * {@link joinLocation} for many names below one directory, as `list` gives them: what is the same for all of them is
 * worked out once.
 */
export function joinerOf(directory: string): (name: string) => string {
  const way = joinLocation(directory, 'x').slice(0, -1);
  const plainSlash = parseLocation(directory).kind !== 'local' || nodePath.sep === '/';
  return (name) =>
    name === '-' || (!plainSlash && name.includes('/')) ? joinLocation(directory, name) : way + name;
}

/**
 * The directory of a file, for {@link resolveReference} and {@link joinLocation}: `.` for a bare name or
 * `-`, `/a` for `/a/b`; in buckets with its slash, `obs://bucket/x/` for `obs://bucket/x/m.manifest`, so
 * that keys with `//` survive.
 */
export function dirOf(path: string): string {
  const location = parseLocation(path);
  if (location.kind === 'stdio') return '.';
  if (location.kind === 'local') return nodePath.dirname(location.path);
  if (location.kind === 'obs') {
    const head = path.slice(0, location.scheme.length + 3 + location.bucket.length);
    return `${head}/${location.key.slice(0, location.key.lastIndexOf('/') + 1)}`;
  }
  if (location.kind === 'memory')
    return `mem://${location.path.slice(0, location.path.lastIndexOf('/') + 1)}`;
  const slash = path.lastIndexOf('/');
  return path.slice(0, slash + 1);
}

/** The last name of a path: what follows the last `/`, or the last `\` too of a Windows path. */
export function baseName(path: string): string {
  const location = parseLocation(path);
  if (location.kind === 'obs') return location.key.slice(location.key.lastIndexOf('/') + 1);
  const text = location.kind === 'local' ? location.path : path;
  const windows = location.kind === 'local' && (process.platform === 'win32' || drivePattern.test(text));
  const end = windows ? Math.max(text.lastIndexOf('/'), text.lastIndexOf('\\')) : text.lastIndexOf('/');
  return text.slice(end + 1);
}

/** {@link baseName} without its last extension; a leading dot begins a name, not an extension. */
export function stemOf(path: string): string {
  const name = baseName(path);
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(0, dot) : name;
}

import { createHash } from 'node:crypto';
import { Content } from './content.js';
import { invalidArgument, noSuchKey, ObsError } from './errors.js';
import { type Exchange, quoted, type Reply } from './exchange.js';
import type { Bucket, Store, StoredObject } from './store.js';

/**
 * Parallel file systems. A directory is an empty object whose key ends in `/`; writing a file makes the directories
 * above it. HEAD and GET find a directory with and without the slash. The status 409 of conflicts between files and
 * directories is known, their code is not.
 */

const conflict = (message: string): ObsError => new ObsError(409, 'FsConflict', message);

/** Names that a file system cannot have. */
export function checkFileName(key: string): void {
  if (key.startsWith('/') || key.includes('//'))
    throw invalidArgument(`Names in a parallel file system have no empty segments: ${key}`);
}

export const isDirectoryKey = (bucket: Bucket, key: string): boolean => bucket.pfs && key.endsWith('/');

/** Makes room for a file or directory: checks its name and those above it, and makes the missing directories. */
export function prepareFile(store: Store, bucket: Bucket, key: string, now: number): void {
  checkFileName(key);
  const file = key.replace(/\/$/, '');
  if (key.endsWith('/') ? bucket.get(file) : bucket.get(`${key}/`))
    throw conflict(`There is a ${key.endsWith('/') ? 'file' : 'directory'} of that name: ${key}`);
  const missing: string[] = [];
  for (let slash = file.indexOf('/'); slash >= 0; slash = file.indexOf('/', slash + 1)) {
    const above = file.slice(0, slash);
    if (bucket.get(above)) throw conflict(`A file stands where a directory is needed: ${above}`);
    if (!bucket.get(`${above}/`)) missing.push(`${above}/`);
  }
  for (const directory of missing) makeDirectory(store, bucket, directory, now);
}

function makeDirectory(store: Store, bucket: Bucket, key: string, now: number): void {
  bucket.set(key, {
    content: Content.empty,
    etag: createHash('md5').digest('hex'),
    modified: now,
    order: store.nextOrder(),
    headers: {},
    metadata: {},
    storageClass: bucket.storageClass,
  });
}

/** What a reader finds under a name: a file, or a directory with or without its slash. */
export const seeFile = (bucket: Bucket, key: string): StoredObject | undefined =>
  bucket.read(key) ?? (key.endsWith('/') ? undefined : bucket.get(`${key}/`));

/** Removes a file or an empty directory. */
export function removeFile(bucket: Bucket, key: string): void {
  const name = bucket.get(key) ? key : `${key.replace(/\/$/, '')}/`;
  if (name.endsWith('/') && childrenOf(bucket, name).length > 0)
    throw conflict(`The directory is not empty: ${name}`);
  bucket.delete(name);
}

const childrenOf = (bucket: Bucket, directory: string): string[] =>
  bucket.keys().filter((key) => key.length > directory.length && key.startsWith(directory));

function requirePfs(bucket: Bucket): void {
  if (!bucket.pfs)
    throw new ObsError(405, 'MethodNotAllowed', 'Only parallel file systems support this operation.');
}

/** POST ?rename&name=…: a file replaces a file; a directory takes everything in it along. */
export function renameFile(exchange: Exchange): Reply {
  const { bucket } = exchange;
  requirePfs(bucket);
  const to = exchange.query('name')?.replace(/^\//, '') ?? '';
  if (to === '') throw invalidArgument('The new name is missing.');
  const from = bucket.get(exchange.key) ? exchange.key : `${exchange.key.replace(/\/$/, '')}/`;
  const object = bucket.get(from);
  if (!object) throw noSuchKey();
  if (from.endsWith('/')) {
    const target = `${to.replace(/\/$/, '')}/`;
    if (target === from) return { status: 204 };
    if (target.startsWith(from)) throw conflict('A directory cannot move into itself.');
    if (bucket.get(target)) throw conflict(`The directory exists: ${target}`);
    prepareFile(exchange.store, bucket, target, exchange.now);
    for (const key of [from, ...childrenOf(bucket, from)]) {
      bucket.set(target + key.slice(from.length), bucket.get(key)!);
      bucket.delete(key);
    }
    return { status: 204 };
  }
  if (to === from) return { status: 204 };
  if (to.endsWith('/')) throw conflict(`A file cannot become a directory: ${to}`);
  prepareFile(exchange.store, bucket, to, exchange.now);
  bucket.set(to, { ...object, order: exchange.store.nextOrder() });
  bucket.delete(from);
  return { status: 204 };
}

/** PUT ?truncate&length=n: shortens, or fills up with zeros. */
export function truncateFile(exchange: Exchange): Reply {
  const { bucket, key } = exchange;
  requirePfs(bucket);
  const length = exchange.integer('length', 0);
  const object = bucket.get(key);
  if (!object || key.endsWith('/')) throw noSuchKey();
  rewrite(exchange, key, object, resized(object.content, length));
  return { status: 204 };
}

/** PUT ?modify&position=n: writes over what is there, without looking at its length; makes the file when needed. */
export function modifyFile(exchange: Exchange): Reply {
  const { bucket, key, body } = exchange;
  requirePfs(bucket);
  const position = exchange.integer('position', 0);
  const object = bucket.get(key);
  if (!object) prepareFile(exchange.store, bucket, key, exchange.now);
  const before = object?.content ?? Content.empty;
  const end = position + body.content.size;
  const content = Content.join([
    resized(before, position),
    body.content,
    before.size > end ? before.slice(end, before.size) : Content.empty,
  ]);
  rewrite(exchange, key, object, content);
  return { status: 200, headers: { etag: quoted(body.md5) } };
}

const resized = (content: Content, length: number): Content =>
  content.size >= length
    ? content.slice(0, length)
    : Content.join([content, Content.repeated(Buffer.alloc(4096), length - content.size)]);

function rewrite(exchange: Exchange, key: string, object: StoredObject | undefined, content: Content): void {
  const order = exchange.store.nextOrder();
  const kept = object ?? exchange.kept();
  exchange.bucket.set(key, {
    content,
    // Not the digest of anything, but another one after every change.
    etag: createHash('md5').update(`${object?.etag} ${order}`).digest('hex'),
    modified: exchange.now,
    order,
    headers: kept.headers,
    metadata: kept.metadata,
    storageClass: kept.storageClass,
    rewritten: true,
  });
}

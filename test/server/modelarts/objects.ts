import type { ObsServer } from '../obs/index.js';
import { invalid } from './refusal.js';

/** Where the service keeps and finds objects. */
export interface ObjectStore {
  hasBucket(bucket: string): boolean;
  /** In the order of their UTF-8 bytes. */
  keys(bucket: string): readonly string[];
  get(bucket: string, key: string): Buffer | undefined;
  size(bucket: string, key: string): number | undefined;
  put(bucket: string, key: string, bytes: Uint8Array | string): void;
  delete(bucket: string, key: string): void;
}

/** The objects of an OBS test server in the same process. */
export function objectsOfServer(server: ObsServer): ObjectStore {
  return {
    hasBucket: (bucket) => server.buckets().includes(bucket),
    keys: (bucket) => server.keys(bucket),
    get: (bucket, key) => server.get(bucket, key),
    size: (bucket, key) => server.stat(bucket, key)?.size,
    put: (bucket, key, bytes) => server.put(bucket, key, bytes),
    delete: (bucket, key) => server.delete(bucket, key),
  };
}

/** For a service that runs without object storage: every bucket is there, and empty. */
export function objectsInMemory(): ObjectStore {
  const objects = new Map<string, Buffer>();
  const name = (bucket: string, key: string) => `${bucket}/${key}`;
  return {
    hasBucket: () => true,
    keys: (bucket) =>
      [...objects.keys()]
        .filter((one) => one.startsWith(`${bucket}/`))
        .map((one) => one.slice(bucket.length + 1))
        .sort(),
    get: (bucket, key) => objects.get(name(bucket, key)),
    size: (bucket, key) => objects.get(name(bucket, key))?.length,
    put: (bucket, key, bytes) => void objects.set(name(bucket, key), Buffer.from(bytes)),
    delete: (bucket, key) => void objects.delete(name(bucket, key)),
  };
}

/** An object or a folder. */
export interface Place {
  readonly bucket: string;
  /** Empty for the bucket itself. */
  readonly key: string;
}

/** `obs://bucket/key`, its older spellings, and `/bucket/key`; undefined for anything else. */
export function placeOf(text: string): Place | undefined {
  const match = /^(?:(?:obs|s3|s3a|s3n):\/\/|\/)([^/]+)(?:\/([\s\S]*))?$/i.exec(text);
  return match === null ? undefined : { bucket: match[1] as string, key: match[2] ?? '' };
}

/** @throws Refusal when the text names no object, or has characters that no path may have */
export function neededPlace(text: string, what: string): Place {
  const place = placeOf(text);
  if (place === undefined || /[\r\n\t]/.test(text))
    throw invalid(`${what} ${JSON.stringify(text)} is no path in OBS.`);
  return place;
}

/** With a `/` at its end, unless it is a bucket. */
export const folderOf = ({ bucket, key }: Place): Place => ({
  bucket,
  key: key === '' || key.endsWith('/') ? key : `${key}/`,
});

export const uriOf = ({ bucket, key }: Place) => `obs://${bucket}/${key}`;

/** As the service writes places of its own. */
export const pathOf = ({ bucket, key }: Place) => `/${bucket}/${key}`;

/** `..` and `.` taken out; undefined when the result would be above the bucket. */
export function resolved(base: Place, relative: string): Place | undefined {
  const parts: string[] = [];
  for (const part of [...base.key.split('/').slice(0, -1), ...relative.split('/')]) {
    if (part === '.' || part === '') continue;
    if (part === '..') {
      if (parts.pop() === undefined) return undefined;
    } else parts.push(part);
  }
  return { bucket: base.bucket, key: parts.join('/') };
}

/** A file of a folder. */
export interface FileEntry {
  readonly key: string;
  /** Below the folder. */
  readonly path: string;
}

/** Every file below a folder; markers of folders and hidden files are left out. */
export function filesBelow(store: ObjectStore, folder: Place): FileEntry[] {
  const { bucket, key: prefix } = folderOf(folder);
  return store
    .keys(bucket)
    .filter((key) => key.startsWith(prefix) && !key.endsWith('/'))
    .map((key) => ({ key, path: key.slice(prefix.length) }))
    .filter(({ path }) => !path.split('/').some((part) => part.startsWith('.') || part === '__MACOSX'));
}

/** `a.b.jpg` → `a.b`; names only, not paths. */
export function stemOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return path.slice(0, path.length - name.length) + (dot > 0 ? name.slice(0, dot) : name);
}

/** `.jpg` in lower case; empty when there is none. */
export function extensionOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(dot).toLowerCase() : '';
}

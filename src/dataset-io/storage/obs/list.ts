import { compareUtf8 } from '../byte-order.js';
import type { StorageEntry } from '../storage.js';
import { isWorkKey, type ObsAddress, prefixOf } from './address.js';
import { obsFailure } from './errors.js';
import { findObject } from './facts.js';
import type { Call, ObsRequests } from './requests.js';
import type { ListedObject } from './wire.js';

/**
 * What is below a key prefix, page by page. Empty objects whose key ends with a slash stand for directories;
 * such a key with content is something of kind `other`: no file system could hold it.
 */
export async function* listObjects(
  requests: ObsRequests,
  call: Call,
  recursive: boolean,
): AsyncGenerator<StorageEntry, void, undefined> {
  const { at } = call;
  const prefix = prefixOf(at.key);
  let marker: string | undefined;
  let exists = prefix === '';
  let last = '';
  do {
    const from = marker;
    const page = await requests.send(call, (wire, options) =>
      wire.listObjects(
        { bucket: at.bucket, prefix, delimiter: recursive ? undefined : '/', marker: from },
        options,
      ),
    );
    for (const entry of inOrder(at, prefix, page.objects, page.prefixes)) {
      exists = true;
      // A service that gives a prefix again on the page after it must not give it twice.
      if (entry === undefined || entry.order === last) continue;
      last = entry.order;
      yield entry.entry;
    }
    marker = page.nextMarker;
    if (marker !== undefined && from !== undefined && compareUtf8(marker, from) <= 0) {
      throw obsFailure('Io', call, 'the pages of the listing do not go on', 'Check the endpoint.');
    }
  } while (marker !== undefined);
  if (exists) return;
  if (at.key !== prefix && (await findObject(requests, call)) !== undefined) {
    throw obsFailure('NotADirectory', call, 'it is a file', 'Name a directory.');
  }
  throw obsFailure('NotFound', call, 'it does not exist', 'Check the bucket and the key prefix.');
}

interface Ordered {
  /** The full key, with its slash for a directory: what the order goes by. */
  readonly order: string;
  readonly entry: StorageEntry;
}

/** A page's entries by the bytes of their keys; `undefined` for keys that exist and are not shown. */
function inOrder(
  at: ObsAddress,
  prefix: string,
  objects: readonly ListedObject[],
  prefixes: readonly string[],
): (Ordered | undefined)[] {
  const found = objects.map((object) => shown(at, prefix, object));
  if (prefixes.length === 0) return found;
  const directories = prefixes.map((order): Ordered => {
    const name = order.slice(prefix.length, -1);
    return { order, entry: { path: at.head + order, name, kind: 'directory' } };
  });
  return [...found, ...directories].sort((a, b) => compareUtf8(a?.order ?? '', b?.order ?? ''));
}

function shown(at: ObsAddress, prefix: string, { key, size, etag }: ListedObject): Ordered | undefined {
  if (key === prefix || isWorkKey(key) || (key.endsWith('/') && size === 0)) return undefined;
  const kind = key.endsWith('/') ? 'other' : 'file';
  return { order: key, entry: { path: at.head + key, name: key.slice(prefix.length), kind, size, etag } };
}

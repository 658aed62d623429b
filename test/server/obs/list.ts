import { invalidArgument } from './errors.js';
import { type Exchange, quoted, type Reply } from './exchange.js';
import { decodeForm } from './request.js';
import { compareUtf8, type StoredObject } from './store.js';
import type { XmlMember } from './xml.js';

/** GET bucket: v1 with marker. */
export function listObjects(exchange: Exchange): Reply {
  const marker = exchange.query('marker') ?? '';
  const { page, members, limit, encoded, delimiter } = listPage(exchange, marker);
  const next = page.truncated && (delimiter !== '' || !exchange.settings.omitNextMarker);
  return exchange.xml('ListBucketResult', [
    ...members,
    ['Marker', encoded.text(marker)],
    ['NextMarker', next ? encoded.text(page.last) : undefined],
    ['MaxKeys', limit],
    ['IsTruncated', page.truncated],
    ...contents(page, encoded),
  ]);
}

/** GET bucket with list-type=2: continuation tokens, which are no keys. */
export function listObjectsV2(exchange: Exchange): Reply {
  const token = exchange.query('continuation-token');
  const startAfter = exchange.query('start-after');
  const from = token === undefined ? (startAfter ?? '') : decodeToken(token);
  const { page, members, limit, encoded } = listPage(exchange, from);
  return exchange.xml('ListBucketResult', [
    ...members,
    ['StartAfter', startAfter === undefined ? undefined : encoded.text(startAfter)],
    ['ContinuationToken', token],
    [
      'NextContinuationToken',
      page.truncated ? `1${Buffer.from(page.last).toString('base64url')}` : undefined,
    ],
    ['KeyCount', page.entries.length + page.prefixes.length],
    ['MaxKeys', limit],
    ['IsTruncated', page.truncated],
    ...contents(page, encoded),
  ]);
}

function decodeToken(token: string): string {
  if (!/^1[\w-]+$/.test(token)) throw invalidArgument('The continuation token provided is incorrect.');
  return Buffer.from(token.slice(1), 'base64url').toString();
}

interface Page {
  readonly entries: readonly { readonly key: string; readonly object: StoredObject }[];
  readonly prefixes: readonly string[];
  readonly truncated: boolean;
  /** The last key or common prefix of the page. */
  readonly last: string;
}

function listPage(exchange: Exchange, after: string) {
  const prefix = exchange.query('prefix') ?? '';
  const delimiter = exchange.query('delimiter') ?? '';
  const limit = pageLimit(exchange, 'max-keys');
  const encoded = urlEncoding(exchange);
  const members: XmlMember[] = [
    ['Name', exchange.bucket.name],
    ['Prefix', encoded.text(prefix)],
    ['Delimiter', delimiter === '' ? undefined : encoded.text(delimiter)],
    ...encoded.member,
  ];
  return {
    page: readPage(exchange, { prefix, delimiter, after, limit }),
    members,
    limit,
    encoded,
    delimiter,
  };
}

function readPage(
  { bucket }: Exchange,
  { prefix, delimiter, after, limit }: { prefix: string; delimiter: string; after: string; limit: number },
): Page {
  const { keys, objectOf } = bucket.readAll(prefix);
  const entries: { key: string; object: StoredObject }[] = [];
  const prefixes: string[] = [];
  let last = '';
  // Keys with the prefix are neighbours; the first of them is the prefix itself or comes right after it.
  const start = compareUtf8(after, prefix) > 0 ? after : prefix;
  for (let n = firstFrom(keys, start); n < keys.length; n += 1) {
    const key = keys[n]!;
    if (!key.startsWith(prefix)) {
      if (compareUtf8(key, prefix) < 0) continue;
      break;
    }
    if (after !== '' && compareUtf8(key, after) <= 0) continue;
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const common = end < 0 ? undefined : key.slice(0, end + delimiter.length);
    // A page that ended with a common prefix continues behind everything in it.
    if (common !== undefined && (common === after || common === prefixes.at(-1))) continue;
    if (entries.length + prefixes.length >= limit) return { entries, prefixes, truncated: limit > 0, last };
    if (common === undefined) entries.push({ key, object: objectOf(key) });
    else prefixes.push(common);
    last = common ?? key;
  }
  return { entries, prefixes, truncated: false, last };
}

/** Index of the first key that is not before `text`. */
function firstFrom(keys: readonly string[], text: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareUtf8(keys[middle]!, text) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function contents(page: Page, encoded: UrlEncoding): XmlMember[] {
  return [
    ...page.entries.map(
      ({ key, object }): XmlMember => [
        'Contents',
        [
          ['Key', encoded.text(key)],
          ['LastModified', new Date(object.modified).toISOString()],
          ['ETag', quoted(object.etag)],
          ['Size', object.content.size],
          ['Owner', [['ID', 'owner']]],
          ['Type', object.pieces ? 'Appendable' : undefined],
          ['StorageClass', object.storageClass],
        ],
      ],
    ),
    ...page.prefixes.map((common): XmlMember => ['CommonPrefixes', [['Prefix', encoded.text(common)]]]),
  ];
}

/** What the request asks for, and never more than a page of the server. */
export function pageLimit(exchange: Exchange, name: string): number {
  return Math.min(exchange.integer(name, 0, 1000), exchange.settings.pageSize, 1000);
}

export interface UrlEncoding {
  readonly text: (text: string) => string;
  readonly decode: (text: string) => string;
  /** The element that tells of it, when it is on. */
  readonly member: readonly XmlMember[];
}

export const urlEncoding = (exchange: Exchange): UrlEncoding =>
  urlEncodingOf(exchange.query('encoding-type'));

/** `encoding-type=url`: as in forms, with the slash left alone. Throws InvalidArgument for another type. */
export function urlEncodingOf(type: string | undefined): UrlEncoding {
  const same = (text: string): string => text;
  if (type === undefined) return { text: same, decode: same, member: [] };
  if (type !== 'url') throw invalidArgument(`Invalid Encoding Method specified in Request: ${type}`);
  return { text: encodeForm, decode: decodeForm, member: [['EncodingType', 'url']] };
}

const encodeForm = (text: string): string =>
  encodeURIComponent(text)
    .replace(/[!'()~]/g, (found) => `%${found.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
    .replaceAll('%2F', '/');

import type { XmlElement } from '../../../../text/xml-tree.js';
import type { ListedObject, ListPage, ListRequest, UploadListRequest, UploadPage } from '../wire.js';
import { decodeListed } from './percent.js';
import { childrenOf, childText } from './xml.js';

/** What makes no sense in an answer; reads on after "the answer". Becomes a `WireFault`. */
export class Nonsense extends Error {}

/** Without the quotes that ETags have in headers and documents. */
export function unquoted(etag: string): string {
  const text = etag.trim();
  return text.length >= 2 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
}

/** The ETag that shows that a copy or an upload was done. @throws Nonsense */
export function readEtag(root: XmlElement): string {
  const etag = unquoted(childText(root, 'ETag') ?? '');
  if (etag === '') throw new Nonsense('has no ETag');
  return etag;
}

/** @throws Nonsense */
export function readUploadId(root: XmlElement): string {
  const uploadId = childText(root, 'UploadId')?.trim() ?? '';
  if (uploadId === '') throw new Nonsense('has no UploadId');
  return uploadId;
}

/** One page of objects. @throws Nonsense */
export function readListing(root: XmlElement, { marker = '' }: ListRequest): ListPage {
  const decode = decoderOf(root);
  const objects = childrenOf(root, 'Contents').map((entry) => readObject(entry, decode));
  const prefixes = [
    ...new Set(childrenOf(root, 'CommonPrefixes').map((common) => decode(required(common, 'Prefix')))),
  ];
  if (!isTruncated(root)) return { objects, prefixes };
  const last = laterOf(objects.at(-1)?.key ?? '', prefixes.at(-1) ?? '');
  const given = childText(root, 'NextMarker') ?? '';
  // Ceph encodes the names, and not the marker.
  const nextMarker = given === '' || given === last ? last : decode(given);
  if (nextMarker === '' || nextMarker === marker) throw new Nonsense('goes on where it began');
  return { objects, prefixes, nextMarker };
}

function readObject(entry: XmlElement, decode: (text: string) => string): ListedObject {
  const key = decode(required(entry, 'Key'));
  const size = required(entry, 'Size').trim();
  if (!/^\d{1,15}$/.test(size)) throw new Nonsense(`gives ${JSON.stringify(size)} as a size`);
  return {
    key,
    size: Number(size),
    etag: unquoted(childText(entry, 'ETag') ?? ''),
    modified: readDate(required(entry, 'LastModified')),
    appendable: childText(entry, 'Type')?.trim().toLowerCase() === 'appendable',
  };
}

/** One page of uploads. @throws Nonsense */
export function readUploads(
  root: XmlElement,
  { keyMarker = '', uploadIdMarker = '' }: UploadListRequest,
): UploadPage {
  const decode = decoderOf(root);
  const uploads = childrenOf(root, 'Upload').map((entry) => ({
    key: decode(required(entry, 'Key')),
    uploadId: readUploadId(entry),
    started: readDate(required(entry, 'Initiated')),
  }));
  if (!isTruncated(root)) return { uploads };
  const next = {
    keyMarker: decode(childText(root, 'NextKeyMarker') ?? ''),
    uploadIdMarker: childText(root, 'NextUploadIdMarker') ?? '',
  };
  if (next.keyMarker === '' || (next.keyMarker === keyMarker && next.uploadIdMarker === uploadIdMarker))
    throw new Nonsense('goes on where it began');
  return { uploads, next };
}

/** The keys that were not deleted. @throws Nonsense */
export function readDeleteFailures(
  root: XmlElement,
): { readonly key: string; readonly code: string; readonly message: string }[] {
  const decode = decoderOf(root);
  return childrenOf(root, 'Error').map((entry) => ({
    key: decode(required(entry, 'Key')),
    code: childText(entry, 'Code')?.trim() ?? '',
    message: childText(entry, 'Message')?.trim() ?? '',
  }));
}

function required(element: XmlElement, name: string): string {
  const text = childText(element, name);
  if (text === undefined) throw new Nonsense(`has a ${element.name} without ${name}`);
  return text;
}

function isTruncated(root: XmlElement): boolean {
  const text = childText(root, 'IsTruncated')?.trim().toLowerCase();
  if (text !== 'true' && text !== 'false') throw new Nonsense('does not say whether it is the last page');
  return text === 'true';
}

/** Some services do not know `encoding-type`, and leave names as they are. */
function decoderOf(root: XmlElement): (text: string) => string {
  if (childText(root, 'EncodingType')?.trim().toLowerCase() !== 'url') return (text) => text;
  return (text) => {
    try {
      return decodeListed(text);
    } catch (error) {
      if (!(error instanceof URIError)) throw error;
      throw new Nonsense(`has the name ${JSON.stringify(text)}, which is not encoded as it says`);
    }
  };
}

function readDate(text: string): Date {
  const date = new Date(text.trim());
  if (Number.isNaN(date.getTime())) throw new Nonsense(`gives ${JSON.stringify(text)} as a time`);
  return date;
}

/** Of two names the one that comes later in the service's order, that of their UTF-8 bytes. */
function laterOf(a: string, b: string): string {
  return Buffer.compare(Buffer.from(a), Buffer.from(b)) > 0 ? a : b;
}

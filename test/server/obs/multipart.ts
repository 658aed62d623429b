import { randomBytes } from 'node:crypto';
import { Content } from './content.js';
import { copySource } from './copy.js';
import { invalidArgument, malformedXml, ObsError } from './errors.js';
import { type Exchange, quoted, type Reply, unquoted } from './exchange.js';
import { pageLimit, urlEncoding } from './list.js';
import { worm } from './objects.js';
import { checkFileName, prepareFile } from './pfs.js';
import { combinedEtag, compareUtf8, type Upload } from './store.js';
import { childOf, parseXml, type XmlMember } from './xml.js';

export function initiateUpload(exchange: Exchange): Reply {
  const { bucket, bucketName, key, store } = exchange;
  if (bucket.pfs) checkFileName(key);
  const upload: Upload = {
    id: randomBytes(16).toString('hex').toUpperCase(),
    bucket: bucketName,
    key,
    initiated: exchange.now,
    order: store.nextOrder(),
    parts: new Map(),
    ...exchange.kept(),
  };
  store.uploads.set(upload.id, upload);
  return exchange.xml('InitiateMultipartUploadResult', [
    ['Bucket', bucketName],
    ['Key', key],
    ['UploadId', upload.id],
  ]);
}

/** The upload that the request names. Throws NoSuchUpload. */
function uploadOf(exchange: Exchange): Upload {
  const { bucket, key } = exchange;
  const upload = exchange.store.uploads.get(exchange.query('uploadId') ?? '');
  if (!upload || upload.bucket !== bucket.name || upload.key !== key)
    throw new ObsError(404, 'NoSuchUpload', 'The specified multipart upload does not exist.');
  return upload;
}

function partNumberOf(exchange: Exchange): number {
  const number = exchange.integer('partNumber', 1);
  if (number > 10_000) throw invalidArgument(`Part number must be an integer between 1 and 10000: ${number}`);
  return number;
}

export function uploadPart(exchange: Exchange): Reply {
  const upload = uploadOf(exchange);
  const { content, md5 } = exchange.body;
  upload.parts.set(partNumberOf(exchange), { content, etag: md5, modified: exchange.now });
  return { status: 200, headers: { etag: quoted(md5) } };
}

export async function uploadPartCopy(exchange: Exchange): Promise<Reply> {
  const upload = uploadOf(exchange);
  const number = partNumberOf(exchange);
  const { object, content } = copySource(exchange);
  if (object.rewritten)
    throw new ObsError(405, 'FsNotSupport', 'A file that was changed in place cannot be copied as a part.');
  if (content.size > exchange.settings.maxPutBytes)
    throw new ObsError(400, 'EntityTooLarge', `A part has at most ${exchange.settings.maxPutBytes} bytes.`);
  const etag = await content.md5();
  upload.parts.set(number, { content, etag, modified: exchange.now });
  return exchange.xml('CopyPartResult', [
    ['LastModified', new Date(exchange.now).toISOString()],
    ['ETag', quoted(etag)],
  ]);
}

/**
 * Joins the listed parts and drops the others. The object counts as written when the upload was initiated: something
 * newer under the key stays, and the answer is 200 all the same.
 */
export function completeUpload(exchange: Exchange): Reply {
  const { bucket, bucketName, key, settings, store } = exchange;
  const upload = uploadOf(exchange);
  const current = bucket.get(key);
  exchange.checkWriteConditions(current);
  const contents: Content[] = [];
  const digests: Buffer[] = [];
  const listed = listedParts(exchange.body.content.toBuffer().toString());
  listed.forEach(({ number, etag }, n) => {
    if (n > 0 && number <= listed[n - 1]!.number)
      throw new ObsError(400, 'InvalidPartOrder', 'The list of parts was not in ascending order.');
    const part = upload.parts.get(number);
    if (!part || part.etag !== unquoted(etag))
      throw new ObsError(400, 'InvalidPart', 'One or more of the specified parts could not be found.', {
        elements: { PartNumber: String(number), ETag: etag },
      });
    if (n < listed.length - 1 && part.content.size < settings.minPartBytes)
      throw new ObsError(
        400,
        'EntityTooSmall',
        'Your proposed upload is smaller than the minimum allowed size.',
        {
          elements: {
            ProposedSize: String(part.content.size),
            MinSizeAllowed: String(settings.minPartBytes),
            PartNumber: String(number),
          },
        },
      );
    contents.push(part.content);
    digests.push(Buffer.from(part.etag, 'hex'));
  });
  const content = Content.join(contents);
  if (content.size > settings.maxObjectBytes)
    throw new ObsError(400, 'EntityTooLarge', 'The object would exceed the largest size.');
  const etag = combinedEtag(digests);
  if (bucket.worm && current) throw worm();
  store.uploads.delete(upload.id);
  if (!current || current.order < upload.order) {
    if (bucket.pfs) prepareFile(exchange.store, bucket, key, exchange.now);
    bucket.set(key, {
      content,
      etag,
      modified: upload.initiated,
      order: upload.order,
      headers: upload.headers,
      metadata: upload.metadata,
      storageClass: upload.storageClass,
      uploadId: upload.id,
    });
  }
  return exchange.xml('CompleteMultipartUploadResult', [
    ['Location', `/${bucketName}/${key}`],
    ['Bucket', bucketName],
    ['Key', key],
    ['ETag', quoted(etag)],
  ]);
}

function listedParts(xml: string): { number: number; etag: string }[] {
  const root = parseXml(xml);
  if (root.name !== 'CompleteMultipartUpload')
    throw malformedXml(`CompleteMultipartUpload is expected, not ${root.name}.`);
  const parts = root.children
    .filter(({ name }) => name === 'Part')
    .map((part) => {
      const number = Number(childOf(part, 'PartNumber')?.text);
      const etag = childOf(part, 'ETag')?.text;
      if (!Number.isInteger(number) || etag === undefined)
        throw malformedXml('A Part has a PartNumber and an ETag.');
      return { number, etag };
    });
  if (parts.length === 0) throw malformedXml('At least one Part must be specified.');
  return parts;
}

export function abortUpload(exchange: Exchange): Reply {
  exchange.store.uploads.delete(uploadOf(exchange).id);
  return { status: 204 };
}

export function listParts(exchange: Exchange): Reply {
  const upload = uploadOf(exchange);
  const limit = pageLimit(exchange, 'max-parts');
  const after = exchange.integer('part-number-marker', 0, 0);
  const encoded = urlEncoding(exchange);
  const rest = [...upload.parts].filter(([number]) => number > after).sort(([a], [b]) => a - b);
  const page = rest.slice(0, limit);
  return exchange.xml('ListPartsResult', [
    ['Bucket', upload.bucket],
    ['Key', encoded.text(upload.key)],
    ['UploadId', upload.id],
    ...encoded.member,
    ['StorageClass', upload.storageClass],
    ['PartNumberMarker', after],
    ['NextPartNumberMarker', page.at(-1)?.[0] ?? after],
    ['MaxParts', limit],
    ['IsTruncated', page.length < rest.length],
    ...page.map(
      ([number, part]): XmlMember => [
        'Part',
        [
          ['PartNumber', number],
          ['LastModified', new Date(part.modified).toISOString()],
          ['ETag', quoted(part.etag)],
          ['Size', part.content.size],
        ],
      ],
    ),
  ]);
}

/** Open uploads by key, then by the time they began. */
export function listUploads(exchange: Exchange): Reply {
  const { bucket, store } = exchange;
  const limit = pageLimit(exchange, 'max-uploads');
  const prefix = exchange.query('prefix') ?? '';
  const delimiter = exchange.query('delimiter') ?? '';
  const keyMarker = exchange.query('key-marker') ?? '';
  const idMarker = exchange.query('upload-id-marker') ?? '';
  const encoded = urlEncoding(exchange);
  const marked = store.uploads.get(idMarker);
  const all = [...store.uploads.values()]
    .filter((upload) => upload.bucket === bucket.name && upload.key.startsWith(prefix))
    .filter(
      (upload) =>
        keyMarker === '' ||
        compareUtf8(upload.key, keyMarker) > 0 ||
        (upload.key === keyMarker && marked !== undefined && upload.order > marked.order),
    )
    .sort((a, b) => compareUtf8(a.key, b.key) || a.order - b.order);
  const page: Upload[] = [];
  const prefixes = new Set<string>();
  let last: Upload | undefined;
  let truncated = false;
  for (const upload of all) {
    const end = delimiter === '' ? -1 : upload.key.indexOf(delimiter, prefix.length);
    const common = end < 0 ? undefined : upload.key.slice(0, end + delimiter.length);
    if (common === undefined || !prefixes.has(common)) {
      if (page.length + prefixes.size >= limit) {
        truncated = true;
        break;
      }
      if (common === undefined) page.push(upload);
      else prefixes.add(common);
    }
    last = upload;
  }
  return exchange.xml('ListMultipartUploadsResult', [
    ['Bucket', bucket.name],
    ['KeyMarker', encoded.text(keyMarker)],
    ['UploadIdMarker', idMarker],
    ['NextKeyMarker', truncated ? encoded.text(last?.key ?? '') : undefined],
    ['NextUploadIdMarker', truncated ? last?.id : undefined],
    ...encoded.member,
    ['Prefix', encoded.text(prefix)],
    ['Delimiter', delimiter === '' ? undefined : encoded.text(delimiter)],
    ['MaxUploads', limit],
    ['IsTruncated', truncated],
    ...page.map(
      (upload): XmlMember => [
        'Upload',
        [
          ['Key', encoded.text(upload.key)],
          ['UploadId', upload.id],
          ['StorageClass', upload.storageClass],
          ['Initiated', new Date(upload.initiated).toISOString()],
        ],
      ],
    ),
    ...[...prefixes].map((common): XmlMember => ['CommonPrefixes', [['Prefix', encoded.text(common)]]]),
  ]);
}

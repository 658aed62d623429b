import { malformedXml, ObsError } from './errors.js';
import type { Exchange, Reply } from './exchange.js';
import { urlEncodingOf } from './list.js';
import { remove } from './objects.js';
import { Bucket } from './store.js';
import { childOf, parseXml, type XmlMember } from './xml.js';

export function listBuckets(exchange: Exchange): Reply {
  // Parallel file systems are listed apart, by a header.
  const pfs = exchange.own('bucket-type')?.toUpperCase() === 'POSIX';
  return exchange.xml('ListAllMyBucketsResult', [
    ['Owner', [['ID', 'owner']]],
    [
      'Buckets',
      [...exchange.store.buckets.values()]
        .filter((bucket) => bucket.pfs === pfs)
        .map((bucket) => [
          'Bucket',
          [
            ['Name', bucket.name],
            ['CreationDate', new Date(bucket.created).toISOString()],
            ['Location', exchange.settings.region],
          ],
        ]),
    ],
  ]);
}

export function createBucket(exchange: Exchange): Reply {
  const { bucketName: name, store } = exchange;
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) || /\.\.|\.-|-\.|^\d+\.\d+\.\d+\.\d+$/.test(name))
    throw new ObsError(400, 'InvalidBucketName', `The specified bucket is not valid: ${name}`);
  const document = exchange.body.content.toBuffer().toString();
  if (document.trim() !== '') parseXml(document);
  const existing = store.buckets.get(name);
  // The owner may create a bucket again; the first request decides what it is.
  if (!existing)
    store.buckets.set(
      name,
      new Bucket(
        {
          name,
          pfs: exchange.own('fs-file-interface')?.toLowerCase() === 'enabled',
          storageClass: exchange.own('storage-class') ?? 'STANDARD',
        },
        exchange.now,
      ),
    );
  return { status: 200, headers: { location: `/${name}` } };
}

export function headBucket(exchange: Exchange): Reply {
  const { bucket, prefix, settings } = exchange;
  return {
    status: 200,
    headers: {
      [`${prefix}bucket-location`]: settings.region,
      [`${prefix}bucket-region`]: settings.region,
      [`${prefix}storage-class`]: bucket.storageClass,
      [`${prefix}version`]: '3.0',
      ...(bucket.pfs ? { [`${prefix}fs-file-interface`]: 'Enabled' } : {}),
    },
  };
}

export function bucketLocation(exchange: Exchange): Reply {
  const { region } = exchange.settings;
  exchange.store.bucket(exchange.bucketName);
  return exchange.xml(exchange.request.protocol === 'obs' ? 'Location' : 'LocationConstraint', region);
}

export function deleteBucket(exchange: Exchange): Reply {
  const { bucket, store } = exchange;
  const busy = [...store.uploads.values()].some((upload) => upload.bucket === bucket.name);
  if (bucket.size > 0 || busy)
    throw new ObsError(409, 'BucketNotEmpty', 'The bucket you tried to delete is not empty.');
  store.buckets.delete(bucket.name);
  return { status: 204 };
}

/** The question which signature the service speaks, asked unsigned. */
export function apiVersion(exchange: Exchange): Reply {
  if (exchange.request.bucket !== undefined) exchange.store.bucket(exchange.bucketName);
  return { status: 200, headers: { 'x-obs-api': '3.0' } };
}

/** POST ?delete: 200, and in the body what happened to each key. */
export function deleteObjects(exchange: Exchange): Reply {
  // Throws when there is no such bucket, before anything is read.
  exchange.store.bucket(exchange.bucketName);
  if (exchange.header('content-md5') === undefined)
    throw new ObsError(400, 'InvalidRequest', 'Missing required header for this request: Content-MD5');
  const root = parseXml(exchange.body.content.toBuffer().toString());
  if (root.name !== 'Delete') throw malformedXml(`Delete is expected, not ${root.name}.`);
  const quiet = childOf(root, 'Quiet')?.text.trim() === 'true';
  const encoded = urlEncodingOf(childOf(root, 'EncodingType')?.text.trim());
  const objects = root.children.filter(({ name }) => name === 'Object');
  if (objects.length === 0 || objects.length > 1000)
    throw malformedXml(`A request deletes 1 to 1000 objects, not ${objects.length}.`);
  const results: XmlMember[] = objects.map((object) => {
    const sent = childOf(object, 'Key')?.text;
    if (sent === undefined || sent === '') throw malformedXml('An Object has a Key.');
    const key = encoded.decode(sent);
    try {
      remove(exchange, key);
      return ['Deleted', [['Key', encoded.text(key)]]];
    } catch (error) {
      if (!(error instanceof ObsError)) throw error;
      return [
        'Error',
        [
          ['Key', encoded.text(key)],
          ['Code', error.code],
          ['Message', error.message],
        ],
      ];
    }
  });
  return exchange.xml('DeleteResult', [
    ...encoded.member,
    ...results.filter(([name]) => !quiet || name === 'Error'),
  ]);
}

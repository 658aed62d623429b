import type { PreparedRequest } from 'esdk-obs-nodejs';
import type { Destination, Operation, ServiceRequest } from '../http/http-wire.js';

/** The package's own names, where they differ from those of the documentation. */
const sdkNames: Partial<Record<Operation, string>> = { HeadObject: 'GetObjectMetadata' };

/** The package's parameters for what stands in queries. */
const queryParameters: Readonly<Record<string, string>> = {
  delimiter: 'Delimiter',
  'encoding-type': 'EncodingType',
  'key-marker': 'KeyMarker',
  marker: 'Marker',
  'max-keys': 'MaxKeys',
  partNumber: 'PartNumber',
  position: 'Position',
  prefix: 'Prefix',
  'upload-id-marker': 'UploadIdMarker',
  uploadId: 'UploadId',
};

/** What the package calls a request, and what it needs to know to make it. */
export function describe({ operation, bucket, key, query = [], headers = {} }: ServiceRequest): {
  readonly name: string;
  readonly parameters: Readonly<Record<string, unknown>>;
} {
  const parameters: Record<string, unknown> = { Bucket: bucket };
  if (key !== undefined) parameters['Key'] = key;
  for (const [name, value] of query) {
    const parameter = queryParameters[name];
    // Names without a value are what makes the operation: they come with it.
    if (parameter !== undefined && value !== undefined) parameters[parameter] = value;
  }
  // Not made without these; what is sent is set afterwards.
  const source = headers['x-obs-copy-source'];
  if (source !== undefined) parameters['CopySource'] = source;
  if (operation === 'CompleteMultipartUpload') parameters['Parts'] = [];
  if (operation === 'DeleteObjects') parameters['Objects'] = [];
  return { name: sdkNames[operation] ?? operation, parameters };
}

/** What a request that was made asks for other than it should, in words; undefined when it is the one that was meant. */
export function differenceOf(
  { err, method, uri, requestUri, urlPath }: PreparedRequest,
  request: ServiceRequest,
  { path }: Destination,
): string | undefined {
  if (err !== undefined) return `no request of ${request.operation}: ${err}`;
  const query = request.query ?? [];
  const isMeant =
    method === request.method &&
    // Of a bucket in path style the package leaves the slash at the end out, and signs it so.
    withSlash(requestUri ?? uri, request) === path &&
    sorted(decodeQuery(urlPath)) === sorted(query.map(([name, value]) => `${name}=${value ?? ''}`));
  return isMeant ? undefined : `another request of ${request.operation} than the one that is meant`;
}

function withSlash(path: string, { key }: ServiceRequest): string {
  return key === undefined && !path.endsWith('/') ? `${path}/` : path;
}

function decodeQuery(urlPath: string): string[] {
  // With the question mark.
  return urlPath === ''
    ? []
    : urlPath
        .slice(1)
        .split('&')
        .map((item) => decodeURIComponent(item.includes('=') ? item : `${item}=`));
}

function sorted(items: readonly string[]): string {
  return JSON.stringify([...items].sort());
}

import { isIP } from 'node:net';
import { OptionError, StorageError } from '../../../../model/index.js';
import type { WireSettings } from '../wire.js';
import { encodeKey } from './percent.js';

/** A service, parsed once. */
export interface Endpoint {
  readonly secure: boolean;
  /** Lower-case, without a port; an IPv6 address in brackets. */
  readonly hostname: string;
  /** Undefined for the usual one. */
  readonly port: number | undefined;
}

export type Addressing = NonNullable<WireSettings['addressing']>;

/** Where a request goes, and what of that is signed. */
export interface Target {
  /** To connect to: an IPv6 address without brackets. */
  readonly hostname: string;
  readonly port: number | undefined;
  /** For the `Host` header: with the port when it is not the usual one. */
  readonly host: string;
  /** Percent-encoded, without the query. */
  readonly path: string;
  /** The percent-encoded `/bucket/key` of OBS and AWS v2 signatures; a custom domain stands for its bucket. */
  readonly resource: string;
}

/**
 * @param text `https://host` or `https://host:port`
 * @throws OptionError for anything else
 */
export function parseEndpoint(text: string): Endpoint {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new OptionError('the endpoint is no http or https address', {
      hint: 'Write it as https://obs.example.com, with a port where it is not the usual one.',
    });
  }
  if (url.username !== '' || url.password !== '' || url.pathname !== '/' || url.search + url.hash !== '') {
    throw new OptionError(`the endpoint ${url.origin} has more than a host and a port`, {
      hint: 'Leave out what is before and after them; keys and buckets are given by themselves.',
    });
  }
  return {
    secure: url.protocol === 'https:',
    hostname: url.hostname,
    port: url.port === '' ? undefined : Number(url.port),
  };
}

/** @throws OptionError when buckets cannot be put in front of the host, because it is a number */
export function checkAddressing({ hostname }: Endpoint, addressing: Addressing): void {
  if (addressing !== 'virtual' || isIP(bare(hostname)) === 0) return;
  throw new OptionError(`a bucket cannot be put in front of ${hostname}, as addressing virtual does`, {
    hint: 'Use addressing path, or a host name.',
  });
}

/**
 * @param key absent for requests to the bucket itself
 * @throws StorageError `BadAddress` for a bucket that cannot be part of a host name, and for an empty key
 */
export function targetOf(
  endpoint: Endpoint,
  addressing: Addressing,
  bucket: string,
  key: string | undefined,
): Target {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(bucket)) {
    throw new StorageError('BadAddress', `${JSON.stringify(bucket)} cannot be the name of a bucket`, {
      hint: 'Buckets are named by 3 to 63 small letters, digits, - and dots.',
    });
  }
  if (key === '') {
    // It would be a request to the bucket: deleting nothing must not delete that.
    throw new StorageError('BadAddress', `an object of ${bucket} without a key`, { hint: 'Name a key.' });
  }
  const inBucket = `/${key === undefined ? '' : encodeKey(key)}`;
  const hostname = addressing === 'virtual' ? `${bucket}.${endpoint.hostname}` : endpoint.hostname;
  return {
    hostname: bare(hostname),
    port: endpoint.port,
    host: endpoint.port === undefined ? hostname : `${hostname}:${endpoint.port}`,
    path: addressing === 'path' ? `/${bucket}${inBucket}` : inBucket,
    resource: `/${addressing === 'domain' ? endpoint.hostname : bucket}${inBucket}`,
  };
}

function bare(hostname: string): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
}

import { describe, expect, test } from 'vitest';
import {
  decodeListed,
  encodeKey,
  encodePart,
  encodeQuery,
  type QueryItem,
} from '../../../../../src/dataset-io/storage/obs/http/percent.js';
import {
  canonicalV4,
  hmacSignature,
  hmacStringToSign,
  type Signable,
  sha256Hex,
  signObs,
  signV2,
  signV4,
  v4Time,
} from '../../../../../src/dataset-io/storage/obs/native/signing.js';

interface Vector {
  readonly what: string;
  readonly request: Partial<Signable> & { readonly method: string };
  readonly stringToSign: string;
  readonly signature: string;
}

const request = (given: Partial<Signable>): Signable => ({
  method: 'GET',
  headers: {},
  resource: '/',
  path: '/',
  query: [],
  ...given,
});

describe('OBS', () => {
  const keys = {
    accessKey: 'AKEXAMPLE00000000001',
    secretKey: 'SKEXAMPLE0000000000000000000000000000001',
  };
  const date = 'Mon, 01 Jan 2024 00:00:00 GMT';
  const vectors: readonly Vector[] = [
    {
      what: 'an object is read',
      request: { method: 'GET', headers: { date }, resource: '/demo-bucket/dir1/file1.txt' },
      stringToSign: `GET\n\n\n${date}\n/demo-bucket/dir1/file1.txt`,
      signature: 'iR/NrcWrZZuXq0moIksguUxSaIg=',
    },
    {
      what: 'bytes are appended',
      request: {
        method: 'POST',
        headers: { date, 'content-type': 'application/octet-stream' },
        resource: '/demo-bucket/log.manifest',
        query: [['position', '42'], ['append']],
      },
      stringToSign: `POST\n\napplication/octet-stream\n${date}\n/demo-bucket/log.manifest?append&position=42`,
      signature: 'brz/LptGsi+LMqLtAmaBbFl3yt4=',
    },
    {
      what: 'temporary keys, and a date of its own',
      request: {
        method: 'PUT',
        headers: {
          'x-obs-security-token': 'STEXAMPLE',
          'content-type': 'text/plain',
          date: 'another',
          'x-obs-date': date,
        },
        resource: '/demo-bucket/dir1/file1.txt',
      },
      stringToSign: `PUT\n\ntext/plain\n\nx-obs-date:${date}\nx-obs-security-token:STEXAMPLE\n/demo-bucket/dir1/file1.txt`,
      signature: 'JmleaxyUoWtbkNNFm89KE5DGPuo=',
    },
  ];
  test.each(vectors)('$what', ({ request: given, stringToSign, signature }) => {
    expect(hmacStringToSign(request(given), 'x-obs-')).toBe(stringToSign);
    expect(signObs(request(given), keys)).toBe(`OBS ${keys.accessKey}:${signature}`);
  });

  test('what makes a request another operation is signed, and nothing else of the query', () => {
    const query: QueryItem[] = [
      ['uploadId', 'a=b&c d/é'],
      ['prefix', 'p'],
      ['marker', 'm'],
      ['max-keys', '10'],
      ['delimiter', '/'],
      ['encoding-type', 'url'],
      ['key-marker', 'k'],
      ['upload-id-marker', 'u'],
      ['partNumber', '7'],
      ['uploads'],
      ['delete'],
      ['rename'],
      ['name', 'new name'],
      ['modify'],
      ['append'],
      ['position', '5'],
    ];
    const text = hmacStringToSign(request({ query, resource: '/b/k' }), 'x-obs-');
    expect(text.split('/b/k')[1]).toBe(
      '?append&delete&modify&name=new name&partNumber=7&position=5&rename&uploadId=a=b&c d/é&uploads',
    );
  });
});

describe('AWS version 2, examples of its documentation', () => {
  const keys = {
    accessKey: 'AKIAIOSFODNN7EXAMPLE',
    secretKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  };
  const vectors: readonly Omit<Vector, 'stringToSign'>[] = [
    {
      what: 'object GET',
      request: {
        method: 'GET',
        headers: { date: 'Tue, 27 Mar 2007 19:36:42 +0000' },
        resource: '/johnsmith/photos/puppy.jpg',
      },
      signature: 'bWq2s1WEIj+Ydj0vQ697zp+IXMU=',
    },
    {
      what: 'object PUT',
      request: {
        method: 'PUT',
        headers: {
          'content-type': 'image/jpeg',
          'content-length': '94328',
          date: 'Tue, 27 Mar 2007 21:15:45 +0000',
        },
        resource: '/johnsmith/photos/puppy.jpg',
      },
      signature: 'MyyxeRY7whkBe+bq8fHCL/2kKUg=',
    },
    {
      what: 'list',
      request: {
        method: 'GET',
        headers: { date: 'Tue, 27 Mar 2007 19:42:41 +0000' },
        resource: '/johnsmith/',
        query: [
          ['prefix', 'photos'],
          ['max-keys', '50'],
          ['marker', 'puppy'],
        ],
      },
      signature: 'htDYFYduRNen8P9ZfE/s9SuKy0U=',
    },
    {
      what: 'fetch an ACL',
      request: {
        method: 'GET',
        headers: { date: 'Tue, 27 Mar 2007 19:44:46 +0000' },
        resource: '/johnsmith/',
        query: [['acl']],
      },
      signature: 'c2WLPFtWHVgbEmeEG93a4cG37dM=',
    },
    {
      what: 'upload to a custom domain',
      request: {
        method: 'PUT',
        headers: {
          'content-md5': '4gJE4saaMU4BqNR0kLY+lw==',
          'content-type': 'application/x-download',
          date: 'Tue, 27 Mar 2007 21:06:08 +0000',
          'x-amz-acl': 'public-read',
          'x-amz-meta-reviewedby': 'joe@johnsmith.net,jane@johnsmith.net',
          'x-amz-meta-filechecksum': '0x02661779',
          'x-amz-meta-checksumalgorithm': 'crc32',
        },
        resource: '/static.johnsmith.net/db-backup.dat.gz',
      },
      signature: 'ilyl83RwaSoYIEdixDQcA4OnAnc=',
    },
    {
      what: 'a key that is not ASCII',
      request: {
        method: 'GET',
        headers: { date: 'Wed, 28 Mar 2007 01:49:49 +0000' },
        resource: '/dictionary/fran%C3%A7ais/pr%c3%a9f%c3%a8re',
      },
      signature: 'DNEZGsoieTZ92F3bUfSPQcbGmlM=',
    },
  ];
  test.each(vectors)('$what', ({ request: given, signature }) => {
    expect(signV2(request(given), keys)).toBe(`AWS ${keys.accessKey}:${signature}`);
  });
});

describe('AWS version 4, examples of its documentation', () => {
  const keys = {
    accessKey: 'AKIAIOSFODNN7EXAMPLE',
    secretKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  };
  const time = v4Time(new Date(Date.UTC(2013, 4, 24)));
  const nothing = sha256Hex('');
  const common = {
    host: 'examplebucket.s3.amazonaws.com',
    'x-amz-date': time,
    'x-amz-content-sha256': nothing,
  };
  const vectors: readonly (Omit<Vector, 'stringToSign'> & { readonly signedHeaders: string })[] = [
    {
      what: 'GET object',
      request: { method: 'GET', path: '/test.txt', headers: { ...common, range: 'bytes=0-9' } },
      signedHeaders: 'host;range;x-amz-content-sha256;x-amz-date',
      signature: 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    },
    {
      what: 'PUT object',
      request: {
        method: 'PUT',
        path: `/${encodeKey('test$file.text')}`,
        headers: {
          ...common,
          date: 'Fri, 24 May 2013 00:00:00 GMT',
          'x-amz-storage-class': 'REDUCED_REDUNDANCY',
          'x-amz-content-sha256': sha256Hex('Welcome to Amazon S3.'),
        },
      },
      signedHeaders: 'date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class',
      signature: '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
    },
    {
      what: 'GET bucket lifecycle',
      request: { method: 'GET', headers: common, query: [['lifecycle']] },
      signedHeaders: 'host;x-amz-content-sha256;x-amz-date',
      signature: 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
    },
    {
      what: 'list objects',
      request: {
        method: 'GET',
        headers: common,
        query: [
          ['prefix', 'J'],
          ['max-keys', '2'],
        ],
      },
      signedHeaders: 'host;x-amz-content-sha256;x-amz-date',
      signature: '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
    },
  ];
  test('the time', () => {
    expect(time).toBe('20130524T000000Z');
  });
  test.each(vectors)('$what', ({ request: given, signedHeaders, signature }) => {
    expect(canonicalV4(request(given)).signedHeaders).toBe(signedHeaders);
    expect(signV4(request(given), keys, 'us-east-1', time)).toBe(
      `AWS4-HMAC-SHA256 Credential=${keys.accessKey}/20130524/us-east-1/s3/aws4_request,SignedHeaders=${signedHeaders},Signature=${signature}`,
    );
  });
});

test('the digest below both signatures is HMAC-SHA1 (RFC 2202, case 2)', () => {
  expect(hmacSignature('what do ya want for nothing?', 'Jefe')).toBe(
    Buffer.from('effcdf6ae5eb2fa2d27416d5f184df9c259a7c79', 'hex').toString('base64'),
  );
});

describe('percent-encoding', () => {
  test.each([
    ['å b+c.txt', '%C3%A5%20b%2Bc.txt'],
    ['AZaz09-._~', 'AZaz09-._~'],
    ["!'()*", '%21%27%28%29%2A'],
    ['/a//b/', '/a//b/'],
    ['%2F%', '%252F%25'],
    ['?#&=;:@$,', '%3F%23%26%3D%3B%3A%40%24%2C'],
    ['\x00\n\x7f', '%00%0A%7F'],
    ['图\u{1F600}', '%E5%9B%BE%F0%9F%98%80'],
  ])('of the key %j', (key, encoded) => {
    expect(encodeKey(key)).toBe(encoded);
    expect(encodePart(key)).toBe(encoded.replaceAll('/', '%2F'));
    expect(decodeURIComponent(encoded)).toBe(key);
  });

  test('of queries', () => {
    expect(encodeQuery([])).toBe('');
    expect(encodeQuery([['append'], ['position', '0'], ['marker', 'a/b c+d&e']])).toBe(
      'append&position=0&marker=a%2Fb%20c%2Bd%26e',
    );
  });

  test('half a character is an error', () => {
    expect(() => encodeKey('a\udc00')).toThrow(expect.objectContaining({ code: 'BadAddress' }));
  });

  test('as listings have it', () => {
    expect(decodeListed('a+b%2Bc/%E5%9B%BE%0A')).toBe('a b+c/图\n');
    expect(() => decodeListed('%')).toThrow(URIError);
  });
});

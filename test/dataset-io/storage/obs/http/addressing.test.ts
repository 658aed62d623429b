import { describe, expect, test } from 'vitest';
import {
  type Addressing,
  checkAddressing,
  parseEndpoint,
  targetOf,
} from '../../../../../src/dataset-io/storage/obs/http/addressing.js';
import { OptionError, StorageError } from '../../../../../src/model/index.js';

describe('an endpoint', () => {
  test.each([
    ['https://obs.cn-north-4.myhuaweicloud.com', true, 'obs.cn-north-4.myhuaweicloud.com', undefined],
    ['https://OBS.Example.com/', true, 'obs.example.com', undefined],
    ['https://obs.example.com:443', true, 'obs.example.com', undefined],
    ['https://obs.example.com:5443', true, 'obs.example.com', 5443],
    ['http://127.0.0.1:9000', false, '127.0.0.1', 9000],
    ['http://[::1]:9000', false, '[::1]', 9000],
  ])('%s', (text, secure, hostname, port) => {
    expect(parseEndpoint(text)).toEqual({ secure, hostname, port });
  });

  test.each([
    'obs.example.com',
    'obs://bucket',
    'ftp://obs.example.com',
    'https://',
    'https://obs.example.com/bucket',
    'https://obs.example.com?x',
    'https://obs.example.com#x',
    'https://key:s3cret@obs.example.com',
  ])('%s is none', (text) => {
    const parse = () => parseEndpoint(text);
    expect(parse).toThrow(OptionError);
    expect(parse).not.toThrow(/s3cret/);
  });

  test.each(['http://127.0.0.1', 'https://[::1]'])('a bucket does not go in front of %s', (text) => {
    const endpoint = parseEndpoint(text);
    expect(() => checkAddressing(endpoint, 'virtual')).toThrow(OptionError);
    checkAddressing(endpoint, 'path');
    checkAddressing(parseEndpoint('https://obs.example.com'), 'virtual');
  });
});

describe('a request', () => {
  const at = (endpoint: string, addressing: Addressing, bucket: string, key?: string) =>
    targetOf(parseEndpoint(endpoint), addressing, bucket, key);

  test.each([
    {
      addressing: 'virtual',
      endpoint: 'https://obs.example.com',
      key: 'a b/c',
      expected: {
        hostname: 'data.obs.example.com',
        port: undefined,
        host: 'data.obs.example.com',
        path: '/a%20b/c',
        resource: '/data/a%20b/c',
      },
    },
    {
      addressing: 'virtual',
      endpoint: 'https://obs.example.com:5443',
      key: undefined,
      expected: {
        hostname: 'data.obs.example.com',
        port: 5443,
        host: 'data.obs.example.com:5443',
        path: '/',
        resource: '/data/',
      },
    },
    {
      addressing: 'path',
      endpoint: 'http://127.0.0.1:9000',
      key: '/x//y',
      expected: {
        hostname: '127.0.0.1',
        port: 9000,
        host: '127.0.0.1:9000',
        path: '/data//x//y',
        resource: '/data//x//y',
      },
    },
    {
      addressing: 'path',
      endpoint: 'http://[::1]:9000',
      key: 'x',
      expected: {
        hostname: '::1',
        port: 9000,
        host: '[::1]:9000',
        path: '/data/x',
        resource: '/data/x',
      },
    },
    {
      addressing: 'domain',
      endpoint: 'https://Files.Example.com:8443',
      key: 'x',
      expected: {
        hostname: 'files.example.com',
        port: 8443,
        host: 'files.example.com:8443',
        path: '/x',
        resource: '/files.example.com/x',
      },
    },
  ] as const)('$addressing at $endpoint', ({ endpoint, addressing, key, expected }) => {
    expect(at(endpoint, addressing, 'data', key)).toEqual(expected);
  });

  test.each(['', 'a/b', 'a b', '..', '.a', 'a@b', 'a:b', 'a\r\nb', 'é'])(
    'no bucket is called %j',
    (bucket) => {
      expect(() => at('https://obs.example.com', 'virtual', bucket, 'k')).toThrow(StorageError);
    },
  );

  test('no object has an empty key', () => {
    expect(() => at('https://obs.example.com', 'virtual', 'data', '')).toThrow(StorageError);
  });
});

import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { canonicalRequest, sdkDate, signRequest } from '../../../src/cloud/service/signing.js';

const keys = { accessKey: 'AKEXAMPLE00000000001', secretKey: 'SKEXAMPLE0000000000000000000000000000001' };
const host = 'modelarts.cn-north-4.myhuaweicloud.com';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

test.each([
  [
    'A: a query of another script',
    'GET',
    '/v2/p0/datasets?limit=10&offset=0&search_content=%E4%B8%AD%20%E6%96%87',
    {},
    undefined,
    '53be689ba97e399b8fe6dd1ab411ee621c3ddde30c85304b55c53c55569a8c15',
    'beef3d74606244ca15bdbe40c7547f3e89d286da8a71f0cb4ef91a807855659c',
  ],
  [
    'B: a body',
    'POST',
    '/v2/p0/datasets',
    {},
    '{"dataset_name":"demo","dataset_type":0}',
    '3174439376ea327dabc1539d5317d6d48d4043f054aa8cd2920c83e780a6a577',
    'e43f71e47f931aa3c99307a440c78d5277cb04fcea3b0793dcaa219fd56bf2b1',
  ],
  [
    'C: more headers',
    'GET',
    '/v2/p0/datasets',
    { 'x-project-id': 'p0', 'x-security-token': 'STEXAMPLE' },
    undefined,
    '0cfc12c513d48bb4c15965537cdc95626959de267b899c7597cee7bd29f99661',
    '20bec554d42112be52614f0ffaf480fa3a76444bd5f758905cc5108614ef1dcc',
  ],
  [
    'D: a path of another script, encoded once',
    'DELETE',
    '/v2/p0/datasets/d0/data-annotations/labels/%E8%8D%89%E8%8E%93?delete_source=false',
    {},
    undefined,
    'cb13e9aaa467afa73941a3ee2137c8e5d726372e10856eb0345b41ca4f7a5fe2',
    '0b1155ad55e8b8fcf7eabfaec8505280d66686d9ec2339fa4c1624322bdc2c1f',
  ],
])('vector %s', (_, method, target, more, body, canonical, signature) => {
  const headers = { host, 'x-sdk-date': '20240101T000000Z', 'content-type': 'application/json', ...more };
  const request = { method, url: new URL(`https://${host}${target}`), headers, body };
  expect(sha256(canonicalRequest(request))).toBe(canonical);
  const names = Object.keys(headers).sort().join(';');
  expect(signRequest(request, keys)).toBe(
    `SDK-HMAC-SHA256 Access=${keys.accessKey}, SignedHeaders=${names}, Signature=${signature}`,
  );
});

test('the published vector, as far as it can be checked without its key', () => {
  const published = {
    method: 'GET',
    url: new URL(
      'https://service.region.example.com/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs?limit=2&marker=13551d6b-755d-4757-b956-536f674975c0',
    ),
    headers: {
      host: 'service.region.example.com',
      'x-sdk-date': '20191115T033655Z',
      'content-type': 'application/json',
    },
    body: undefined,
  };
  expect(sha256(canonicalRequest(published))).toBe(
    'b25362e603ee30f4f25e7858e8a7160fd36e803bb2dfe206278659d71a9bcd7a',
  );
});

test('the date has no fractions and no separators', () => {
  expect(sdkDate(new Date('2024-01-31T23:59:59.987Z'))).toBe('20240131T235959Z');
});

test('queries are sorted by name, then by value; a body may bring its own digest', () => {
  const headers = { host: 'h', 'x-sdk-date': '20240101T000000Z', 'x-sdk-content-sha256': 'UNSIGNED' };
  const url = new URL("https://h/a/?b=2&a=z&b=1&c&a='(*)!");
  expect(canonicalRequest({ method: 'PUT', url, headers, body: 'x' })).toBe(
    'PUT\n/a/\na=%27%28%2A%29%21&a=z&b=1&b=2&c=\nhost:h\nx-sdk-content-sha256:UNSIGNED\nx-sdk-date:20240101T000000Z\n\nhost;x-sdk-content-sha256;x-sdk-date\nUNSIGNED',
  );
});

import { type Signable, sha256Hex, signV4, v4Time } from '../../src/dataset-io/storage/obs/native/signing.js';
import type { ObsCredentials } from '../../src/dataset-io/storage/obs/wire.js';

/** A server that `scripts/real-servers/run.mjs` started. */
export interface RealServer {
  readonly name: string;
  readonly endpoint: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

/** The servers that run, as they were told by the environment. */
export function runningServers(): readonly RealServer[] {
  const told = process.env['LABELKIT_REAL_SERVERS'] ?? '';
  if (told === '') throw new Error('These tests need servers, which `npm run test:real` starts.');
  return JSON.parse(told) as readonly RealServer[];
}

/** A variable that must be there. */
export function required(name: string): string {
  const value = process.env[name] ?? '';
  if (value === '') throw new Error(`${name} is not set; \`npm run test:obs\` says what it needs.`);
  return value;
}

/** Makes a bucket, which is nothing that the storage does. */
export async function makeBucket(server: RealServer, bucket: string): Promise<void> {
  const url = new URL(`/${bucket}/`, server.endpoint);
  const time = v4Time(new Date());
  const headers: Record<string, string> = {
    host: url.host,
    'x-amz-date': time,
    'x-amz-content-sha256': sha256Hex(''),
  };
  const signable: Signable = {
    method: 'PUT',
    headers,
    resource: url.pathname,
    path: url.pathname,
    query: [],
  };
  const credentials: ObsCredentials = server;
  headers['authorization'] = signV4(signable, credentials, 'us-east-1', time);
  const answer = await fetch(url, { method: 'PUT', headers });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${server.name} does not make a bucket: ${answer.status} ${text}`);
}

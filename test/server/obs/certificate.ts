import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';
import type { CertificateOptions } from './options.js';

/**
 * A self-signed X.509 certificate for a P-256 key made on the spot, written in DER by hand: no program and no stored
 * key is needed. It is its own authority, so a client that is given it as `ca` trusts the server.
 */
export function makeCertificate(options: CertificateOptions): {
  readonly key: string;
  readonly cert: string;
} {
  const day = 86_400_000;
  const {
    names = ['obs.test', '*.obs.test', 'localhost', '127.0.0.1'],
    notBefore = Date.now() - day,
    notAfter = Date.now() + 3650 * day,
  } = options;
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const subjectPublicKey = publicKey.export({ type: 'spki', format: 'der' });
  const algorithm = sequence(objectId('2a8648ce3d040302')); // ecdsa-with-SHA256
  const name = sequence(
    der(0x31, sequence(objectId('550403'), der(0x0c, Buffer.from('labelkit test server')))),
  );
  const serial = randomBytes(16);
  serial[0] = (serial[0]! & 0x7f) | 0x40; // positive, and as long as it looks
  const keyId = createHash('sha1').update(subjectPublicKey).digest();
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))), // version 3
    der(0x02, serial),
    algorithm,
    name,
    sequence(time(notBefore), time(notAfter)),
    name,
    subjectPublicKey,
    der(
      0xa3,
      sequence(
        extension('551d13', true, sequence(der(0x01, Buffer.from([0xff])))), // basicConstraints: CA
        extension('551d0e', false, der(0x04, keyId)), // subjectKeyIdentifier
        extension('551d11', false, sequence(...names.map(alternativeName))), // subjectAltName
      ),
    ),
  );
  const signature = sign('sha256', body, privateKey);
  const certificate = sequence(body, algorithm, der(0x03, Buffer.concat([Buffer.from([0]), signature])));
  return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), cert: pem(certificate) };
}

/** Tag, length, content. */
function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const sequence = (...members: readonly Buffer[]): Buffer => der(0x30, Buffer.concat(members));
const objectId = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));

const extension = (id: string, critical: boolean, value: Buffer): Buffer =>
  sequence(objectId(id), ...(critical ? [der(0x01, Buffer.from([0xff]))] : []), der(0x04, value));

const alternativeName = (name: string): Buffer =>
  isIPv4(name) ? der(0x87, Buffer.from(name.split('.').map(Number))) : der(0x82, Buffer.from(name, 'latin1'));

/** UTCTime before 2050, GeneralizedTime from then on. */
function time(at: number): Buffer {
  const text = new Date(at).toISOString().replace(/[-:T]|\.\d+/g, '');
  return text >= '2050' ? der(0x18, Buffer.from(text)) : der(0x17, Buffer.from(text.slice(2)));
}

const pem = (bytes: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${bytes.toString('base64').replace(/.{64}(?=.)/g, '$&\n')}\n-----END CERTIFICATE-----\n`;

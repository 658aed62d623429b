import { X509Certificate } from 'node:crypto';
import * as tls from 'node:tls';
import { OptionError } from '../../../../model/index.js';

const pemCertificate = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

/**
 * A context that trusts some authorities besides the usual ones. Those are what Node trusts by default where it
 * can be asked (from 22.15 on), before that the ones it brings along, without `NODE_EXTRA_CA_CERTS`.
 *
 * @param pem one or more certificates
 * @throws OptionError when there is none in it, or one that cannot be read
 */
export function trusting(pem: string): tls.SecureContext {
  const extra = pem.match(pemCertificate) ?? [];
  try {
    for (const certificate of extra) new X509Certificate(certificate);
    if (extra.length === 0) throw new Error('it has no BEGIN CERTIFICATE');
  } catch (error) {
    throw new OptionError('what is given as ca cannot be read as certificates', {
      hint: 'Give the certificates of the authorities in PEM, -----BEGIN CERTIFICATE-----.',
      cause: error,
    });
  }
  return tls.createSecureContext({ ca: [...usualAuthorities(), ...extra] });
}

function usualAuthorities(): readonly string[] {
  const { getCACertificates } = tls as { getCACertificates?: (type: 'default') => readonly string[] };
  return getCACertificates?.('default') ?? tls.rootCertificates;
}

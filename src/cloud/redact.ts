/** Names of headers and fields whose values are secret, or content of samples, lower-case and without separators. */
const secretNames = new Set([
  'accesskey',
  'ak',
  'authorization',
  'cookie',
  'password',
  'sampledata',
  'secretkey',
  'securitytoken',
  'setcookie',
  'sk',
  'token',
  'userpassword',
  'xamzsecuritytoken',
  'xauthtoken',
  'xobssecuritytoken',
  'xsecuritytoken',
  'xsubjecttoken',
]);

const redacted = '[redacted]';

/** True for the name of a header or field whose value must not be shown, in any spelling: `X-Auth-Token`, `secret_key`. */
export function isSecretName(name: string): boolean {
  return secretNames.has(name.toLowerCase().replace(/[^a-z0-9]/g, ''));
}

/** An access key as it may be shown: its first 4 characters and `…`. */
export function maskAccessKey(accessKey: string): string {
  return `${accessKey.slice(0, 4)}…`;
}

/**
 * A URL as it may be shown: scheme, host and path. User names, passwords, query and fragment go, because signed
 * URLs carry keys there. A text that is no URL loses what follows its first `?`.
 */
export function redactUrl(url: string): string {
  return url.replace(/[?#][\s\S]*$/, '').replace(/^([A-Za-z][A-Za-z0-9+.-]*:\/\/)[^/@]*@/, '$1');
}

/** A text with every URL in it as {@link redactUrl} shows it. */
export function redactText(text: string): string {
  return text.replace(/[A-Za-z][A-Za-z0-9+.-]*:\/\/[^\s"'<>]+/g, redactUrl);
}

/** Addresses of people. What looks so in a path or a URL is left: `obs://bucket/a@b.jpg`. */
const email = /(?<![\w.+\-/@])[\w.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}/g;

/**
 * A text of a service as it may be shown: URLs as {@link redactUrl} shows them, no e-mail addresses, and none of these
 * secrets, should the service have repeated one.
 */
export function redactMessage(text: string, secrets: readonly string[] = []): string {
  let shown = text;
  for (const secret of secrets) if (secret.length >= 4) shown = shown.replaceAll(secret, redacted);
  return redactText(shown).replace(email, '[e-mail]');
}

/** Texts under secret names anywhere in a value. */
export function secretsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, field]) =>
    typeof field === 'string' && isSecretName(name) ? [field] : secretsIn(field),
  );
}

/**
 * A copy of a value for logs: what stands under a secret name becomes `[redacted]`, texts are as {@link redactMessage}
 * shows them. Objects of classes are taken as their `toJSON` gives them.
 */
export function redactFields(value: unknown): unknown {
  if (typeof value === 'string') return redactMessage(value);
  if (Array.isArray(value)) return value.map(redactFields);
  if (typeof value !== 'object' || value === null) return value;
  if ('toJSON' in value && typeof value.toJSON === 'function') return redactFields(value.toJSON());
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name, isSecretName(name) ? redacted : redactFields(field)]),
  );
}

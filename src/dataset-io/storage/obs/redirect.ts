import { isIP } from 'node:net';

/**
 * Where a redirect leads to, as an endpoint for the same request, or undefined when it leaves the domain of
 * the endpoint that was configured: keys and data go nowhere else, whatever an answer says.
 *
 * @param location as an engine gives it, `https://host:port`
 * @param endpoint the configured one
 * @param bucket its name in front of the host is taken off: the engine puts it there itself
 */
export function redirectTarget(location: string, endpoint: string, bucket: string): string | undefined {
  if (!URL.canParse(location) || !URL.canParse(endpoint)) return undefined;
  const to = new URL(location);
  const from = new URL(endpoint);
  if (to.protocol !== from.protocol && to.protocol !== 'https:') return undefined;
  const home = from.hostname;
  if (to.hostname !== home && !isBelow(to.hostname, domainOf(home))) return undefined;
  const named = `${bucket}.`;
  const host =
    to.hostname.startsWith(named) && to.hostname !== home ? to.hostname.slice(named.length) : to.hostname;
  return `${to.protocol}//${host}${to.port === '' ? '' : `:${to.port}`}`;
}

/** `obs.<region>.example.com` answers for `example.com`; any other host for itself and what is below it. */
function domainOf(host: string): string {
  const labels = host.split('.');
  return labels[0] === 'obs' && labels.length >= 4 && isIP(host) === 0 ? labels.slice(2).join('.') : host;
}

function isBelow(host: string, domain: string): boolean {
  return isIP(domain) === 0 && host.endsWith(`.${domain}`);
}

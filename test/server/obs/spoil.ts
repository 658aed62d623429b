import { Content } from './content.js';
import type { Reply } from './exchange.js';
import type { FaultAction } from './faults.js';
import { flip } from './wire.js';

/** The answer as the fault plan lets it arrive. */
export function spoil(reply: Reply, fault: FaultAction | undefined): Reply {
  const headers = { ...reply.headers };
  const body = reply.body ?? Content.empty;
  const isXml = headers['content-type'] === 'application/xml';
  switch (fault?.kind) {
    case 'etag': {
      const etag = fault.etag ?? '0'.repeat(32);
      if (headers['etag'] !== undefined) headers['etag'] = `"${etag}"`;
      if (!isXml) return { ...reply, headers };
      const text = body
        .toBuffer()
        .toString()
        .replace(/<ETag>[^<]*</g, `<ETag>"${etag}"<`);
      return { ...reply, headers, body: Content.of(text) };
    }
    case 'content-length':
      if (fault.delta < 0) return { ...reply, body: body.slice(0, Math.max(0, body.size + fault.delta)) };
      return { ...reply, headers: { ...headers, 'content-length': String(body.size + fault.delta) } };
    case 'headers':
      for (const name of fault.remove ?? []) delete headers[name.toLowerCase()];
      return { ...reply, headers: { ...headers, ...fault.set } };
    case 'truncated-xml':
      if (!isXml) return reply;
      return { ...reply, body: body.slice(0, fault.bytes ?? Math.floor(body.size / 2)) };
    case 'corrupt': {
      const at = fault.at ?? 0;
      if (fault.body !== 'response' || at >= body.size) return reply;
      const wrong = flip(body.slice(at, at + 1).toBuffer(), 0);
      return {
        ...reply,
        body: Content.join([body.slice(0, at), Content.of(wrong), body.slice(at + 1, body.size)]),
      };
    }
    default:
      return reply;
  }
}

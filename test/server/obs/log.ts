import type { FaultAction } from './faults.js';
import type { Operation, ParsedRequest } from './request.js';
import type { Scheme } from './signatures.js';

/** One request, from its first line on; the fields without `readonly` come as it goes along. */
export interface LoggedRequest {
  /** From 1, in the order in which they came; does not start again when the log is cleared. */
  readonly number: number;
  readonly operation: Operation;
  readonly method: string;
  readonly bucket: string | undefined;
  readonly key: string | undefined;
  /** Without signatures and tokens. */
  readonly query: Readonly<Record<string, string>>;
  /** Lower-case names; without `authorization`, tokens and customer keys. */
  readonly headers: Readonly<Record<string, string>>;
  /** Set once the signature was found right; `anonymous` when none was needed. */
  scheme?: Scheme | 'anonymous';
  /** Bytes of the body read. */
  received: number;
  /** Bytes of the answer's body handed to the connection. */
  sent: number;
  /** Of the answer; undefined when none was begun. */
  status?: number;
  /** The OBS error code of the answer. */
  code?: string;
  /** What was made to go wrong. */
  fault?: FaultAction['kind'];
  /** `open` until the answer is complete (`done`) or the connection is gone (`cut`). */
  state: 'open' | 'done' | 'cut';
}

const secretHeaders = /^(?:authorization|cookie|x-(?:obs|amz)-security-token|.*-customer-key)$/;
const secretQuery =
  /^(?:Signature|AccessKeyId|AWSAccessKeyId|x-(?:obs|amz)-security-token|X-Amz-(?:Signature|Credential|Security-Token))$/;

export function logRequest(number: number, request: ParsedRequest): LoggedRequest {
  const { operation, method, bucket, key } = request;
  const open = ([name]: readonly [string, unknown], secret: RegExp): boolean => !secret.test(name);
  return {
    number,
    operation,
    method,
    bucket,
    key,
    query: Object.fromEntries(
      request.query.filter((entry) => open(entry, secretQuery)).map(([name, value]) => [name, value ?? '']),
    ),
    headers: Object.fromEntries([...request.headers].filter((entry) => open(entry, secretHeaders))),
    received: 0,
    sent: 0,
    state: 'open',
  };
}

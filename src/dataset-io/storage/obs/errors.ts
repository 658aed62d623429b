import { AbortedError, type ErrorCode, type ErrorDetails, StorageError } from '../../../model/index.js';
import { failAfter } from '../pour.js';
import type { ObsAddress } from './address.js';
import type { WireFault } from './wire.js';

export interface ObsErrorDetails extends ErrorDetails {
  readonly status?: number | undefined;
  readonly serviceCode?: string | undefined;
  readonly requestId?: string | undefined;
  readonly retryable?: boolean | undefined;
  readonly mayHaveApplied?: boolean | undefined;
}

/** Object storage failed. Never holds keys or tokens. */
export class ObsError extends StorageError {
  override readonly name = 'ObsError';
  /** HTTP status of the last answer, if there was one. */
  readonly status: number | undefined;
  /** The service's own code: `NoSuchKey`, `SlowDown`… Empty when it gave none. */
  readonly serviceCode: string;
  /** What the operators of the service want to know. */
  readonly requestId: string | undefined;
  /** True when the same call may succeed later, without anything being changed. */
  readonly retryable: boolean;
  /** True when the change that was asked for may have been made all the same. */
  readonly mayHaveApplied: boolean;

  constructor(code: ErrorCode, message: string, details: ObsErrorDetails = {}) {
    super(code, message, details);
    this.status = details.status;
    this.serviceCode = details.serviceCode ?? '';
    this.requestId = details.requestId;
    this.retryable = details.retryable ?? false;
    this.mayHaveApplied = details.mayHaveApplied ?? false;
  }
}

/** What was being done, for the message. */
export interface Doing {
  /** Reads on after "cannot": `read`, `write`, `list`… */
  readonly verb: string;
  readonly at: ObsAddress;
}

/** The largest difference of clocks that the service puts up with. */
const maxSkewMs = 15 * 60_000;

const certificateCode =
  /CERT|SELF_SIGNED|UNABLE_TO_GET_ISSUER|UNABLE_TO_VERIFY|HOSTNAME_MISMATCH|ERR_TLS|ERR_SSL|EPROTO/;

/** True when the connection failed over trust, which trying again does not mend. */
export function isCertificateFault(fault: WireFault): boolean {
  return fault.networkCode !== undefined && certificateCode.test(fault.networkCode);
}

interface Verdict {
  readonly code: ErrorCode;
  /** Reads on after the colon. */
  readonly why: string;
  readonly hint: string;
}

const byServiceCode: Readonly<Record<string, ErrorCode>> = {
  NoSuchKey: 'NotFound',
  NoSuchBucket: 'NotFound',
  NoSuchUpload: 'ConcurrentModification',
  NoSuchVersion: 'NotFound',
  AccessDenied: 'AccessDenied',
  AllAccessDisabled: 'AccessDenied',
  InArrearOrInsufficientBalance: 'AccessDenied',
  InvalidAccessKeyId: 'BadCredentials',
  SignatureDoesNotMatch: 'BadCredentials',
  InvalidSecurity: 'BadCredentials',
  InvalidSecurityToken: 'BadCredentials',
  InvalidToken: 'BadCredentials',
  ExpiredToken: 'BadCredentials',
  TokenRefreshRequired: 'BadCredentials',
  RequestTimeTooSkewed: 'ClockSkew',
  VirtualHostDomainRequired: 'BadAddress',
  InvalidBucketName: 'BadAddress',
  InvalidObjectName: 'BadAddress',
  InvalidURI: 'BadAddress',
  KeyTooLong: 'BadAddress',
  KeyTooLongError: 'BadAddress',
  PreconditionFailed: 'ConcurrentModification',
  PositionNotEqualToLength: 'ConcurrentModification',
  OperationAborted: 'ConcurrentModification',
  ObjectNotAppendable: 'NotAppendable',
  AppendTooLarge: 'NotAppendable',
  FsNotSupport: 'Unsupported',
  OperationNotSupported: 'Unsupported',
  MethodNotAllowed: 'Unsupported',
  NotImplemented: 'Unsupported',
  InvalidObjectState: 'Unsupported',
  InsufficientStorageSpace: 'NoSpace',
  QuotaExceeded: 'NoSpace',
  SlowDown: 'Throttled',
  TooManyRequests: 'Throttled',
  ServiceUnavailable: 'Throttled',
  RequestTimeout: 'Timeout',
};

const byStatus: Readonly<Record<number, ErrorCode>> = {
  301: 'BadAddress',
  302: 'BadAddress',
  307: 'BadAddress',
  401: 'BadCredentials',
  403: 'AccessDenied',
  404: 'NotFound',
  405: 'Unsupported',
  408: 'Timeout',
  412: 'ConcurrentModification',
  429: 'Throttled',
  501: 'Unsupported',
  503: 'Throttled',
};

/** The stable code for a fault that is going to be an error. */
function codeOf(fault: WireFault, now: number): ErrorCode {
  if (fault.kind === 'timeout') return 'Timeout';
  if (fault.kind === 'network') return 'Unreachable';
  // A page of something else that answers there says nothing about objects.
  const isForeign = fault.kind === 'malformed' && fault.serviceCode === '';
  if (isForeign && ((fault.status ?? 200) < 300 || fault.status === 404)) return 'Io';
  const byCode = byServiceCode[fault.serviceCode];
  if (byCode !== undefined) return byCode;
  // The answer to a HEAD has no body that could say why.
  if (fault.status === 403 && fault.serviceCode === '' && skewOf(fault, now) > maxSkewMs) return 'ClockSkew';
  return byStatus[fault.status ?? 0] ?? 'Io';
}

function skewOf(fault: WireFault, now: number): number {
  return fault.serverDate === undefined ? 0 : Math.abs(fault.serverDate.getTime() - now);
}

/** @param now the clock here, in ms since 1970 */
function verdictOf(fault: WireFault, { at }: Doing, now: number): Verdict {
  const code = codeOf(fault, now);
  const said = fault.serviceCode === '' ? `status ${fault.status}` : fault.serviceCode;
  switch (code) {
    case 'NotFound':
      return fault.serviceCode === 'NoSuchBucket'
        ? {
            code,
            why: `the bucket ${at.bucket} does not exist`,
            hint: 'Check the name of the bucket, and that the endpoint is that of its region.',
          }
        : { code, why: 'it does not exist', hint: 'Check the bucket and the key: capital letters matter.' };
    case 'BadCredentials':
      return { code, ...credentialAdvice(fault.serviceCode) };
    case 'ClockSkew':
      return {
        code,
        why: `the clock here says ${timeOf(now)}, that of the service ${fault.serverDate === undefined ? 'another time' : timeOf(fault.serverDate.getTime())}`,
        hint: 'Set the clock of this machine; the service accepts 15 minutes of difference.',
      };
    case 'AccessDenied':
      return {
        code,
        why: `the service denies access (${said})`,
        hint: 'Ask for the permission on this bucket and key; without the one to list, a missing object is denied too.',
      };
    case 'BadAddress':
      return addressAdvice(fault, said);
    case 'Throttled':
      return {
        code,
        why: `the service asks to slow down (${said})`,
        hint: 'Try again later, or with fewer transfers at a time.',
      };
    case 'Timeout':
      return {
        code,
        why: 'there was no answer in time',
        hint: 'Try again; on a slow network raise idleTimeoutMs or deadlineMs.',
      };
    case 'Unreachable':
      return { code, ...networkAdvice(fault) };
    case 'ConcurrentModification':
      return {
        code,
        why: `another writer changed it meanwhile (${said})`,
        hint: 'Look at what is there now, and start again.',
      };
    case 'NotAppendable':
      return {
        code,
        why: `the object cannot be appended to (${said})`,
        hint: 'Allow it to be rewritten (append: rewrite), or write to a new key.',
      };
    case 'NoSpace':
      return {
        code,
        why: `the quota is used up (${said})`,
        hint: 'Ask for more, or delete what is not needed.',
      };
    case 'Unsupported':
      return fault.serviceCode === 'InvalidObjectState'
        ? { code, why: 'the object is archived', hint: 'Restore it first, then read it.' }
        : {
            code,
            why: `the service does not offer this here (${said})`,
            hint: 'Use another bucket or endpoint.',
          };
    default:
      return fault.kind === 'malformed'
        ? {
            code,
            why: `the answer makes no sense (${fault.message})`,
            hint: 'Check that the endpoint is one of object storage and that no proxy changes what it says.',
          }
        : {
            code,
            why: `the service failed (${said})`,
            hint: 'Try again; if it lasts, give the service the request id.',
          };
  }
}

function credentialAdvice(serviceCode: string): { why: string; hint: string } {
  switch (serviceCode) {
    case 'InvalidAccessKeyId':
      return { why: 'the service does not know the access key', hint: 'Check the access key.' };
    case 'SignatureDoesNotMatch':
      return {
        why: 'the signature does not match the access key',
        hint: 'Check the secret key; for services other than OBS check the kind of signature too.',
      };
    default:
      return {
        why: `the security token is not valid, or no longer (${serviceCode || 'no reason given'})`,
        hint: 'Get new temporary keys with their token.',
      };
  }
}

function addressAdvice(fault: WireFault, said: string): Verdict {
  if (fault.location !== undefined) {
    return {
      code: 'BadAddress',
      why: `the service points to ${fault.location}, and was not followed there`,
      hint: `If you trust it, set the endpoint to ${fault.location}.`,
    };
  }
  if (fault.serviceCode === 'VirtualHostDomainRequired') {
    return {
      code: 'BadAddress',
      why: 'the service wants the bucket in the host name',
      hint: 'Use addressing: virtual (no path style), with a host name as endpoint.',
    };
  }
  return {
    code: 'BadAddress',
    why: `the service refuses the name (${said})`,
    hint: 'Check bucket and key: 3 to 63 small letters, digits, - and . for a bucket, up to 1024 bytes for a key.',
  };
}

function networkAdvice(fault: WireFault): { why: string; hint: string } {
  const { networkCode } = fault;
  const named = networkCode === undefined ? '' : ` (${networkCode})`;
  if (isCertificateFault(fault)) {
    return {
      why: `the certificate of the service is not trusted${named}`,
      hint: 'For a private cloud give the certificate of its authority (caFile).',
    };
  }
  switch (networkCode) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return {
        why: `the host name has no address${named}`,
        hint: 'Check the endpoint, the bucket, and the network; a server without names for buckets needs addressing: path.',
      };
    case 'ECONNREFUSED':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return {
        why: `nothing answers there${named}`,
        hint: 'Check the endpoint with its port, and the network.',
      };
    default:
      return { why: `the connection broke${named}`, hint: 'Check the network and try again.' };
  }
}

function timeOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/**
 * The error for a fault that is not going to be tried again.
 *
 * @param retryable whether a later call may succeed
 * @param mayHaveApplied whether any of the tries may have changed something
 * @param now the clock here, in ms since 1970
 */
export function obsError(
  fault: WireFault,
  doing: Doing,
  now: number,
  state: { readonly retryable: boolean; readonly mayHaveApplied: boolean },
): ObsError {
  const { code, why, hint } = verdictOf(fault, doing, now);
  return new ObsError(code, `cannot ${doing.verb} ${doing.at.path}: ${why}`, {
    path: doing.at.path,
    hint,
    status: fault.status,
    serviceCode: fault.serviceCode,
    requestId: fault.requestId,
    cause: fault,
    ...state,
  });
}

/** An error of our own finding, in the same words. */
export function obsFailure(
  code: ErrorCode,
  doing: Doing,
  why: string,
  hint: string,
  details: ObsErrorDetails = {},
): ObsError {
  return new ObsError(code, `cannot ${doing.verb} ${doing.at.path}: ${why}`, {
    ...details,
    path: doing.at.path,
    hint,
  });
}

/** The same error with other words, or with more to say. */
export function restate(error: ObsError, message: string, changes: ObsErrorDetails = {}): ObsError {
  const { code, path, hint, status, serviceCode, requestId, retryable, mayHaveApplied, cause } = error;
  return new ObsError(code, message, {
    ...(path === undefined ? {} : { path }),
    ...(hint === undefined ? {} : { hint }),
    status,
    serviceCode,
    requestId,
    retryable,
    mayHaveApplied,
    cause,
    ...changes,
  });
}

/** The same error, for when something was asked for before that may have been done. */
export function asUnclear(error: unknown): unknown {
  if (!(error instanceof ObsError) || error.mayHaveApplied) return error;
  return restate(error, error.message, { mayHaveApplied: true });
}

/** Cleans up and rejects with `error`; when the cleaning up fails too, the error says both. */
export async function failAfterCleaning(
  error: unknown,
  path: string,
  cleanUp: () => Promise<void>,
): Promise<never> {
  if (!(error instanceof ObsError)) return await failAfter(error, path, cleanUp);
  try {
    await cleanUp();
  } catch (left) {
    const also = left instanceof Error ? left.message : String(left);
    throw restate(error, `${error.message}; cleaning up failed too: ${also}`);
  }
  throw error;
}

/** For `catch`: {@link asUnclear}, thrown. */
export function rethrowUnclear(error: unknown): never {
  throw asUnclear(error);
}

/** True for an `ObsError` with this code of ours, or of the service. */
export function isObsError(error: unknown, code: string): error is ObsError {
  return error instanceof ObsError && (error.code === code || error.serviceCode === code);
}

/** True when the caller gave up; nothing is to be tried again then. */
export function isAbort(error: unknown): boolean {
  return error instanceof AbortedError || (error instanceof Error && error.name === 'AbortError');
}

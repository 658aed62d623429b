import { type ErrorCode, type ErrorDetails, LabelkitError } from '../../model/index.js';

/** Which service a request goes to. */
export type ServiceName = 'modelarts' | 'iam';

/** What is known of a request that was refused. */
export interface ServiceErrorFacts {
  readonly service: ServiceName;
  readonly method: string;
  /** The path with its parameters by name: `/v2/{project_id}/datasets`. */
  readonly path: string;
  /** HTTP status; absent when no answer came. */
  readonly status?: number | undefined;
  /** `ModelArts.4352`, as the service gave it. */
  readonly errorCode?: string | undefined;
  readonly requestId?: string | undefined;
  /** What the service says would help. */
  readonly solution?: string | undefined;
  /** The same request may succeed later. */
  readonly retryable?: boolean | undefined;
  /** The request may have been carried out, though it failed. */
  readonly mayHaveApplied?: boolean | undefined;
}

/** A service refused a request, failed, or could not be reached. */
export class ServiceError extends LabelkitError {
  override readonly name = 'ServiceError';
  readonly service: ServiceName;
  readonly method: string;
  readonly status: number | undefined;
  readonly errorCode: string | undefined;
  readonly requestId: string | undefined;
  readonly solution: string | undefined;
  readonly retryable: boolean;
  readonly mayHaveApplied: boolean;

  constructor(code: ErrorCode, message: string, facts: ServiceErrorFacts, details: ErrorDetails = {}) {
    super(code, message, { path: `${facts.method} ${facts.path}`, ...details });
    this.service = facts.service;
    this.method = facts.method;
    this.status = facts.status;
    this.errorCode = facts.errorCode;
    this.requestId = facts.requestId;
    this.solution = facts.solution;
    this.retryable = facts.retryable ?? false;
    this.mayHaveApplied = facts.mayHaveApplied ?? false;
  }
}

/** What an answer says went wrong, whatever its shape. */
export interface Refusal {
  readonly errorCode: string | undefined;
  readonly message: string | undefined;
  readonly solution: string | undefined;
  readonly requestId: string | undefined;
}

/**
 * Reads the envelopes of all services: `error_code`/`error_msg`, `error_message` beside `is_success`, the nested `error`
 * of IAM, and their camelCase spellings.
 *
 * @returns undefined when the body says nothing of a failure
 */
export function refusalOf(body: unknown): Refusal | undefined {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return undefined;
  const outer = body as Record<string, unknown>;
  const nested = outer['error'];
  const inner =
    typeof nested === 'object' && nested !== null && !Array.isArray(nested)
      ? (nested as Record<string, unknown>)
      : outer;
  const text = (...names: string[]) => {
    for (const name of names) {
      const value = inner[name];
      if (typeof value === 'string' && value !== '') return value;
      if (typeof value === 'number') return String(value);
    }
    return undefined;
  };
  const errorCode = text('error_code', 'errorCode', 'code');
  const message = text('error_msg', 'error_message', 'errorMessage', 'message');
  if (errorCode === undefined && message === undefined) return undefined;
  return {
    errorCode,
    message,
    solution: text('error_solution', 'errorSolution'),
    requestId: text('request_id', 'requestId'),
  };
}

/** True for an answer of status 200 that says that it failed. */
export function saysFailure(body: unknown): boolean {
  if (typeof body !== 'object' || body === null) return false;
  const { is_success: isSuccess, success } = body as { is_success?: unknown; success?: unknown };
  return isSuccess === false || success === false;
}

const codes: readonly (readonly [ErrorCode, readonly string[]])[] = [
  ['ProjectMismatch', ['ModelArts.0210']],
  ['BadCredentials', ['ModelArts.4504', 'APIGW.0301']],
  ['AccessDenied', ['ModelArts.4310', 'ModelArts.4335', 'ModelArts.4336']],
  ['Throttled', ['ModelArts.4395', 'ModelArts.6101', 'ModelArts.4206', 'ModelArts.5039', 'ModelArts.4370']],
  ['Busy', ['ModelArts.4343', 'ModelArts.4349', 'ModelArts.4355', 'ModelArts.4356']],
  [
    'NotFound',
    ['4338', '4352', '4353', '4359', '4420', '4612', '4801', '3001', '3502', '3507', '2755'].map(
      (number) => `ModelArts.${number}`,
    ),
  ],
  [
    'AlreadyExists',
    ['4351', '4371', '4411', '4800', '3002', '3503', '0103'].map((number) => `ModelArts.${number}`),
  ],
  ['InvalidRequest', ['ModelArts.0104', 'ModelArts.0105', 'ModelArts.0101', 'ModelArts.0107']],
];
const codeOf = new Map(codes.flatMap(([code, list]) => list.map((one) => [one, code] as const)));

/** Codes that a new token may help against. */
const tokenCodes = new Set(
  ['0201', '0202', '0203', '0204', '0206', '0212', '6608', '6620', '5001', '5002'].map(
    (number) => `ModelArts.${number}`,
  ),
);

/** True for an answer that means that the token has ended or was not understood. */
export function asksForToken(status: number, errorCode: string | undefined): boolean {
  if (errorCode === undefined) return status === 401;
  return tokenCodes.has(errorCode) || (status === 401 && !codeOf.has(errorCode));
}

/** What a refusal is called here, by the service's code first and by the status else. */
export function errorCodeOf(status: number, errorCode: string | undefined): ErrorCode {
  const known = errorCode === undefined ? undefined : codeOf.get(errorCode);
  if (known !== undefined) return known;
  if (errorCode !== undefined && tokenCodes.has(errorCode)) return 'BadCredentials';
  switch (status) {
    case 401:
      return 'BadCredentials';
    case 403:
      return 'AccessDenied';
    case 404:
      return 'NotFound';
    case 409:
      return 'AlreadyExists';
    case 429:
      return 'Throttled';
    default:
      return status >= 400 && status < 500 ? 'InvalidRequest' : 'ServiceFailed';
  }
}

const hints: Partial<Record<ErrorCode, string>> = {
  ProjectMismatch:
    'The project id is not one of these keys: check projectId and the region, or say projectId auto.',
  BadCredentials: 'Check the access key and its secret key, or the account, user name and password.',
  AccessDenied:
    'Give the account the rights for ModelArts and for the bucket (an agency authorises ModelArts to use OBS).',
  Throttled: 'Wait a minute and try again.',
  Busy: 'Wait until the work that is under way has ended, and try again.',
  NotFound: 'Check the id, the project and the region.',
  AlreadyExists: 'Choose another name, or go on with what is there.',
  InvalidRequest: 'Change the value that the message names.',
};

/** What to do about a refusal. @param requestId what the support of the service finds a failure of its own by */
export function hintOf(code: ErrorCode, requestId?: string): string | undefined {
  if (code !== 'ServiceFailed') return hints[code];
  const id = requestId === undefined ? 'the request id' : `request id ${requestId}`;
  return `Try again later; ${id} helps the support of the service.`;
}

import { LabelkitError } from '../../../model/index.js';
import type { CallOptions } from '../../service/session.js';
import { checkLogWindow } from './checks.js';
import { type Context, request, root } from './context.js';
import { legacyStatusOf } from './status.js';
import type { LegacyJobInfo } from './types.js';

export interface LegacyLogOptions extends CallOptions {
  /** Where to go on from: `endLine` or `startLine` of an answer. Default: the newest lines. */
  readonly baseLine?: string | bigint | undefined;
  /** From 0 to 500. Default 50. */
  readonly lines?: number | undefined;
  /** `desc` for newer lines than `baseLine`, `asc` for older ones. */
  readonly order?: 'asc' | 'desc' | undefined;
}

/** A window of bytes, as the Python SDK asks for. */
export interface LegacyLogBytes extends CallOptions {
  /** From -1 on; -1 is the end of the log. */
  readonly startByte: number;
  /** From -2048 to 2048 bytes from there on; less than 0 for bytes before. Default 2048; from the end, -2048. */
  readonly offset?: number | undefined;
}

/** Some lines of a log. */
export interface LegacyLog {
  readonly content: string;
  /** How many. */
  readonly lines: number;
  /** Where they begin, for `order: 'asc'`. Digits, too many for a number. */
  readonly startLine: string | undefined;
  /** Where they end, for `order: 'desc'`. */
  readonly endLine: string | undefined;
}

/** A version of a job. */
export interface VersionId {
  readonly jobId: string;
  readonly versionId: string;
}

const versionPath = `${root}/training-jobs/{job_id}/versions/{version_id}`;
const paramsOf = ({ jobId, versionId }: VersionId) => ({ job_id: jobId, version_id: versionId });
/** As many as the service gives at a time. */
const mostLines = 500;

/** Names of the log files. @throws ServiceError */
export async function logFileList(
  { session }: Context,
  version: VersionId,
  { signal }: CallOptions = {},
): Promise<string[]> {
  const { logFileList } = await request<{ logFileList?: string[] }>(session, {
    method: 'GET',
    path: `${versionPath}/log/file-names`,
    params: paramsOf(version),
    signal,
  });
  return logFileList ?? [];
}

/** Lines of a log, the newest unless it is said where. @throws OptionError (T118), ServiceError */
export async function logLines(
  { session }: Context,
  version: VersionId,
  logFile: string,
  { baseLine, lines, order, signal }: LegacyLogOptions = {},
): Promise<LegacyLog> {
  checkLogWindow({ lines });
  const told = await request<{
    content?: string;
    lines?: number | string;
    startLine?: number | string;
    endLine?: number | string;
  }>(session, {
    method: 'GET',
    path: `${versionPath}/aom-log`,
    params: paramsOf(version),
    query: { log_file: logFile, base_line: baseLine?.toString(), lines, order },
    signal,
  });
  const cursor = (line: number | string | undefined) =>
    line === undefined || line === '' ? undefined : String(line);
  return {
    content: told.content ?? '',
    lines: Number(told.lines ?? 0),
    startLine: cursor(told.startLine),
    endLine: cursor(told.endLine),
  };
}

/**
 * A whole log, a part at a time, from its beginning. The service only tells where its end is, so all of it is asked for
 * backwards and kept until the beginning is there.
 *
 * ASSUMED: `order: 'asc'` from `startLine` gives what is before it, `order: 'desc'` from `endLine` what is after it, and
 * neither gives a line again. Nothing is asked for in the other two ways, because it is not known what they would give.
 *
 * @throws ServiceError
 */
export async function* logFrom(
  context: Context,
  version: VersionId,
  logFile: string,
  { signal }: CallOptions = {},
): AsyncGenerator<LegacyLog, void> {
  const parts: LegacyLog[] = [];
  let part = await logLines(context, version, logFile, { lines: mostLines, signal });
  while (part.lines > 0) {
    parts.push(part);
    const { startLine: baseLine } = part;
    if (baseLine === undefined) break;
    const options = { baseLine, lines: mostLines, order: 'asc', signal } as const;
    part = await logLines(context, version, logFile, options);
    if (part.startLine === baseLine) break;
  }
  yield* parts.reverse();
}

/** Everything from a cursor on that is there now. */
async function* newer(
  context: Context,
  version: VersionId,
  logFile: string,
  from: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<LegacyLog, void> {
  for (let baseLine = from; ; ) {
    const part = await logLines(context, version, logFile, {
      baseLine,
      lines: mostLines,
      order: 'desc',
      signal,
    });
    if (part.lines === 0) return;
    yield part;
    if (part.endLine === undefined || part.endLine === baseLine) return;
    baseLine = part.endLine;
  }
}

/**
 * A window of bytes of a log. ASSUMED: the service speaks of lines only, so lines are asked for until the window is full.
 *
 * @returns the text; a character that the window cuts is U+FFFD
 * @throws OptionError (T118), ServiceError
 */
export async function logBytes(
  context: Context,
  version: VersionId,
  logFile: string,
  { startByte, offset = startByte === -1 ? -2048 : 2048, signal }: LegacyLogBytes,
): Promise<string> {
  checkLogWindow({ startByte, offset });
  const isFromEnd = startByte === -1;
  const size = Math.abs(offset);
  const from = offset < 0 ? Math.max(0, startByte - size) : startByte;
  const to = offset < 0 ? startByte : startByte + size;
  if (isFromEnd && offset > 0) return '';
  let passed = 0;
  let kept = Buffer.alloc(0);
  for await (const { content } of logFrom(context, version, logFile, { signal })) {
    const bytes = Buffer.from(content);
    if (isFromEnd) {
      kept = Buffer.concat([kept, bytes]).subarray(-size);
      continue;
    }
    kept = Buffer.concat([kept, bytes.subarray(Math.max(0, from - passed), Math.max(0, to - passed))]);
    passed += bytes.length;
    if (passed >= to) break;
  }
  return kept.toString('utf8');
}

export interface FollowLegacyLogOptions extends CallOptions {
  /** The pause between two questions, in ms. Default 5,000. */
  readonly intervalMs?: number | undefined;
}

/**
 * A log from its beginning, a part at a time, until the version has ended.
 *
 * @param ask how the version stands
 * @returns what is known of it at its end
 * @throws LabelkitError `NotFound` when it is deleted meanwhile; ServiceError, AbortedError
 */
export async function* followLog(
  context: Context,
  version: VersionId,
  { logFile, intervalMs = 5_000, signal }: FollowLegacyLogOptions & { readonly logFile?: string | undefined },
  ask: () => Promise<LegacyJobInfo>,
): AsyncGenerator<string, LegacyJobInfo> {
  const { timing } = (await context.session.services()).client;
  let file = logFile;
  let end: string | undefined;
  for (;;) {
    // Asked before the log: what is written until the end of a job is then in it.
    const info = await ask();
    file ??= (await logFileList(context, version, { signal }))[0];
    const parts =
      file === undefined
        ? []
        : end === undefined
          ? logFrom(context, version, file, { signal })
          : newer(context, version, file, end, signal);
    for await (const { content, endLine } of parts) {
      end = endLine ?? end;
      yield content;
    }
    if (legacyStatusOf(info.status).isEnd) return info;
    await timing.sleep(intervalMs, signal);
  }
}

/** The first log file. @throws LabelkitError `NotFound` when there is none yet; ServiceError */
export async function firstLogFile(
  context: Context,
  version: VersionId,
  options: CallOptions = {},
): Promise<string> {
  const [first] = await logFileList(context, version, options);
  if (first !== undefined) return first;
  throw new LabelkitError('NotFound', `job ${version.jobId} has no log yet`, {
    hint: 'It has one as soon as it runs, if it was given a folder for it (logUrl).',
  });
}

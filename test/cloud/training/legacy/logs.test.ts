import { describe, expect, test } from 'vitest';
import type { ServiceRequest } from '../../../../src/cloud/service/client.js';
import { JobVersion } from '../../../../src/cloud/training/legacy/index.js';
import { fakeSession, refused } from '../../datasets/fake-session.js';

/** Positions are beyond what numbers hold, and have gaps. */
const start = 1_551_252_759_254_000_000n;
const step = 3n;

/** What cursors are: places between lines, or lines themselves. */
type Cursors = 'between' | 'at';

/** A log as the service keeps it: what is before and after a cursor, so many lines at a time. */
function serviceLog(lines: readonly string[], perAnswer = 500, cursors: Cursors = 'between') {
  return ({ query }: ServiceRequest) => {
    const base = query!['base_line'];
    const most = Math.min(Number(query!['lines'] ?? 50), perAnswer);
    const isNewer = query!['order'] === 'desc' && base !== undefined;
    let at = base === undefined ? lines.length : Number((BigInt(String(base)) - start) / step);
    if (isNewer && cursors === 'at') at += 1;
    const [from, to] = isNewer ? [at, Math.min(lines.length, at + most)] : [Math.max(0, at - most), at];
    const part = lines.slice(from, to);
    const last = cursors === 'at' ? to - 1 : to;
    return {
      is_success: true,
      content: part.map((line) => `${line}\n`).join(''),
      lines: String(part.length),
      start_line: String(start + BigInt(from) * step),
      end_line: String(start + BigInt(last) * step),
    };
  };
}

const files = { is_success: true, log_file_list: ['job.0', 'job.1'] };
const numbered = (count: number) => Array.from({ length: count }, (_, n) => `line ${n}`);

function versionWith(log: (request: ServiceRequest) => object, state: () => object = () => ({ status: 10 })) {
  const fake = fakeSession((request) =>
    request.path.endsWith('/file-names') ? files : request.path.endsWith('/aom-log') ? log(request) : state(),
  );
  return { ...fake, version: new JobVersion(fake.session, '1', '2') };
}

async function all(parts: AsyncIterable<string | { readonly content: string }>): Promise<string> {
  let text = '';
  for await (const part of parts) text += typeof part === 'string' ? part : part.content;
  return text;
}

describe('lines', () => {
  test('the newest of the first file; cursors keep every digit', async () => {
    const { version, asked } = versionWith(serviceLog(numbered(3)));
    expect(await version.getJobLog()).toEqual({
      content: 'line 0\nline 1\nline 2\n',
      lines: 3,
      startLine: '1551252759254000000',
      endLine: '1551252759254000009',
    });
    expect(asked[1]).toMatchObject({
      path: '/v1/{project_id}/training-jobs/{job_id}/versions/{version_id}/aom-log',
      query: { log_file: 'job.0' },
      exactIntegers: true,
    });
  });

  test.each([1551252759254000002n, '1551252759254000002'])('from a cursor on: %s', async (baseLine) => {
    const { version, asked } = versionWith(serviceLog(numbered(3)));
    await version.getJobLog('job.1', { baseLine, lines: 2, order: 'desc' });
    expect(asked[0]!.query).toEqual({
      log_file: 'job.1',
      base_line: '1551252759254000002',
      lines: 2,
      order: 'desc',
    });
  });

  test('no file yet', async () => {
    const { session } = fakeSession({ is_success: true });
    const version = new JobVersion(session, '1', '2');
    expect(await version.getJobLogFileList()).toEqual([]);
    await expect(version.getJobLog()).rejects.toMatchObject({ code: 'NotFound' });
  });

  test('an empty log', async () => {
    const { version } = versionWith(() => ({ content: '', lines: 0, start_line: '', end_line: '' }));
    expect(await version.getJobLog('job.0')).toEqual({
      content: '',
      lines: 0,
      startLine: undefined,
      endLine: undefined,
    });
    expect(await all(version.jobLog('job.0'))).toBe('');
  });
});

describe('a whole log', () => {
  const sizes = [0, 1, 499, 500, 501, 1000, 1250];
  const cases = sizes.flatMap((count) => [[count, 'between'] as const, [count, 'at'] as const]);
  test.each(cases)('of %i lines, cursors %s lines', async (count, cursors) => {
    const { version } = versionWith(serviceLog(numbered(count), 500, cursors));
    expect(await all(version.jobLog())).toBe(
      numbered(count)
        .map((line) => `${line}\n`)
        .join(''),
    );
  });

  test('of a service that gives fewer lines than it is asked for', async () => {
    const { version } = versionWith(serviceLog(numbered(23), 7));
    expect(await all(version.jobLog())).toBe(
      numbered(23)
        .map((line) => `${line}\n`)
        .join(''),
    );
  });
});

describe('bytes', () => {
  const text = 'añb\n字c\nlast\n';
  const size = Buffer.byteLength(text);
  test.each([
    ['from the beginning', 0, undefined, text],
    ['some in the middle', 1, 4, 'ñb\n'],
    ['up to a place', 5, -4, 'ñb\n'],
    ['more than there are before it', 3, -100, 'añ'],
    ['from the end back', -1, -5, 'last\n'],
    ['from the end, as many as usual', -1, undefined, text],
    ['behind the end', -1, 5, ''],
    ['beyond the end', 1_000, 5, ''],
    ['the rest', size - 5, 100, 'last\n'],
  ])('%s', async (_, startByte, offset, expected) => {
    const { version } = versionWith(serviceLog(text.trimEnd().split('\n'), 1));
    expect(await version.getJobLogBytes('job.0', { startByte, offset })).toBe(expected);
  });
});

describe('following', () => {
  test.each(['between', 'at'] as const)(
    'everything once, until the job has ended; cursors %s lines',
    async (cursors) => {
      const lines = numbered(3);
      let asked = 0;
      const { version, slept } = versionWith(
        (request) => serviceLog(lines, 2, cursors)(request),
        () => {
          asked += 1;
          if (asked === 2) lines.push('line 3', 'line 4', 'line 5');
          if (asked === 4) lines.push('the last');
          return { status: asked < 4 ? 8 : 10 };
        },
      );
      const parts = version.followLog();
      let text = '';
      for (;;) {
        const { done, value } = await parts.next();
        if (done === true) {
          expect(value).toMatchObject({ status: 10 });
          break;
        }
        text += value;
      }
      expect(text).toBe(`${numbered(6).join('\n')}\nthe last\n`);
      expect(slept).toEqual([5_000, 5_000, 5_000]);
    },
  );

  test('a job whose log is yet to come', async () => {
    const states = [1, 8, 10];
    const lists = [{ is_success: true }, files];
    const lines = numbered(2);
    const { session } = fakeSession((request) => {
      if (request.path.endsWith('/file-names')) return lists.length > 1 ? lists.shift()! : files;
      if (request.path.endsWith('/aom-log')) return serviceLog(lines)(request);
      return { status: states.length > 1 ? states.shift() : 10 };
    });
    expect(await all(new JobVersion(session, '1', '2').followLog())).toBe('line 0\nline 1\n');
  });

  test('a job that is deleted meanwhile', async () => {
    let asked = 0;
    const { version } = versionWith(serviceLog(numbered(1)), () => {
      asked += 1;
      return asked === 1 ? { status: 8 } : refused('NotFound');
    });
    await expect(all(version.followLog())).rejects.toMatchObject({
      code: 'NotFound',
      message: 'version 2 of training job 1 was deleted while its log was followed',
    });
  });
});

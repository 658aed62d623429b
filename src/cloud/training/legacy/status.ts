/** What a number in `status` of a job or version means. */
export interface LegacyJobStatus {
  readonly code: number;
  readonly name: string;
  /** Nothing changes any more (ASSUMED: the service lists names only). */
  readonly isEnd: boolean;
  /** It did what it was to do. */
  readonly isSuccess: boolean;
}

type Fate = 'goes on' | 'done' | 'ended';

const names: readonly (readonly [string, Fate])[] = [
  ['JOBSTAT_UNKNOWN', 'goes on'],
  ['JOBSTAT_INIT', 'goes on'],
  ['JOBSTAT_IMAGE_CREATING', 'goes on'],
  ['JOBSTAT_IMAGE_FAILED', 'ended'],
  ['JOBSTAT_SUBMIT_TRYING', 'goes on'],
  ['JOBSTAT_SUBMIT_FAILED', 'ended'],
  ['JOBSTAT_DELETE_FAILED', 'ended'],
  ['JOBSTAT_WAITING', 'goes on'],
  ['JOBSTAT_RUNNING', 'goes on'],
  ['JOBSTAT_KILLING', 'goes on'],
  ['JOBSTAT_COMPLETED', 'done'],
  ['JOBSTAT_FAILED', 'ended'],
  ['JOBSTAT_KILLED', 'ended'],
  ['JOBSTAT_CANCELED', 'ended'],
  ['JOBSTAT_LOST', 'ended'],
  ['JOBSTAT_SCALING', 'goes on'],
  ['JOBSTAT_SUBMIT_MODEL_FAILED', 'ended'],
  ['JOBSTAT_DEPLOY_SERVICE_FAILED', 'ended'],
  ['JOBSTAT_CHECK_INIT', 'goes on'],
  ['JOBSTAT_CHECK_RUNNING', 'goes on'],
  ['JOBSTAT_CHECK_RUNNING_COMPLETED', 'done'],
  ['JOBSTAT_CHECK_FAILED', 'ended'],
  // The only one without the prefix.
  ['MOUNT_FAILED', 'ended'],
];

/** States of jobs and versions of the old training, by number. */
export const legacyJobStatus: ReadonlyMap<number, LegacyJobStatus> = new Map(
  names.map(([name, fate], code) => [
    code,
    { code, name, isEnd: fate !== 'goes on', isSuccess: fate === 'done' },
  ]),
);

/** The states that lists call a failed creation. */
export const failedCreation: readonly number[] = [3, 5, 6, 13];

/** The facts of a state. One that is not in the table is named by its number, and is no end. */
export function legacyStatusOf(code: number | undefined): LegacyJobStatus {
  const known = code === undefined ? undefined : legacyJobStatus.get(code);
  return (
    known ?? { code: code ?? 0, name: code === undefined ? '' : String(code), isEnd: false, isSuccess: false }
  );
}

/** The number of a state that is given by number or name, with or without `JOBSTAT_`; undefined for no state. */
export function legacyStatusCode(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text);
  const name = text.toUpperCase().replaceAll('-', '_');
  return [...legacyJobStatus.values()].find((one) => one.name === name || one.name === `JOBSTAT_${name}`)
    ?.code;
}

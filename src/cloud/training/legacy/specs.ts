import { OptionError } from '../../../model/index.js';
import type { CallOptions, ServiceSession } from '../../service/session.js';
import { allAlgorithms } from './algorithms.js';
import type { LegacyIds } from './body.js';
import { checkCount } from './checks.js';
import { request, root } from './context.js';
import type { BuiltinAlgorithm, LegacyEngine, LegacyEstimatorOptions, LegacySpec } from './types.js';

export interface ListSpecsOptions extends CallOptions {
  /** Only what an engine runs on. */
  readonly engineId?: number | undefined;
  readonly projectType?: number | undefined;
}

/** Instance types for training. @throws ServiceError */
export async function listSpecs(
  session: ServiceSession,
  { engineId, projectType, signal }: ListSpecsOptions = {},
): Promise<LegacySpec[]> {
  const { specs } = await request<{ specs?: LegacySpec[] }>(session, {
    method: 'GET',
    path: `${root}/job/resource-specs`,
    query: { job_type: 'train', engine_id: engineId, project_type: projectType },
    signal,
  });
  return specs ?? [];
}

/** Engines for training: a framework and its version each. @throws ServiceError */
export async function listEngines(
  session: ServiceSession,
  { signal }: CallOptions = {},
): Promise<LegacyEngine[]> {
  const { engines } = await request<{ engines?: LegacyEngine[] }>(session, {
    method: 'GET',
    path: `${root}/job/ai-engines`,
    query: { job_type: 'train' },
    signal,
  });
  return engines ?? [];
}

/** What names are looked up in. */
interface Lists {
  specs: LegacySpec;
  engines: LegacyEngine;
  algorithms: BuiltinAlgorithm;
}

const ask: {
  readonly [K in keyof Lists]: (session: ServiceSession, options: CallOptions) => Promise<Lists[K][]>;
} = { specs: listSpecs, engines: listEngines, algorithms: allAlgorithms };

type Known = { [K in keyof Lists]?: { readonly at: number; readonly items: readonly Lists[K][] } };

const known = new WeakMap<ServiceSession, Known>();
/** How long a list is good for, in ms. */
const goodFor = 600_000;

interface LookUp<K extends keyof Lists> {
  readonly list: K;
  /** For the error: `frameworkVersion`. */
  readonly field: string;
  readonly name: string;
  readonly nameOf: (item: Lists[K]) => string;
  /** Others are passed over. */
  readonly among?: (item: Lists[K]) => boolean;
}

/** Finds what has a name, in a list that is asked for at most every ten minutes, or when the name is not in it. */
async function lookUp<K extends keyof Lists>(
  session: ServiceSession,
  { list, field, name, nameOf, among = () => true }: LookUp<K>,
  signal: AbortSignal | undefined,
): Promise<Lists[K]> {
  const { timing } = (await session.services()).client;
  const lists: Known = known.get(session) ?? {};
  known.set(session, lists);
  let kept = lists[list] as { at: number; items: readonly Lists[K][] } | undefined;
  if (kept !== undefined && timing.now() - kept.at < goodFor) {
    const found = kept.items.find((item) => among(item) && nameOf(item) === name);
    if (found !== undefined) return found;
  }
  kept = { at: timing.now(), items: await ask[list](session, { signal }) };
  (lists as Record<K, unknown>)[list] = kept;
  const others = kept.items.filter(among);
  const found = others.find((item) => nameOf(item) === name);
  if (found !== undefined) return found;
  const near = nearest(name, others.map(nameOf));
  throw new OptionError(`the service has no ${field} ${JSON.stringify(name)}`, {
    hint: near.length === 0 ? 'It has none at all in this project.' : `Nearest are ${near.join(', ')}.`,
  });
}

/**
 * The ids of what is given by names. A job may have no more nodes than its instance type allows (T110).
 *
 * @throws OptionError with the nearest names, ServiceError
 */
export async function idsOf(
  session: ServiceSession,
  options: LegacyEstimatorOptions,
  signal: AbortSignal | undefined,
): Promise<LegacyIds> {
  const { trainInstanceType, frameworkType, frameworkVersion, modelName, trainInstanceCount } = options;
  let { specId, engineId, modelId } = options;
  if (trainInstanceType) {
    const spec = await lookUp(
      session,
      {
        list: 'specs',
        field: 'trainInstanceType',
        name: trainInstanceType,
        nameOf: ({ specCode }) => specCode,
      },
      signal,
    );
    checkCount(trainInstanceCount, spec.specCode, spec.maxNum);
    specId = spec.specId;
  }
  if (frameworkType && frameworkVersion) {
    const { engineName } = await lookUp(
      session,
      { list: 'engines', field: 'frameworkType', name: frameworkType, nameOf: (engine) => engine.engineName },
      signal,
    );
    const engine = await lookUp(
      session,
      {
        list: 'engines',
        field: 'frameworkVersion',
        name: frameworkVersion,
        nameOf: ({ engineVersion }) => engineVersion,
        among: (engine) => engine.engineName === engineName,
      },
      signal,
    );
    engineId = engine.engineId;
  }
  if (modelName) {
    const model = await lookUp(
      session,
      { list: 'algorithms', field: 'modelName', name: modelName, nameOf: (one) => one.modelName },
      signal,
    );
    modelId = model.modelId;
  }
  return { specId, engineId, modelId };
}

/** Up to three names that differ in the fewest characters. */
function nearest(name: string, names: readonly string[]): string[] {
  const distances = new Map(names.map((one) => [one, distance(name.toLowerCase(), one.toLowerCase())]));
  return [...distances.keys()].sort((a, b) => distances.get(a)! - distances.get(b)!).slice(0, 3);
}

/** How many characters are put in, left out or changed (Levenshtein). */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, n) => n);
  for (const [n, one] of [...from].entries()) {
    const next = [n + 1];
    for (let m = 0; m < to.length; m++)
      next.push(Math.min(row[m + 1]! + 1, next[m]! + 1, row[m]! + (one === to[m] ? 0 : 1)));
    row = next;
  }
  return row.at(-1)!;
}

/** What goes wrong with a request. `applied`: what it asks for is done all the same. */
export type FaultAction =
  /** An answer instead of the true one. With `code` its body is that of the service. `retryAfter` in seconds. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly code?: string;
      readonly message?: string;
      readonly retryAfter?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: unknown;
      readonly applied?: boolean;
    }
  /** The connection ends without an answer. */
  | { readonly kind: 'reset'; readonly applied: boolean }
  /** The body of the answer comes in two halves, the second after so many ms. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** The connection ends after `bytes` of the body (default half of it). */
  | { readonly kind: 'truncated'; readonly bytes?: number }
  /** The clock of the service is off by so many ms, for this request. */
  | { readonly kind: 'clock'; readonly offsetMs: number }
  /** Every token that was given has ended when the request arrives. */
  | { readonly kind: 'token-expiry' }
  /** Code of the test runs before or after the request is done. */
  | { readonly kind: 'run'; readonly before?: () => void; readonly after?: () => void };

/** When it goes wrong: a request must fit everything that is given. */
export interface FaultPlan {
  readonly method?: string;
  /** `/v2/{project_id}/datasets/{dataset_id}`, whatever its parameters are called; or a pattern for the path. */
  readonly path?: string | RegExp;
  /** Of the requests that fit, counted from 1, only these. */
  readonly nth?: number | readonly number[];
  /** At most so many times; default without end. */
  readonly times?: number;
  readonly do: FaultAction;
}

export interface FaultHandle {
  /** How often it went wrong. */
  readonly hits: number;
  remove(): void;
}

const nameless = (template: string) => template.replace(/\{\w+\}/g, '{}');

export class Faults {
  readonly #armed = new Set<ArmedFault>();

  add(plan: FaultPlan): FaultHandle {
    const armed = new ArmedFault(plan, () => this.#armed.delete(armed));
    this.#armed.add(armed);
    return armed;
  }

  clear(): void {
    this.#armed.clear();
  }

  /** What is to go wrong with a request. Of several plans that want it the first added has it; all count it. */
  take(method: string, path: string, template: string | undefined): FaultAction | undefined {
    let taken: FaultAction | undefined;
    for (const fault of this.#armed) if (fault.wants(method, path, template)) taken ??= fault.hit();
    return taken;
  }
}

class ArmedFault implements FaultHandle {
  #seen = 0;
  #hits = 0;

  constructor(
    private readonly plan: FaultPlan,
    readonly remove: () => void,
  ) {}

  get hits(): number {
    return this.#hits;
  }

  wants(method: string, path: string, template: string | undefined): boolean {
    const { plan } = this;
    if (plan.method !== undefined && plan.method !== method) return false;
    if (plan.path instanceof RegExp && plan.path.exec(path) === null) return false;
    if (typeof plan.path === 'string' && nameless(plan.path) !== nameless(template ?? path)) return false;
    this.#seen += 1;
    if (plan.nth !== undefined && ![plan.nth].flat().includes(this.#seen)) return false;
    return this.#hits < (plan.times ?? Number.POSITIVE_INFINITY);
  }

  hit(): FaultAction {
    this.#hits += 1;
    return this.plan.do;
  }
}

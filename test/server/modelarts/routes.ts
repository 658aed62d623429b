import type { Json } from './json.js';
import { invalid } from './refusal.js';
import type { World } from './state.js';

export interface Call {
  readonly world: World;
  /** Parts of the path, decoded, by the names of the route. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Json;
}

export interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Handler = (call: Call) => Reply;

/** `POST /v2/{project_id}/datasets` → what it does. */
export type Routes = Readonly<Record<string, Handler>>;

export const ok = (body: unknown): Reply => ({ status: 200, body });
export const created = (body: unknown): Reply => ({ status: 201, body });
export const noContent: Reply = { status: 204 };

/** A page: `offset` counts pages. @throws Refusal for what is no page */
export function pageOf<T>(items: readonly T[], query: URLSearchParams, most = 100, usual = 10): T[] {
  const number = (name: string, absent: number) => {
    const text = query.get(name);
    if (text === null) return absent;
    if (!/^\d+$/.test(text))
      throw invalid(`${name} must be an integer from 0 on, not ${JSON.stringify(text)}.`);
    return Number(text);
  };
  const limit = number('limit', usual);
  const offset = number('offset', 0);
  if (limit < 1 || limit > most) throw invalid(`limit must be between 1 and ${most}, not ${limit}.`);
  return items.slice(offset * limit, (offset + 1) * limit);
}

/** Sorted by time or name, newest first unless the query says otherwise. */
export function sorted<T>(
  items: readonly T[],
  order: string | null,
  keyOf: (item: T) => string | number,
): T[] {
  if (order !== null && order !== 'asc' && order !== 'desc') throw invalid('The order is asc or desc.');
  const ascending = [...items].sort((a, b) => {
    const [x, y] = [keyOf(a), keyOf(b)];
    return x < y ? -1 : x > y ? 1 : 0;
  });
  return order === 'asc' ? ascending : ascending.reverse();
}

/** What a call over many things answers: it failed when one of them did, and says which. */
export function batch<T>(items: readonly T[], act: (item: T) => Json | undefined): Reply {
  const results = items.map((item): Json => {
    try {
      return { success: true, ...act(item) };
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      if (code === undefined) throw error;
      return { success: false, error_code: code, error_msg: message };
    }
  });
  const failed = results.find(({ success }) => success === false);
  return ok({
    success: failed === undefined,
    ...(failed && { error_code: failed['error_code'], error_msg: failed['error_msg'] }),
    results,
  });
}

interface Compiled {
  readonly method: string;
  readonly template: string;
  readonly pattern: RegExp;
  readonly names: readonly string[];
  readonly handler: Handler;
}

export interface Found {
  readonly template: string;
  readonly params: Record<string, string>;
  readonly handler: Handler;
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Finds the route of a request; those without parameters in a place go before those with one. */
export class Router {
  readonly #routes: Compiled[] = [];

  constructor(...tables: readonly Routes[]) {
    for (const [route, handler] of tables.flatMap((table) => Object.entries(table))) {
      const [method = '', template = ''] = route.split(' ');
      const names: string[] = [];
      const pattern = template
        .split('/')
        .map((part) => {
          const name = /^\{(\w+)\}$/.exec(part)?.[1];
          if (name === undefined) return escaped(part);
          names.push(name);
          return '([^/]+)';
        })
        .join('/');
      this.#routes.push({ method, template, pattern: new RegExp(`^${pattern}$`), names, handler });
    }
    this.#routes.sort((a, b) => a.names.length - b.names.length);
  }

  find(method: string, path: string): Found | undefined {
    for (const route of this.#routes) {
      const match = route.method === method ? route.pattern.exec(path) : null;
      if (match === null) continue;
      const params = Object.fromEntries(
        route.names.map((name, n) => [name, decodeURIComponent(match[n + 1] as string)]),
      );
      return { template: route.template, params, handler: route.handler };
    }
    return undefined;
  }
}

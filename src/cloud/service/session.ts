import type { ServiceClient } from './client.js';

/** Something that is allowed and may not be meant: a soft rule was broken. */
export interface Notice {
  /** `D005` */
  readonly rule: string;
  readonly message: string;
}

export type OnNotice = (notice: Notice) => void;

/** What is asked of a session: `Session` is one. */
export interface ServiceSession {
  /** Resolves keys and settings, and gives what asks the services with them. */
  services(): Promise<ServiceAccess>;
}

/** What is asked of the services of a session. */
export interface ServiceAccess {
  readonly client: Pick<ServiceClient, 'send' | 'timing'>;
  /** @throws ServiceError */
  projectId(): Promise<string>;
}

/** Options of every call. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

import type { Credentials } from '../credentials.js';
import type { Secret } from '../secret.js';

/** A token of a project, and whose it is. */
export interface Token {
  readonly value: Secret;
  readonly expiresAt: Date;
  readonly projectId: string | undefined;
  readonly userId: string | undefined;
  readonly domainId: string | undefined;
}

/** How a client proves who asks. */
export type Proof =
  | {
      readonly kind: 'keys';
      readonly get: () => Promise<Credentials>;
      readonly projectId?: () => string | undefined;
    }
  | { readonly kind: 'token'; readonly get: () => Promise<Token>; readonly discard: (token: Token) => void }
  /** For requests that ask for a token. */
  | { readonly kind: 'none' };

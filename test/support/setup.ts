import fc from 'fast-check';
import { seed } from './random.js';

// A failing property prints its seed, which LABELKIT_SEED takes.
fc.configureGlobal({ seed });

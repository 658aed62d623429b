import { wireNames } from '../service/wire.js';

/** Variables of the environment and notes of the service have names of their own. */
export const { fromWire, toWire } = wireNames(['annotations', 'environments']);

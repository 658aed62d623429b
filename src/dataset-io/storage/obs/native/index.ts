export { createNativeWire } from './native-wire.js';
